"""What the rules about peerings share: what was not read, who suffers, and what they show as proof."""

from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import clusters_by_network, networks_in_use, networks_of
from ...analysis.peering_graph import Half, PeeringLink, nameless_peerings
from ...findings import Evidence, Unknown, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import PEERINGS
from ...model import ManagedCluster, Missing, Network, NotCollected

MOST_LISTED = 5
"""So many names stand in a message; the evidence has them all."""


def unread_peerings(network: Network) -> Iterator[Unknown]:
    """One Unknown for each network whose peerings are not all known, and for each that leads nowhere."""
    unread = {place: gap for cluster in network.clusters for place, gap in networks_of(network, cluster).unread}
    yield from (unknown(place, gap) for place, gap in unread.items())
    for vnet in networks_in_use(network):
        if vnet.gap:
            yield unknown(vnet.id, vnet.gap)
        yield from (unknown(vnet.id, gap) for gap in nameless_peerings(vnet))


def other_half_unread(link: PeeringLink) -> NotCollected | None:
    """Why the other half is not known, where somebody could have read it."""
    return link.far if isinstance(link.far, NotCollected) and not link.is_virtual_hub else None


def clusters_at(network: Network, link: PeeringLink) -> tuple[ManagedCluster, ...]:
    """The clusters at both ends."""
    users = clusters_by_network(network)
    return (*users.get(link.network.id, ()), *users.get(link.far_id, ()))


def affected_by(network: Network, link: PeeringLink) -> tuple[ResourceId, ...]:
    """The clusters at both ends, and the network at the other."""
    return (*dict.fromkeys(cluster.id for cluster in clusters_at(network, link)), link.far_id)


def only(clusters: tuple[ManagedCluster, ...]) -> ResourceId | None:
    """The cluster that a finding belongs to, where there is but one."""
    ids = tuple({cluster.id for cluster in clusters})
    return ids[0] if len(ids) == 1 else None


def of_half(half: Half, field: str, value: str | bool | tuple[str, ...] | None) -> Evidence:
    return Evidence(half.owner, half.path(field), value)


def not_said(half: Half, field: str) -> Gap:
    """A field that Azure always gives, and that is not there."""
    return Gap(PEERINGS, half.id.text, None, "NotCollected", f"{half.path(field)} is not given")


def not_known(half: Half, field: str, value: str) -> Gap:
    """A value that Azure has added since."""
    return Gap(PEERINGS, half.id.text, None, "InvalidValue", f"{half.path(field)} is not known: {value!r}")


def ends(link: PeeringLink) -> str:
    return f"{link.network.id.name} and {link.far_id.name}"


def is_missing(link: PeeringLink) -> bool:
    return isinstance(link.far, Missing)
