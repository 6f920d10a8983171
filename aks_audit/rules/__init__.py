"""The rules, one file each, found by being in a family's folder."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from ..findings import Rule


@cache
def catalogue() -> tuple[Rule, ...]:
    """Every rule, sorted by id."""
    rules: dict[str, Rule] = {}
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        if not module.ispkg:
            loaded = vars(importlib.import_module(module.name)).values()
            rules.update((item.id, item) for item in loaded if isinstance(item, Rule))
    return tuple(rules[rule_id] for rule_id in sorted(rules))
