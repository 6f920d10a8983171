"""From an operation to its constraints: every limit before and after it, at the horizon that Azure looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..analysis.nodes import node_subnets
from ..capacity.limit import Draw, Limit, LimitKind
from ..capacity.limits import limits_of
from ..capacity.limits.draws import draws_of
from ..capacity.limits.subnets import API_SERVER_ADDRESSES, INSUFFICIENT_SUBNET
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, Network, NotCollected
from .answer import Constraint, Refusal

CONTRACT: Final = {
    "now": "now",
    "upgrade": "upgrade",
    "upgrade_one_pool": "upgradeOnePool",
    "autoscale_max": "autoscaleMax",
    "worst": "worst",
}
"""The horizons in the contract's words."""
_LATER: Final = ("now", "upgrade_one_pool", "upgrade", "autoscale_max", "worst")
_TESTED_AT_EVERY_WRITE: Final = (
    "InsufficientSubnetSize",
    "InsufficientPodCidr",
    "InvalidLoadBalancerProfileAllocatedOutboundPorts",
)
"""What Azure counts again at every write, so that a limit overdrawn elsewhere in the cluster refuses it too. Other
limits stop only what wants more of them."""

Key = tuple[LimitKind, ResourceId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A change of the network, and whose pools surge while it happens."""

    before: Network
    after: Network
    cluster_ids: tuple[ResourceId, ...]
    """The clusters that are written to; in `before` they may not exist."""
    surging: frozenset[str] | None = None
    """The pools that an upgrade surges, in lower case; None: it is no upgrade, and nothing surges."""
    one_pool: bool = False

    @property
    def clusters(self) -> tuple[ManagedCluster, ...]:
        return tuple(c for c in self.after.all_clusters if c.id in self.cluster_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A limit after an operation, as Azure counts it for that operation."""

    limit: Limit
    """As Azure counts it for this operation."""
    full: Limit
    """As the audit counts it, with all that every cluster may come to."""
    horizon: str
    """Where `limit` is looked at."""
    label: str
    """What that is called; one pool's upgrade is `upgrade_one_pool`, whatever the autoscaler does."""
    before_now: int | None
    """What was needed when the operation began."""
    grows: bool
    """The operation wants more of it than was wanted before, at the same horizon."""

    @property
    def informs_only(self) -> bool:
        """NAT gateways share ports on demand: there is no need to compare."""
        return self.limit.kind is LimitKind.NAT_GATEWAY_PORTS

    @property
    def short(self) -> int | None:
        return self.limit.short(self.horizon)

    @property
    def refuses(self) -> bool:
        """It stops the operation."""
        if self.informs_only or not self.short:
            return False
        return self.grows or (self.limit.error is not None and self.limit.error.code in _TESTED_AT_EVERY_WRITE)

    @property
    def is_unknown(self) -> bool:
        return not self.informs_only and self.short is None


def judge(operation: Operation) -> tuple[Judged, ...]:
    """Every limit that the clusters of an operation meet, sorted by kind and resource."""
    before = _limits(operation.before, [c for c in operation.before.all_clusters if c.id in operation.cluster_ids])
    after = _limits(operation.after, operation.clusters)
    return tuple(_judged(operation, limit, before) for _, limit in sorted(after.items()))


def constraints(judged: Iterable[Judged]) -> tuple[Constraint, ...]:
    """One constraint for each limit, and one for each later horizon that is short; those that decide first."""
    found: list[Constraint] = []
    for item in judged:
        found.append(_constraint(item, item.limit, item.horizon, item.label, decides=True))
        found += [_constraint(item, item.full, horizon, horizon, decides=False) for horizon in _later(item)]
    return tuple(sorted(found, key=lambda constraint: constraint.sort_key))


def refusals(judged: Iterable[Judged]) -> tuple[Refusal, ...]:
    """What Azure would answer, in its own units."""
    return tuple(
        Refusal(
            code=item.limit.error.code,
            target=item.limit.error.target or item.limit.resource_id.text,
            message=item.limit.arithmetic(item.horizon),
        )
        for item in judged
        if item.refuses and item.limit.error
    )


def is_latent(judged: Iterable[Judged]) -> bool:
    """Whether something runs out later, or has run out where this operation does not go."""
    return any(not item.informs_only and (item.short or _later(item)) for item in judged)


def _limits(network: Network, clusters: Iterable[ManagedCluster]) -> dict[Key, Limit]:
    found: dict[Key, Limit] = {}
    for cluster in clusters:
        for limit in (*limits_of(network, cluster), *_unread(network, cluster)):
            found.setdefault((limit.kind, limit.resource_id), limit)
    return found


def _unread(network: Network, cluster: ManagedCluster) -> list[Limit]:
    """The node subnet that AKS made, where it was not read: how much is needed is known, how much there is not."""
    return [
        Limit(
            kind=LimitKind.SUBNET_ADDRESSES,
            resource_id=cluster.id,
            draws=draws_of(cluster, lambda node: node.subnet_addresses),
            available=None,
            room="usable ? in a subnet that was not read",
            error=INSUFFICIENT_SUBNET,
            gap=place.gap,
        )
        for place in node_subnets(network, cluster)
        if isinstance(place, NotCollected)
    ]


def _judged(operation: Operation, full: Limit, before: Mapping[Key, Limit]) -> Judged:
    limit = _as_counted(operation, full)
    autoscales = any(draw.pool.autoscaled for draw in limit.draws if draw.cluster.id in operation.cluster_ids)
    surges = full.counts_surge_always or operation.surging is not None
    horizon = ("worst" if autoscales else "upgrade") if surges else ("autoscale_max" if autoscales else "now")
    one_pool = operation.one_pool and not full.counts_surge_always
    earlier = _as_counted(operation, before.get((full.kind, full.resource_id)) or _without(operation, full))
    wanted: int | None = getattr(limit.needed, horizon)
    calm = earlier.needed.autoscale_max if operation.surging is not None else getattr(earlier.needed, horizon)
    return Judged(
        limit=limit,
        full=full,
        horizon=horizon,
        label="upgrade_one_pool" if one_pool else horizon,
        before_now=earlier.needed.now,
        grows=wanted is not None and calm is not None and wanted > calm,
    )


def _as_counted(operation: Operation, limit: Limit) -> Limit:
    """What Azure counts for a write: this cluster's pools at their maximum, and what others hold at present.

    Only what surges in this operation does so, but outbound ports are counted with every surge in any case.
    """

    def counted(draw: Draw) -> Draw:
        nodes = draw.nodes
        if nodes is None:
            return draw
        if draw.cluster.id not in operation.cluster_ids:
            return replace(draw, nodes=replace(nodes, surge=0, maximum=nodes.now, surge_at_maximum=0))
        calm = operation.surging is None or draw.pool.name.lower() not in operation.surging
        if calm and not limit.counts_surge_always:
            return replace(draw, nodes=replace(nodes, surge=0, surge_at_maximum=0))
        return draw

    most = _as_counted(operation, limit.at_most) if limit.at_most else None
    return replace(limit, draws=tuple(map(counted, limit.draws)), at_most=most)


def _without(operation: Operation, limit: Limit) -> Limit:
    """A limit that the clusters did not meet before: what others took of it."""
    others = limit.others
    if limit.kind is LimitKind.APISERVER_SUBNET:
        sharing = [c for c in operation.clusters if c.api_server_subnet_id == limit.resource_id]
        others -= API_SERVER_ADDRESSES * len(sharing)
    elif limit.kind is LimitKind.NIC_ADDRESSES:
        others = 0
    draws = tuple(draw for draw in limit.draws if draw.cluster.id not in operation.cluster_ids)
    return replace(limit, draws=draws, others=others)


def _later(item: Judged) -> list[str]:
    """The other horizons that are short; what Azure counts with its surge in any case has none."""
    if item.full.counts_surge_always or item.informs_only:
        return []
    autoscales = item.full.is_autoscaled
    distinct = [h for h in _LATER if autoscales or h not in ("autoscale_max", "worst")]
    return [horizon for horizon in distinct if horizon != item.label and item.full.short(horizon)]


def _constraint(item: Judged, limit: Limit, horizon: str, label: str, *, decides: bool) -> Constraint:
    need: int | None = getattr(limit.needed, horizon)
    available, before = limit.available, item.before_now
    return Constraint(
        kind=limit.kind,
        horizon=CONTRACT[label],
        resource_id=limit.resource_id,
        cluster_ids=tuple(cluster.id for cluster in limit.clusters),
        need=need,
        available=available,
        short=limit.short(horizon),
        added=None if need is None or before is None else need - before,
        free=None if available is None or before is None else available - before,
        arithmetic=limit.arithmetic(horizon) + _bound(limit, horizon),
        decides=decides,
    )


def _bound(limit: Limit, horizon: str) -> str:
    """What ARM does not show, as far as it is bounded: what would be taken by nodes full of pods."""
    most = limit.at_most
    need: int | None = getattr(most.needed, horizon) if most else None
    if most is None or need is None:
        return ""
    short = most.short(horizon)
    tail = f", {short * most.unit} more than there is" if short else ""
    return f"; at least; nodes full of pods take {need * most.unit}{tail}"


def gaps(judged: Iterable[Judged]) -> tuple[Gap, ...]:
    """Why a limit cannot be told."""
    found = [item.limit.gap for item in judged if item.is_unknown and item.limit.gap]
    return tuple(dict.fromkeys(found))
