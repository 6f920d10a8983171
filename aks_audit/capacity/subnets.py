"""What a subnet holds, what is in use, and what its pools need at each horizon."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from ..analysis.addresses import usable_addresses
from ..analysis.nodes import NodeSubnet, node_subnets, nodes_of, users_of_subnets
from ..analysis.subnet_consumers import Consumer, consumers_of
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import SUBNETS
from ..model import ManagedCluster, Network, NotCollected, Subnet
from ..model.network import remembered
from .horizons import Horizons
from .limit import Draw, Limit
from .limits.subnets import node_subnet_limit, pod_subnet_limit


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetCapacity:
    """A subnet that clusters draw on. Numbers are addresses; None is not known."""

    subnet: Subnet
    usable: int | None
    used: int | None
    used_source: str | None
    """`usages` (ARM's count), `ipConfigurations` (counted by us), None where ARM cannot show it."""
    consumers: tuple[Consumer, ...]
    node_limit: Limit | None
    """Its addresses, where nodes are in it."""
    pod_limits: tuple[Limit, ...]
    """Its batches of sixteen or /28 blocks, where pods of a pod subnet are in it."""
    gap: Gap | None
    """Why something of this is not known."""
    used_gap: Gap | None = None
    """Why `used` is not known, where ARM could have told; None where it never does."""

    @property
    def limits(self) -> tuple[Limit, ...]:
        return (*((self.node_limit,) if self.node_limit else ()), *self.pod_limits)

    @property
    def demands(self) -> tuple[Draw, ...]:
        """What each pool with nodes here takes of it."""
        return self.node_limit.draws if self.node_limit else ()

    @property
    def needed(self) -> Horizons:
        """Addresses needed. In a pod subnet with dynamic allocation that is the least: a batch a node."""
        return reduce(Horizons.__add__, (limit.needed.times(limit.unit) for limit in self.limits))

    @property
    def free(self) -> int | None:
        return None if self.usable is None or self.used is None else self.usable - self.used

    @property
    def clusters(self) -> tuple[ManagedCluster, ...]:
        return tuple({cluster.id: cluster for limit in self.limits for cluster in limit.clusters}.values())

    def short(self, horizon: str) -> int | None:
        """How many addresses are missing at a horizon; 0 where it fits, None where that is not known."""
        shorts = [None if (short := limit.short(horizon)) is None else short * limit.unit for limit in self.limits]
        known = [short for short in shorts if short is not None]
        return None if len(known) < len(shorts) else max(known, default=None)

    def fits(self, horizon: str) -> bool | None:
        """Whether everything in it has room; None where that is not known."""
        answers = {limit.fits(horizon) for limit in self.limits}
        if False in answers:
            return False
        return None if None in answers else True

    def arithmetic(self, horizon: str) -> str:
        """The sum of its nodes as the resource provider would state it."""
        return self.node_limit.arithmetic(horizon) if self.node_limit else ""


@remembered
def subnet_capacity(network: Network, subnet_id: ResourceId) -> SubnetCapacity | NotCollected:
    """The capacity of a subnet that was read, summed over every pool of every cluster in it."""
    subnet = network.subnet(subnet_id)
    if not isinstance(subnet, Subnet):
        gap = Gap(SUBNETS, subnet_id.text, 404, "NotFound", "there is no such subnet")
        return subnet if isinstance(subnet, NotCollected) else NotCollected(gap)
    has_nodes, is_pod_subnet = subnet_id in users_of_subnets(network), subnet_id in _pod_subnets(network)
    node_limit = node_subnet_limit(network, subnet_id) if has_nodes or not is_pod_subnet else None
    pod_limits = pod_subnet_limit(network, subnet_id) if is_pod_subnet else ()
    consumers = consumers_of(network, subnet_id)
    used, used_source = (None, None) if is_pod_subnet else _used(network, subnet, consumers)
    unseen = _unseen_nodes(network, node_limit) if used == 0 and node_limit else None
    has_room = any(prefix.version == 4 for prefix in subnet.prefixes)
    return SubnetCapacity(
        subnet=subnet,
        usable=usable_addresses(subnet.prefixes) if has_room and not subnet.gap else None,
        used=None if unseen else used,
        used_source=None if unseen else used_source,
        consumers=consumers,
        node_limit=node_limit,
        pod_limits=pod_limits,
        gap=next((limit.gap for limit in (node_limit, *pod_limits) if limit and limit.gap), None),
        used_gap=unseen,
    )


@remembered
def subnet_capacities(network: Network) -> tuple[SubnetCapacity, ...]:
    """The node and pod subnets of the clusters to judge that were read, sorted by id."""
    ids: dict[ResourceId, None] = {}
    for cluster in network.clusters:
        ids.update((place.id, None) for place in node_subnets(network, cluster) if isinstance(place, NodeSubnet))
        ids.update((subnet_id, None) for subnet_id in cluster.pod_subnet_ids)
    found = (subnet_capacity(network, subnet_id) for subnet_id in sorted(ids))
    return tuple(capacity for capacity in found if isinstance(capacity, SubnetCapacity) and capacity.limits)


def node_subnet_capacities(network: Network) -> tuple[SubnetCapacity, ...]:
    """Of those, the ones with nodes in them."""
    return tuple(capacity for capacity in subnet_capacities(network) if capacity.demands)


@remembered
def _pod_subnets(network: Network) -> frozenset[ResourceId]:
    return frozenset(subnet_id for cluster in network.all_clusters for subnet_id in cluster.pod_subnet_ids)


def _unseen_nodes(network: Network, limit: Limit) -> Gap | None:
    """Why a subnet shows no address in use although there are nodes in it: nobody read their NICs."""
    running = (d.cluster for d in limit.draws if d.nodes and d.nodes.now and not d.cluster.is_stopped)
    gaps = (nodes_of(network, cluster).gap for cluster in dict.fromkeys(running))
    return next((gap for gap in gaps if gap), None)


def _used(network: Network, subnet: Subnet, consumers: tuple[Consumer, ...]) -> tuple[int | None, str | None]:
    """Addresses in use, and who says so. ARM reports nothing, or a wrong 0, for subnets that a service holds."""
    if subnet.delegations or subnet.service_association_links:
        return None, None
    counted = sum(consumer.addresses or 0 for consumer in consumers)
    usage = network.usages.get(subnet.id)
    if usage and usage.current >= 0 and usage.limit >= 0 and usage.current >= counted:
        return usage.current, "usages"
    if any(consumer.addresses is None for consumer in consumers):
        return None, None
    return counted, "ipConfigurations"
