"""What a subnet holds, what is in use, and what its pools need at each horizon."""

from __future__ import annotations

from dataclasses import dataclass

from ..analysis.addresses import show, usable_addresses
from ..analysis.network_model import NetworkModel, model_of
from ..analysis.nodes import NodeSubnet, SubnetUser, node_subnets, nodes_of, users_of_subnets
from ..analysis.subnet_consumers import Consumer, consumers_of
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import SUBNETS
from ..model import ManagedCluster, Network, NodePool, NotCollected, Subnet
from ..model.network import remembered
from .horizons import Horizons, PoolNodes, pool_nodes, sum_up

UNKNOWN_NEED = Horizons(now=None, upgrade=None, upgrade_one_pool=None, autoscale_max=None, worst=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolDemand:
    """What one pool takes of a node subnet."""

    cluster: ManagedCluster
    pool: NodePool
    model: NetworkModel
    nodes: PoolNodes | None
    addresses_per_node: int | None

    @property
    def label(self) -> str:
        return f"{self.cluster.name}/{self.pool.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetCapacity:
    """A subnet that clusters draw on. Numbers are addresses; None is not known."""

    subnet: Subnet
    usable: int | None
    used: int | None
    used_source: str | None
    """`usages` (ARM's count), `ipConfigurations` (counted by us), None where ARM cannot show it."""
    consumers: tuple[Consumer, ...]
    demands: tuple[PoolDemand, ...]
    strangers: int
    """Addresses held by what belongs to no pool."""
    needed: Horizons
    gap: Gap | None
    """Why something of this is not known."""
    used_gap: Gap | None = None
    """Why `used` is not known, where ARM could have told; None where it never does."""

    @property
    def free(self) -> int | None:
        return None if self.usable is None or self.used is None else self.usable - self.used

    @property
    def clusters(self) -> tuple[ManagedCluster, ...]:
        return tuple({demand.cluster.id: demand.cluster for demand in self.demands}.values())

    def short(self, horizon: str) -> int | None:
        """How many addresses are missing at a horizon; 0 where it fits, None where that is not known."""
        need = getattr(self.needed, horizon)
        return None if need is None or self.usable is None else max(0, need - self.usable)

    def arithmetic(self, horizon: str) -> str:
        """The sum as the resource provider would state it."""
        terms = [_term(demand, horizon) for demand in self.demands]
        if self.strangers:
            terms.append(f"{self.strangers} held by others")
        need = getattr(self.needed, horizon)
        short = self.short(horizon)
        tail = f"; short by {short}" if short else ""
        room = f"usable {self.usable} in {show(self.subnet.prefixes)}"
        return f"pre-allocated {need} = {' + '.join(terms) or 0}; {room}{tail}"


def addresses_per_node(model: NetworkModel, pool: NodePool) -> int | None:
    """What one node of a pool takes of its node subnet: itself, and with Azure CNI node subnet all its pods.

    Source: https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning
    """
    match model:
        case NetworkModel.NODE_SUBNET:
            return None if pool.max_pods is None else 1 + pool.max_pods
        case NetworkModel.UNRECOGNISED:
            return None
        case _:
            return 1


@remembered
def subnet_capacity(network: Network, subnet_id: ResourceId) -> SubnetCapacity | NotCollected:
    """The capacity of a subnet that was read, summed over every pool of every cluster in it."""
    subnet = network.subnet(subnet_id)
    if not isinstance(subnet, Subnet):
        gap = Gap(SUBNETS, subnet_id.text, 404, "NotFound", "there is no such subnet")
        return subnet if isinstance(subnet, NotCollected) else NotCollected(gap)
    demands = tuple(_demand(user) for user in users_of_subnets(network).get(subnet_id, ()))
    consumers = consumers_of(network, subnet_id)
    strangers = sum(c.addresses or 0 for c in consumers if c.is_stranger)
    is_pod_subnet = subnet_id in _pod_subnets(network)
    used, used_source = (None, None) if is_pod_subnet else _used(network, subnet, consumers)
    unseen = _unseen_nodes(network, demands) if used == 0 else None
    has_room = any(prefix.version == 4 for prefix in subnet.prefixes)
    needed = sum_up([(d.nodes, d.addresses_per_node) for d in demands]) + strangers
    return SubnetCapacity(
        subnet=subnet,
        usable=usable_addresses(subnet.prefixes) if has_room and not subnet.gap else None,
        used=None if unseen else used,
        used_source=None if unseen else used_source,
        consumers=consumers,
        demands=demands,
        strangers=strangers,
        needed=UNKNOWN_NEED if is_pod_subnet else needed,
        gap=subnet.gap or (None if has_room else _prefix_gap(subnet)) or _demand_gap(demands),
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
    return tuple(capacity for capacity in found if isinstance(capacity, SubnetCapacity))


def node_subnet_capacities(network: Network) -> tuple[SubnetCapacity, ...]:
    """Of those, the ones with nodes in them."""
    return tuple(capacity for capacity in subnet_capacities(network) if capacity.demands)


def _demand(user: SubnetUser) -> PoolDemand:
    model = model_of(user.cluster, user.pool)
    return PoolDemand(
        cluster=user.cluster,
        pool=user.pool,
        model=model,
        nodes=pool_nodes(user.pool),
        addresses_per_node=addresses_per_node(model, user.pool),
    )


def _demand_gap(demands: tuple[PoolDemand, ...]) -> Gap | None:
    """Why a pool's need is not known: a value that ARM left out or that did not parse."""
    for demand in demands:
        if demand.nodes is None or demand.addresses_per_node is None:
            what = "count" if demand.nodes is None else "maxPods"
            if demand.model is NetworkModel.UNRECOGNISED:
                what = "network model"
            cluster = demand.cluster
            message = f"the {what} of pool {demand.pool.name} is not known"
            return cluster.gap or Gap(
                "Microsoft.ContainerService/managedClusters", cluster.id.text, None, "NotCollected", message
            )
    return None


@remembered
def _pod_subnets(network: Network) -> frozenset[ResourceId]:
    return frozenset(subnet_id for cluster in network.all_clusters for subnet_id in cluster.pod_subnet_ids)


def _prefix_gap(subnet: Subnet) -> Gap:
    return Gap(SUBNETS, subnet.id.text, None, "NotCollected", "no IPv4 address prefix is given")


def _unseen_nodes(network: Network, demands: tuple[PoolDemand, ...]) -> Gap | None:
    """Why a subnet shows no address in use although there are nodes in it: nobody read their NICs."""
    running = (d.cluster for d in demands if d.nodes and d.nodes.now and not d.cluster.is_stopped)
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


def _term(demand: PoolDemand, horizon: str) -> str:
    nodes, each = demand.nodes, demand.addresses_per_node
    if nodes is None or each is None:
        return f"? [{demand.label}]"
    base, surge = {
        "now": (nodes.now, 0),
        "upgrade": (nodes.now, nodes.surge),
        "upgrade_one_pool": (nodes.now, nodes.surge),
        "autoscale_max": (nodes.maximum, 0),
        "worst": (nodes.maximum, nodes.surge_at_maximum),
    }[horizon]
    count = f"({base} + {surge} surge)" if surge else str(base)
    size = f" x ({each - 1} + 1)" if demand.model is NetworkModel.NODE_SUBNET else ""
    return f"{count}{size} [{demand.label}]"
