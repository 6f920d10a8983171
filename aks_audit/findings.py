"""What a rule is, and what it answers: a Finding, an Unknown, or nothing."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from .inventory.records import Gap
from .inventory.resource_id import ResourceId
from .inventory.secrets import without_secrets
from .model.network import Network, NotCollected


class Severity(StrEnum):
    """How bad it is. Ordered: `Severity.HIGH >= Severity.MEDIUM`."""

    CRITICAL = "critical"
    """Broken now, or the next operation that every cluster needs (an upgrade) will fail."""
    HIGH = "high"
    """Will break under a load or event that the configuration itself allows."""
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        return list(Severity)[::-1].index(self)

    def __ge__(self, other: str) -> bool:
        return self.rank >= Severity(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Severity(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Severity(other).rank

    def __lt__(self, other: str) -> bool:
        return self.rank < Severity(other).rank


@dataclass(frozen=True, slots=True)
class Evidence:
    """One value as ARM sent it, and where it stands."""

    resource_id: ResourceId
    path: str
    """From the resource's root, in ARM's words: `properties.routes[aks-np1].nextHopIpAddress`."""
    value: str | int | bool | tuple[str, ...] | None
    """Never with what looks like a secret."""

    def __post_init__(self) -> None:
        if isinstance(self.value, str):
            object.__setattr__(self, "value", without_secrets(self.value))
        elif isinstance(self.value, tuple):
            object.__setattr__(self, "value", tuple(map(without_secrets, self.value)))


@dataclass(frozen=True, slots=True)
class Finding:
    """Trouble on one resource, with what proves it."""

    resource_id: ResourceId
    message: str
    """Names the resource and the values seen; one sentence."""
    evidence: tuple[Evidence, ...]
    cluster_id: ResourceId | None = None
    """The cluster that suffers; None where several do (they are in `affected`) or none."""
    affected: tuple[ResourceId, ...] = ()
    """What else suffers from the same cause: nodes' NICs, clusters, pools."""
    arithmetic: str | None = None
    """The sum in words and figures as the resource provider would state it, and its error code."""
    severity: Severity | None = None
    """Where it differs from the rule's own."""
    latent: bool = False
    """Works now; the next write will be refused."""
    key: str = ""
    """Tells apart two findings of one rule on one resource."""


@dataclass(frozen=True, slots=True)
class Weight:
    """How much trouble a finding is, to be held against the same finding of another day."""

    severity: Severity
    is_latent: bool | None = None
    """None: not known."""
    sufferers: frozenset[str] | None = None
    """The cluster and what else suffers, as ids in lower case; None: not known."""

    def is_worse_than(self, before: Weight) -> bool:
        """It is more severe, it no longer waits for the next write, or something suffers that did not before."""
        broke = self.is_latent is False and before.is_latent is True
        more = bool(self.sufferers and before.sufferers is not None and self.sufferers - before.sufferers)
        return self.severity > before.severity or broke or more


@dataclass(frozen=True, slots=True)
class Unknown:
    """A rule could not tell about a resource, because of a Gap."""

    resource_id: ResourceId
    gap: Gap


Check = Callable[[Network], Iterator[Finding | Unknown]]

Profile = Literal["default", "policy"]
"""`policy`: what other tools demand; runs only where asked for."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong. Made by `@rule` from a function and its docstring."""

    id: str
    """The function's name with hyphens; never changes once released."""
    title: str
    severity: Severity
    source: str
    """The page that states the fact."""
    family: str
    """The folder it stands in."""
    page: str
    """Markdown with the headings What it finds, Why it matters, How to fix it."""
    check: Check
    profile: Profile = "default"
    more_sources: tuple[str, ...] = ()
    """Further pages and threads that the rule rests on."""
    covers: tuple[str, ...] = ()
    """The candidate checks of `docs/rules/coverage.md` that it stands for, such as `UDR-03`."""
    disrupts: str = ""
    """What the fix costs the running cluster: `nodes are recreated`, `a new subnet`; `nothing` where it is free."""
    peer: str = ""
    """The rule of another tool that a policy rule matches: `PSRule Azure.AKS.CNISubnetSize (AZR-000020)`."""

    @property
    def remediation(self) -> str:
        """The text under "How to fix it" before the first block of code, on one line a paragraph."""
        text = self.page.partition("## How to fix it")[2].partition("\n## ")[0].partition("\n```")[0]
        return "\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))

    @property
    def first_command(self) -> str:
        """The first command under "How to fix it", on one line; "" where there is none."""
        block = self.page.partition("\n```azurecli\n")[2].partition("\n```")[0]
        lines = block.replace("\\\n", " ").splitlines()
        return " ".join(next((line for line in lines if not line.startswith("#")), "").split())

    def fingerprint(self, finding: Finding) -> str:
        """The same from run to run for the same trouble on the same resource: 32 hex digits."""
        text = "\n".join((self.id, finding.resource_id.key, finding.key.lower()))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def rule(
    *,
    title: str,
    severity: Severity,
    source: str,
    more_sources: tuple[str, ...] = (),
    covers: tuple[str, ...] = (),
    disrupts: str = "",
    profile: Profile = "default",
    peer: str = "",
) -> Callable[[Check], Rule]:
    """Turn a check into a Rule; its name names the trouble, its docstring is the page."""

    def decorate(check: Any) -> Rule:
        family = check.__module__.rpartition(".")[0].rpartition(".")[2]
        return Rule(
            id=check.__name__.replace("_", "-"),
            title=title,
            severity=severity,
            source=source,
            family=family,
            page=inspect.cleandoc(check.__doc__ or ""),
            check=check,
            profile=profile,
            more_sources=more_sources,
            covers=covers,
            disrupts=disrupts,
            peer=peer,
        )

    return decorate


def unknown(resource_id: ResourceId, reason: NotCollected | Gap) -> Unknown:
    """The answer of a rule that met a Gap."""
    return Unknown(resource_id, reason.gap if isinstance(reason, NotCollected) else reason)
