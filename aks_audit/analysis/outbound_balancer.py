"""The load balancer by which a cluster leaves."""

from __future__ import annotations

from typing import Final

from ..findings import Evidence
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import LOAD_BALANCERS, MANAGED_CLUSTERS, PUBLIC_IP_PREFIXES
from ..model import LoadBalancer, ManagedCluster, Missing, Network, NotCollected, OutboundRule
from .node_group import doubted

NAME: Final = "kubernetes"
"""The public load balancer that AKS makes in the node resource group.

Source: https://learn.microsoft.com/azure/aks/load-balancer-standard
"""
_AT_REST: Final = ("", "succeeded", "failed", "canceled")
"""Provisioning states in which nobody is at work on the cluster; absent counts as such."""


def at_rest(cluster: ManagedCluster) -> bool:
    """Whether what AKS built for a cluster should agree with what the cluster says.

    Not while an operation runs, and not of a stopped cluster, which has no nodes.
    """
    return not cluster.is_stopped and cluster.provisioning_state.lower() in _AT_REST


def outbound_balancer(network: Network, cluster: ManagedCluster) -> LoadBalancer | Missing | NotCollected:
    """The load balancer `kubernetes` of a cluster; NotCollected where a value of it did not parse."""
    if not cluster.node_resource_group:
        message = "properties.nodeResourceGroup is absent"
        return NotCollected(cluster.gap or Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message))
    found = network.load_balancer(balancer_id(cluster))
    if isinstance(found, LoadBalancer):
        return NotCollected(found.gap) if found.gap else found
    return doubted(network, found)


def balancer_id(cluster: ManagedCluster) -> ResourceId:
    """Where that load balancer stands, or would stand."""
    place = f"/subscriptions/{cluster.id.subscription}/resourceGroups/{cluster.node_resource_group}"
    return ResourceId.of(f"{place}/providers/{LOAD_BALANCERS}/{NAME}")


def leaving_rules(balancer: LoadBalancer) -> tuple[OutboundRule, ...]:
    """The outbound rules that have a frontend to leave by."""
    return tuple(rule for rule in balancer.outbound_rules if rule.frontend_ids)


def nothing_leaves(balancer: LoadBalancer) -> Evidence:
    """What shows that a load balancer has no outbound rule to leave by."""
    path = "properties.outboundRules"
    return Evidence(balancer.id, f"{path}[].frontendIPConfigurations[].id" if balancer.outbound_rules else path, ())


def outbound_ids(balancer: LoadBalancer) -> tuple[ResourceId, ...]:
    """The public addresses and prefixes behind the outbound rules, each once."""
    frontends = [balancer.frontend(name) for rule in balancer.outbound_rules for name in rule.frontend_ids]
    ids = (f.public_ip_id or f.public_prefix_id for f in frontends if f)
    return tuple(dict.fromkeys(item for item in ids if item))


def is_basic(cluster: ManagedCluster) -> bool:
    """A cluster of the retired SKU: it never had outbound rules."""
    return cluster.load_balancer_sku.lower() == "basic"


def covered_by(network: Network, address_id: ResourceId, prefix_ids: tuple[ResourceId, ...]) -> bool:
    """Whether an address was taken from one of these prefixes."""
    if address_id.type.lower() == PUBLIC_IP_PREFIXES.lower():
        return address_id in prefix_ids
    found = network.public_ips.get(address_id)
    return bool(found and found.prefix_id in prefix_ids)


def is_changing(cluster: ManagedCluster) -> bool:
    """Whether an operation runs: what it builds may be there or not."""
    return cluster.provisioning_state.lower() not in _AT_REST
