"""`plan create`: would Azure make what a file describes, beside what is there already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from ..analysis.network_model import NetworkModel, cluster_model, model_of
from ..errors import UsageError
from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, Network, NodePool, Subnet, VirtualNetwork
from .answer import Plan
from .change import DEFAULT_MAX_PODS, find_cluster, with_clusters
from .judge import Operation
from .operations import answer

_NEWEST_SURGE: Final = "10%"
_POD_CIDR: Final = IPv4Network("10.244.0.0/16")
_SERVICE_CIDR: Final = IPv4Network("10.0.0.0/16")
_DNS_SERVICE_IP: Final = IPv4Address("10.0.0.10")
"""Source: https://learn.microsoft.com/azure/aks/azure-cni-overlay"""
_MANAGED_SPACE: Final = IPv4Network("10.224.0.0/12")
_MANAGED_SUBNET: Final = IPv4Network("10.224.0.0/16")
"""The network that AKS makes where none is brought; deduced from samples."""


def plan_create(
    network: Network, cluster_names: Iterable[str] = (), designed: Iterable[ResourceId] | None = None
) -> Plan:
    """Whether clusters can be made. The network holds them, with whatever exists around them.

    Args:
        cluster_names: the clusters that do not exist yet; none: all of the network.
        designed: the subnets that do not exist yet either; None: all that nothing is in.

    Raises:
        UsageError: no such cluster, or none at all.
    """
    names = tuple(cluster_names)
    chosen = [find_cluster(network, name) for name in names] if names else list(network.clusters)
    if not chosen:
        raise UsageError("the design holds no managed cluster", "add a Microsoft.ContainerService/managedClusters")
    ids = tuple(cluster.id for cluster in chosen)
    before = replace(
        network,
        all_clusters=tuple(c for c in network.all_clusters if c.id not in ids),
        clusters=tuple(c for c in network.clusters if c.id not in ids),
        memory={},
    )
    finished = [_with_defaults(cluster) for cluster in chosen]
    after = with_clusters(_with_managed_networks(network, finished), finished)
    return answer(
        "create",
        f"create {', '.join(cluster.name for cluster in finished)}",
        Operation(before=before, after=after, cluster_ids=ids),
        targets={pool.name for cluster in finished for pool in cluster.node_pools},
        steps=_steps(chosen, finished),
        is_new=True,
        asked=["count", "max_count"],
        designed=None if designed is None else frozenset(designed),
    )


def _with_defaults(cluster: ManagedCluster) -> ManagedCluster:
    """What Azure fills in where a design says nothing."""
    with_pods = cluster_model(cluster) in (NetworkModel.KUBENET, NetworkModel.OVERLAY)
    group = cluster.node_resource_group or f"MC_{cluster.id.resource_group}_{cluster.name}_{cluster.location}"
    return replace(
        cluster,
        node_resource_group=group,
        pod_cidrs=cluster.pod_cidrs or ((_POD_CIDR,) if with_pods and not cluster.gap else ()),
        service_cidrs=cluster.service_cidrs or (() if cluster.gap else (_SERVICE_CIDR,)),
        dns_service_ip=cluster.dns_service_ip or (None if cluster.service_cidrs or cluster.gap else _DNS_SERVICE_IP),
        node_pools=tuple(_pool_with_defaults(cluster, pool) for pool in cluster.node_pools),
    )


def _pool_with_defaults(cluster: ManagedCluster, pool: NodePool) -> NodePool:
    version = pool.kubernetes_version or cluster.kubernetes_version
    count = pool.count
    if count is None and pool.autoscaled and not cluster.gap:
        count = pool.min_count
    return replace(
        pool,
        count=count,
        max_pods=pool.max_pods or (None if cluster.gap else DEFAULT_MAX_PODS.get(model_of(cluster, pool))),
        kubernetes_version=version,
        max_surge=pool.max_surge or (None if version else _NEWEST_SURGE),
    )


def _with_managed_networks(network: Network, clusters: Iterable[ManagedCluster]) -> Network:
    """With the network that AKS makes for a cluster that brings none."""
    vnets, subnets = dict(network.virtual_networks), dict(network.subnets)
    for cluster in clusters:
        if any(pool.subnet_id for pool in cluster.node_pools) or network.node_group_virtual_networks(cluster):
            continue
        group = f"/subscriptions/{cluster.id.subscription}/resourceGroups/{cluster.node_resource_group}"
        vnet_id = ResourceId.of(f"{group}/providers/Microsoft.Network/virtualNetworks/aks-vnet")
        subnet = Subnet(
            id=vnet_id.child("subnets", "aks-subnet"),
            prefixes=(_MANAGED_SUBNET,),
            route_table_id=None,
            network_security_group_id=None,
            nat_gateway_id=None,
            delegations=(),
            service_association_links=(),
            attachments=(),
            private_endpoint_ids=(),
            application_gateway_ids=(),
            gap=None,
        )
        subnets[subnet.id] = subnet
        vnets[vnet_id] = VirtualNetwork(
            id=vnet_id,
            location=cluster.location,
            prefixes=(_MANAGED_SPACE,),
            subnets=(subnet,),
            peerings=(),
            dns_servers=(),
            gap=None,
        )
    return replace(network, virtual_networks=vnets, subnets=subnets, memory={})


def _steps(designed: Iterable[ManagedCluster], finished: Iterable[ManagedCluster]) -> list[str]:
    """What was taken for granted, since the design does not say it."""
    steps = []
    for before, after in zip(designed, finished, strict=True):
        taken = []
        if after.pod_cidrs != before.pod_cidrs:
            taken.append(f"pod CIDR {after.pod_cidrs[0]}")
        if after.service_cidrs != before.service_cidrs:
            taken.append(f"service CIDR {after.service_cidrs[0]}")
        if not any(pool.subnet_id for pool in after.node_pools):
            taken.append(f"nodes in {_MANAGED_SUBNET} of a network that AKS makes")
        pools = zip(before.node_pools, after.node_pools, strict=True)
        taken += [f"maxPods {new.max_pods} of {new.name}" for old, new in pools if new.max_pods != old.max_pods]
        if taken:
            steps.append(f"Azure's defaults were taken for {after.name}: {', '.join(taken)}.")
    return steps
