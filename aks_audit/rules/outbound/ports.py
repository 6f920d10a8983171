"""What the rules about outbound ports share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.public_addresses import is_prefix
from ...capacity.horizons import Horizons, pool_nodes, sum_up
from ...findings import Evidence, Unknown, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import MANAGED_CLUSTERS
from ...model import LoadBalancerProfile, ManagedCluster

PROFILE: Final = "properties.networkProfile.loadBalancerProfile"


def leaves_by_load_balancer(cluster: ManagedCluster) -> bool:
    return cluster.outbound_type.lower() in ("", "loadbalancer")


def shares_by_default(cluster: ManagedCluster) -> LoadBalancerProfile | None:
    """The load balancer of a cluster that lets Azure share its ports out by the number of nodes."""
    profile = cluster.load_balancer
    if profile is None or profile.allocated_outbound_ports or not leaves_by_load_balancer(cluster):
        return None
    return None if cluster.load_balancer_sku.lower() == "basic" else profile


def cluster_nodes(cluster: ManagedCluster) -> Horizons:
    """The nodes behind the load balancer: those of all pools."""
    return sum_up([(pool_nodes(pool), 1) for pool in cluster.node_pools])


def unread_counts(cluster: ManagedCluster) -> Iterator[Unknown]:
    """An Unknown where ARM does not say how many nodes a pool has."""
    for pool in cluster.node_pools:
        if pool_nodes(pool) is None:
            message = f"the count of pool {pool.name} is not known"
            absent = Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message)
            yield unknown(cluster.id, cluster.gap or absent)
            return


def ports_evidence(cluster: ManagedCluster) -> tuple[Evidence, ...]:
    """How many ports a node is given, and of how many addresses."""
    profile = cluster.load_balancer
    if profile is None:
        return ()
    found = [Evidence(cluster.id, f"{PROFILE}.allocatedOutboundPorts", profile.allocated_outbound_ports)]
    if profile.managed_outbound_ips is not None:
        found.append(Evidence(cluster.id, f"{PROFILE}.managedOutboundIPs.count", profile.managed_outbound_ips))
    own = (
        ("outboundIPs.publicIPs[].id", profile.outbound_ip_ids),
        ("outboundIPPrefixes.publicIPPrefixes[].id", profile.outbound_prefix_ids),
    )
    in_effect = (("effectiveOutboundIPs[].id", profile.effective_ids),)
    for path, ids in own if any(ids for _, ids in own) else in_effect:
        if ids:
            found.append(Evidence(cluster.id, f"{PROFILE}.{path}", tuple(each.text for each in ids)))
    return tuple(found)


def gateway_addresses(gateway_id: ResourceId, ids: tuple[ResourceId, ...]) -> tuple[Evidence, ...]:
    """The addresses and prefixes of a NAT gateway, where it names them."""
    kinds = {"publicIpAddresses": False, "publicIpPrefixes": True}
    lists = {name: tuple(i.text for i in ids if is_prefix(i) is wanted) for name, wanted in kinds.items()}
    return tuple(Evidence(gateway_id, f"properties.{name}[].id", shown) for name, shown in lists.items() if shown)
