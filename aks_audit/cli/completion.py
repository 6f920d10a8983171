"""What the shell offers as values. Nothing here asks Azure: completion must answer at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

Completion = Callable[[str], list[str]]


def of(known: Callable[[], Iterable[str]]) -> Completion:
    """Those of a few values that begin like what was typed."""

    def complete(incomplete: str) -> list[str]:
        return [value for value in known() if value.startswith(incomplete)]

    return complete


def _rules() -> Iterable[str]:
    from ..rules import catalogue

    return (rule.id for rule in catalogue())


def _families() -> Iterable[str]:
    from ..rules import catalogue

    return sorted({rule.family for rule in catalogue()})


def _formats() -> Iterable[str]:
    from ..reporters import RENDER

    return RENDER


def _severities() -> Iterable[str]:
    from ..config import FAIL_ON

    return FAIL_ON


def _profiles() -> Iterable[str]:
    from ..config import PROFILES

    return PROFILES


def _models() -> Iterable[str]:
    from ..plan.size import SIZED

    return SIZED


RULES: Final = of(_rules)
FAMILIES: Final = of(_families)
FORMATS: Final = of(_formats)
SEVERITIES: Final = of(_severities)
PROFILES: Final = of(_profiles)
MODELS: Final = of(_models)
CLOUDS: Final = of(lambda: ("public", "usgov", "china"))
COLLECTORS: Final = of(lambda: ("auto", "graph", "arm"))
ANNOTATIONS: Final = of(lambda: ("auto", "never"))
PLAN_FORMATS: Final = of(lambda: ("terminal", "json"))
DIFF_FORMATS: Final = of(lambda: ("text", "markdown", "json"))
TOPOLOGY_FORMATS: Final = of(lambda: ("text", "json", "mermaid"))
SCHEMAS: Final = of(lambda: ("report", "diff", "config"))
LIST_FORMATS: Final = of(lambda: ("text", "json"))
PERMISSION_FORMATS: Final = of(lambda: ("text", "markdown", "json"))
