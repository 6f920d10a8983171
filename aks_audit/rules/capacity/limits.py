"""What the rules about one limit share: which horizon it fails at, and the finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...capacity.limit import Limit, LimitKind
from ...capacity.limits.subnets import pod_subnet_limit
from ...findings import Evidence, Finding, Severity, Unknown, unknown
from ...inventory.resource_id import ResourceId
from ...model import Missing, Network
from .evidence import draw_evidence

EVENTS: Final[Mapping[str, str]] = {
    "now": "the present nodes",
    "upgrade": "an upgrade of all pools",
    "autoscale_max": "the autoscaler's maximum",
    "worst": "an upgrade at the autoscaler's maximum",
}
"""The horizons in the order of judgement: the first that does not fit decides."""

UPGRADE_CRITICAL: Final[Mapping[str, Severity]] = {
    "now": Severity.CRITICAL,
    "upgrade": Severity.CRITICAL,
    "autoscale_max": Severity.HIGH,
    "worst": Severity.HIGH,
}


def first_short(limit: Limit) -> str | None:
    """The first horizon at which there is not enough; None where all fit."""
    return next((horizon for horizon in EVENTS if limit.short(horizon)), None)


def needed_at(limit: Limit, horizon: str) -> int:
    """The need at a horizon that is known to be short, hence known."""
    need: int = getattr(limit.needed, horizon)
    return need


def limit_finding(
    limit: Limit, horizon: str, message: str, severity: Severity | None, evidence: tuple[Evidence, ...] = ()
) -> Finding:
    """The finding about a limit that fails at a horizon: with Azure's code, where it has one, and the sum."""
    clusters = tuple(cluster.id for cluster in limit.clusters)
    code = f"{limit.error.code}: " if limit.error else ""
    return Finding(
        limit.resource_id,
        message,
        (*evidence, *draw_evidence(limit.draws)),
        cluster_id=clusters[0] if len(clusters) == 1 else None,
        affected=clusters,
        arithmetic=f"{code}{limit.arithmetic(horizon)}",
        severity=severity,
        latent=horizon != "now",
    )


def pod_subnets(network: Network) -> list[ResourceId]:
    """The pod subnets of the clusters to judge, sorted. One that does not exist has a rule of its own."""
    ids = {subnet_id for cluster in network.clusters for subnet_id in cluster.pod_subnet_ids}
    return [subnet_id for subnet_id in sorted(ids) if not isinstance(network.subnet(subnet_id), Missing)]


def pod_subnet_limits_of(network: Network, kind: LimitKind) -> Iterator[Limit | Unknown]:
    """The pod subnets' limits of one kind, and an Unknown for each that is not known."""
    for subnet_id in pod_subnets(network):
        for limit in pod_subnet_limit(network, subnet_id):
            if limit.kind is kind:
                yield unknown(subnet_id, limit.gap) if limit.gap else limit


def prefix_evidence(network: Network, subnet_id: ResourceId) -> tuple[Evidence, ...]:
    subnet = network.subnets.get(subnet_id)
    return (Evidence(subnet_id, "properties.addressPrefixes", tuple(map(str, subnet.prefixes))),) if subnet else ()


def plural(count: int, one: str, many: str = "") -> str:
    """`1 node`, `2 nodes`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
