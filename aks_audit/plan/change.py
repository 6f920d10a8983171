"""A network as it would be after a change. Nothing is written anywhere but into a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from ipaddress import IPv4Network
from typing import Final

from ..analysis.cluster_networks import networks_of
from ..analysis.network_model import NetworkModel, model_of
from ..analysis.subnet_consumers import consumers_of
from ..errors import UsageError
from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, Network, NodePool, Subnet

DEFAULT_MAX_PODS: Final = {
    NetworkModel.OVERLAY: 250,
    NetworkModel.NODE_SUBNET: 30,
    NetworkModel.POD_SUBNET_DYNAMIC: 110,
    NetworkModel.POD_SUBNET_STATIC: 110,
    NetworkModel.KUBENET: 110,
    NetworkModel.BYO: 110,
}
"""Of a pool that does not exist yet; ARM shows the real one of every other.

Source: https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPool:
    """A pool to add. What is None takes Azure's default."""

    name: str
    count: int
    min_count: int | None = None
    max_count: int | None = None
    """Given: the pool autoscales."""
    max_pods: int | None = None
    max_surge: str | None = None
    subnet: str | None = None
    """A subnet's id, or its name in the cluster's virtual network."""
    pod_subnet: str | None = None
    os: str = "Linux"
    mode: str = "User"


PoolChange = Callable[[NodePool], NodePool]


def find_cluster(network: Network, name: str) -> ManagedCluster:
    """The one cluster of this name or id, in any case.

    Raises:
        UsageError: there is none, or there are several.
    """
    wanted = name.lower()
    found = [c for c in network.clusters if wanted in (c.name.lower(), c.id.key)]
    if not found:
        found = [c for c in network.all_clusters if wanted in (c.name.lower(), c.id.key)]
    if len(found) > 1:
        raise UsageError(f"there are {len(found)} clusters named {name!r}", "give its resource group too, or its id")
    if not found:
        raise UsageError(f"there is no cluster {name!r} in what was read", _hint(name, _names(network.all_clusters)))
    return found[0]


def find_pool(cluster: ManagedCluster, name: str) -> NodePool:
    """The pool of this name, in any case.

    Raises:
        UsageError: there is none.
    """
    found = next((pool for pool in cluster.node_pools if pool.name.lower() == name.lower()), None)
    if found is None:
        names = [pool.name for pool in cluster.node_pools]
        raise UsageError(f"cluster {cluster.name} has no pool {name!r}", _hint(name, names))
    return found


def with_clusters(network: Network, changed: Iterable[ManagedCluster]) -> Network:
    """The network with these clusters in place of those with the same id, or added where there are none."""
    new = {cluster.id: cluster for cluster in changed}

    def swapped(clusters: tuple[ManagedCluster, ...]) -> tuple[ManagedCluster, ...]:
        known = {cluster.id for cluster in clusters}
        kept = [new.get(cluster.id, cluster) for cluster in clusters]
        return tuple(sorted((*kept, *(c for i, c in new.items() if i not in known)), key=lambda cluster: cluster.id))

    return replace(
        network,
        all_clusters=swapped(network.all_clusters),
        clusters=swapped(network.clusters),
        memory=_still_true(network),
    )


def with_pools(
    network: Network, cluster: ManagedCluster, change: PoolChange, only: Iterable[str] | None = None
) -> Network:
    """The network with pools of a cluster changed: those named, or all."""
    names = None if only is None else {name.lower() for name in only}
    pools = tuple(change(p) if names is None or p.name.lower() in names else p for p in cluster.node_pools)
    return with_clusters(network, [replace(cluster, node_pools=pools)])


def with_subnet(network: Network, subnet: Subnet) -> Network:
    """The network with one subnet changed."""
    return replace(network, subnets={**network.subnets, subnet.id: subnet}, memory=_still_true(network))


def now(network: Network, cluster: ManagedCluster) -> ManagedCluster:
    """The cluster as it is in this network."""
    return next(each for each in network.all_clusters if each.id == cluster.id)


