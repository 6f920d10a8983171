"""What a plan answers. The names are those of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..capacity.limit import LimitKind
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId


class Verdict(StrEnum):
    """Azure's answer, as far as it can be told."""

    FITS = "fits"
    DOES_NOT_FIT = "does-not-fit"
    """It would be refused, or could not finish."""
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What Azure's resource provider would answer, where it has a code for it."""

    code: str
    target: str
    """The property or resource that it names, as far as that is known."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A limit at one horizon, with the operation done. None is not known."""

    kind: LimitKind
    horizon: str
    """In the contract's words: `now`, `upgrade`, `upgradeOnePool`, `autoscaleMax`, `worst`."""
    resource_id: ResourceId
    cluster_ids: tuple[ResourceId, ...]
    need: int | None
    """In all, strangers included."""
    available: int | None
    short: int | None
    added: int | None
    """What the operation adds to what is needed now."""
    free: int | None
    """What of `available` is not needed now; negative where it is overdrawn already."""
    arithmetic: str
    decides: bool
    """It is at this horizon that Azure looks at this limit for this operation; the others are what comes later."""

    @property
    def sort_key(self) -> tuple[bool, bool, str, ResourceId, str]:
        return (not self.decides, not self.short, self.kind.value, self.resource_id, self.horizon)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """A setting that stands in the way, whatever the numbers."""

    what: str
    resource_id: ResourceId
    fix: str
    refuses: bool = True
    """False: Azure takes it, but something breaks or has to be looked at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """The smallest change of one knob that makes it fit."""

    change: str
    detail: str
    disruptive: bool
    """Nodes are replaced, or workloads move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The answer to one question."""

    operation: str
    """`scale`, `upgrade`, `add-pool`, `outbound`, `update`, `create`, `migrate`."""
    title: str
    """The operation as a sentence has it: `scale aks1/np1 to 5 nodes`."""
    verdict: Verdict
    latent: bool
    """It fits, but the next upgrade or the way to maxCount won't."""
    errors: tuple[Refusal, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    """Those that decide first, and of those the ones that are short."""
    blockers: tuple[Blocker, ...] = ()
    steps: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    room: tuple[str, ...] = ()
    """Where it fits: how much further the pools in question could grow."""
    unknown: tuple[Gap, ...] = ()
    """Why it cannot be told, where it cannot."""
