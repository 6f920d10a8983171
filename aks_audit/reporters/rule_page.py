"""A rule's page as Markdown: what it finds, why, how to fix it, an example of its evidence, and what it rests on.

The examples are taken from the rules' own tests; `make docs` writes them into the package.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from ..findings import Finding, Rule, Severity
from ..inventory.resource_id import ResourceId
from .words import kind_of, name_of, value_words

_EVIDENCE_SHOWN: Final = 6
_VALUES_SHOWN: Final = 6
_LANGUAGES: Final = {"azurecli": "Azure CLI", "bicep": "Bicep", "terraform": "Terraform"}
_FIX: Final = "## How to fix it\n"


class ExampleEvidence(msgspec.Struct, rename="camel", frozen=True):
    """One value of an example."""

    resource_id: str
    path: str
    value: str | int | bool | tuple[str, ...] | None


class Example(msgspec.Struct, rename="camel", frozen=True):
    """A finding as a rule's own test brings it about."""

    severity: Severity
    message: str
    arithmetic: str | None
    evidence: tuple[ExampleEvidence, ...]


def example_from(rule: Rule, finding: Finding) -> Example:
    return Example(
        severity=finding.severity or rule.severity,
        message=finding.message,
        arithmetic=finding.arithmetic,
        evidence=tuple(ExampleEvidence(seen.resource_id.text, seen.path, seen.value) for seen in finding.evidence),
    )


@cache
def examples() -> dict[str, Example]:
    """The examples that ship with the package, by rule id."""
    raw = (files("aks_audit.rules") / "examples.json").read_bytes()
    return msgspec.json.decode(raw, type=dict[str, Example])


def page(rule: Rule, example: Example | None) -> str:
    """The page of a rule, whole."""
    parts = [f"# {rule.id}", f"{rule.title}.", _facts(rule), _labelled(rule)]
    if example:
        parts.append(_example(example))
    parts.append("## Sources\n" + "\n".join(f"- {link}" for link in (rule.source, *rule.more_sources)))
    return "\n\n".join(parts) + "\n"


def _facts(rule: Rule) -> str:
    facts = {
        "Severity": rule.severity.value,
        "Family": rule.family,
        "Profile": rule.profile,
        "The same as": rule.peer,
        "Covers": ", ".join(rule.covers),
    }
    return "\n".join(f"- {name}: {fact}" for name, fact in facts.items() if fact)


def _labelled(rule: Rule) -> str:
    """The rule's own words, with what the fix costs under its heading, and a name above each block of code."""
    text = rule.page.replace(_FIX, f"{_FIX}**What it costs: {rule.disrupts}.**\n\n" if rule.disrupts else _FIX)
    for language, name in _LANGUAGES.items():
        text = text.replace(f"```{language}\n", f"{name}:\n\n```{language}\n")
    return text


def _example(example: Example) -> str:
    lines = [f"{example.severity}: {example.message}"]
    if example.arithmetic:
        lines.append(f"sum: {example.arithmetic}")
    for seen in example.evidence[:_EVIDENCE_SHOWN]:
        resource_id = ResourceId.of(seen.resource_id)
        lines.append(
            f"{kind_of(resource_id)} {name_of(resource_id)}: {seen.path} = {value_words(seen.value, _VALUES_SHOWN)}"
        )
    more = len(example.evidence) - _EVIDENCE_SHOWN
    if more > 0:
        lines.append(f"and {more} more")
    return "\n".join(["## Example", "```text", *(" ".join(line.split()) for line in lines), "```"])
