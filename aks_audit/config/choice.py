"""Which rules run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, get_args

from ..findings import Profile, Rule

PROFILES: Final[tuple[str, ...]] = get_args(Profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What decides which rules run."""

    profile: Profile = "default"
    """`policy` adds the rules of that profile to the default ones."""
    select: tuple[str, ...] = ()
    """Only these, whatever their profile; empty: all of the profile."""
    ignore: tuple[str, ...] = ()

    def reason_against(self, rule: Rule) -> str | None:
        """Why a rule does not run; None: it runs."""
        if rule.id in self.ignore:
            return "it is ignored"
        if self.select:
            return None if rule.id in self.select else "other rules were selected"
        if rule.profile not in ("default", self.profile):
            return f"it belongs to the profile {rule.profile}, and this run has {self.profile}"
        return None

    def of(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """Those that run."""
        return tuple(rule for rule in rules if self.reason_against(rule) is None)