def pool_changed(
    pool: NodePool,
    *,
    count: int | None = None,
    min_count: int | None = None,
    max_count: int | None = None,
    max_pods: int | None = None,
    max_surge: str | None = None,
) -> NodePool:
    """A pool with what is given changed. A max_count makes it autoscale; min_count nodes are there at once.

    Raises:
        UsageError: a min_count without an autoscaler, or above the maximum.
    """
    autoscaled = pool.autoscaled or max_count is not None
    if min_count is not None and not autoscaled:
        raise UsageError(f"pool {pool.name} does not autoscale, so a min-count means nothing", "give --max-count too")
    least = min_count if min_count is not None else (pool.min_count if pool.autoscaled else None)
    most = max_count if max_count is not None else (pool.max_count if pool.autoscaled else None)
    if least is not None and most is not None and least > most:
        raise UsageError(
            f"min-count {least} is above max-count {most} on pool {pool.name}", "raise the one or lower the other"
        )
    nodes = count if count is not None else pool.count
    if min_count is not None and nodes is not None and count is None:
        nodes = max(nodes, min_count)
    return replace(
        pool,
        count=nodes,
        autoscaled=autoscaled,
        min_count=least,
        max_count=most,
        max_pods=pool.max_pods if max_pods is None else max_pods,
        max_surge=pool.max_surge if max_surge is None else max_surge,
    )


def new_node_pool(network: Network, cluster: ManagedCluster, wanted: NewPool) -> NodePool:
    """The pool that Azure would make of an order; without a subnet it gets that of the first system pool.

    Raises:
        UsageError: there is such a pool already, or no such subnet.
    """
    if any(pool.name.lower() == wanted.name.lower() for pool in cluster.node_pools):
        raise UsageError(f"cluster {cluster.name} has a pool {wanted.name!r} already", "plan it with --pool")
    model = next((p for p in cluster.node_pools if p.mode.lower() == "system"), next(iter(cluster.node_pools), None))
    pod_subnet = subnet_named(network, cluster, wanted.pod_subnet) if wanted.pod_subnet else None
    pool = NodePool(
        name=wanted.name,
        mode=wanted.mode,
        type="VirtualMachineScaleSets",
        os_type=wanted.os,
        count=wanted.count,
        autoscaled=wanted.max_count is not None,
        min_count=wanted.min_count,
        max_count=wanted.max_count,
        max_pods=wanted.max_pods,
        subnet_id=subnet_named(network, cluster, wanted.subnet)
        if wanted.subnet
        else (model.subnet_id if model else None),
        pod_subnet_id=pod_subnet or (model.pod_subnet_id if model else None),
        pod_ip_allocation_mode=model.pod_ip_allocation_mode if model and model.pod_subnet_id else "",
        max_surge=wanted.max_surge,
        max_unavailable=None,
        is_spot=False,
        kubernetes_version=cluster.kubernetes_version,
        gateway_prefix_size=None,
    )
    if pool.max_pods is None:
        pool = replace(pool, max_pods=DEFAULT_MAX_PODS.get(model_of(cluster, pool)))
    if wanted.min_count is not None and pool.max_count is not None and wanted.min_count > pool.max_count:
        raise UsageError(
            f"min-count {wanted.min_count} is above max-count {pool.max_count} on pool {pool.name}", "swap them"
        )
    return pool


def subnet_named(network: Network, cluster: ManagedCluster, text: str) -> ResourceId:
    """A subnet's id from an id, or from a name in the cluster's virtual networks.

    Raises:
        UsageError: no subnet of that name is there.
    """
    if "/" in text:
        return ResourceId.of(text)
    networks = networks_of(network, cluster)
    names: list[str] = []
    for vnet_id in networks.ids:
        own = [subnet.id for subnet in network.subnets.values() if subnet.virtual_network_id == vnet_id]
        names += [subnet_id.name for subnet_id in own]
        found = next((subnet_id for subnet_id in own if subnet_id.name.lower() == text.lower()), None)
        if found:
            return found
    if networks.ids and networks.unread:  # it may be there: whoever asks for its room will learn why that is unknown
        return networks.ids[0].child("subnets", text)
    raise UsageError(
        f"the virtual network of {cluster.name} has no subnet {text!r}", _hint(text, names) or "give its id"
    )


def room_for(length: int) -> IPv4Network:
    """A prefix of this length, to try out sizes with; where it lies means nothing."""
    return IPv4Network((0, length))


def _still_true(network: Network) -> dict[object, object]:
    """The answers that no plan changes: who stands in the subnets today. Counting that over is what takes time."""
    kept = getattr(consumers_of, "__wrapped__", None)
    return {key: answer for key, answer in network.memory.items() if isinstance(key, tuple) and key[0] is kept}


def _names(clusters: Iterable[ManagedCluster]) -> list[str]:
    return [cluster.name for cluster in clusters]


def _hint(wanted: str, known: list[str]) -> str:
    near = get_close_matches(wanted.lower(), known, n=1)
    if near:
        return f"did you mean {near[0]}?"
    listed = ", ".join(known[:10])
    return f"there are: {listed}" if listed else ""
