from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.default_route import default_route, firewall_behind
from ...analysis.effective_routes import EffectiveRoute
from ...analysis.egress_path import HUB_ADDRESSES, EgressKind, EgressPath, egress_of
from ...analysis.egress_subnets import pool_id
from ...analysis.nodes import unlisted_pools
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...capacity.horizons import pool_nodes, sum_up
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import MANAGED_CLUSTERS, ROUTE_TABLES
from ...model import Firewall, ManagedCluster, Network, NodePool, NotCollected

PORTS: Final = 2496
"""SNAT ports of each public address on each instance of a firewall.

Source: https://learn.microsoft.com/azure/firewall/integrate-with-nat-gateway
"""
INSTANCES: Final = 2
"""The fewest that a firewall runs on."""

Leaver = tuple[ManagedCluster, NodePool]


@rule(
    title="A firewall has few public addresses for the clusters behind it",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/limit-egress-traffic",
    more_sources=("https://learn.microsoft.com/azure/firewall/integrate-with-nat-gateway",),
    covers=("UDR-18",),
    disrupts="nothing",
)
def firewall_addresses_scarce(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    An Azure Firewall that the default routes of clusters lead to, with fewer than 20 public addresses (the threshold
    `firewall_min_public_ips`), and fewer ports than 1,024 (`nat_ports_per_node`) for each node behind it at the
    autoscaler's maximum. Small clusters therefore pass with one address.

    ## Why it matters
    The firewall translates with 2,496 ports for each address and instance, and runs on two instances at least. When
    the nodes together hold more connections to one destination, new ones fail: SNAT port exhaustion, seen as time-outs
    of pulls and of calls to the API server. Microsoft advises 20 addresses or more in production.

    ## How to fix it
    Add addresses from one prefix, so that allow-lists need one entry; or attach a NAT gateway to AzureFirewallSubnet,
    which brings 64,512 ports for each address.

    ```azurecli
    az network firewall ip-config create --resource-group RG --firewall-name FIREWALL --name egress-2 \\
      --public-ip-address PUBLIC_IP_2
    ```

    ```bicep
    resource subnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
      parent: hub
      name: 'AzureFirewallSubnet'
      properties: {
        addressPrefix: '10.0.1.0/26'
        natGateway: { id: natGateway.id }
      }
    }
    ```

    ```terraform
    resource "azurerm_subnet_nat_gateway_association" "firewall" {
      subnet_id      = azurerm_subnet.firewall.id
      nat_gateway_id = azurerm_nat_gateway.egress.id
    }
    ```
    """
    yield from unlisted_pools(network)
    judged = {cluster.id for cluster in network.clusters}
    firewalls: dict[ResourceId, tuple[EgressPath, list[Leaver]]] = {}
    unread: dict[ResourceId, Gap] = {}
    for cluster in network.all_clusters:
        for pool in cluster.node_pools:
            path = egress_of(network, cluster, pool)
            if path.kind is EgressKind.APPLIANCE and path.via in network.firewalls and path.via:
                firewalls.setdefault(path.via, (path, []))[1].append((cluster, pool))
                continue
            gap = _hiding(network, cluster, path)
            if gap and cluster.id in judged:
                unread.setdefault(path.subnet_id or cluster.id, gap)
    for subnet_id, gap in unread.items():
        yield unknown(subnet_id, gap)
    for firewall_id, (path, leavers) in firewalls.items():
        if any(cluster.id in judged for cluster, _ in leavers):
            yield from _judge(network, network.firewalls[firewall_id], path, leavers)


def _hiding(network: Network, cluster: ManagedCluster, path: EgressPath) -> Gap | None:
    """Why it is not known whether a pool leaves by a firewall."""
    if path.gap:
        asked = outbound_type_of(cluster) is OutboundType.USER_ROUTING or path.gap.resource_type == ROUTE_TABLES
        return path.gap if asked else None
    subnet = network.subnets.get(path.subnet_id) if path.subnet_id else None
    route = default_route(network, subnet) if subnet and path.kind is EgressKind.APPLIANCE else None
    behind = firewall_behind(network, subnet, route) if subnet and isinstance(route, EffectiveRoute) else None
    return behind.gap if isinstance(behind, NotCollected) else None


def _judge(
    network: Network, firewall: Firewall, path: EgressPath, leavers: list[Leaver]
) -> Iterator[Finding | Unknown]:
    addresses = len(firewall.public_ip_ids) + len(firewall.hub_public_addresses)
    if _has_nat_gateway(network, firewall):
        return  # which brings ports of its own
    if not addresses:
        if path.addresses.gap:
            yield unknown(firewall.id, path.addresses.gap)
        return
    if firewall.gap:
        yield unknown(firewall.id, firewall.gap)
        return
    uncounted = next(((cluster, pool) for cluster, pool in leavers if pool_nodes(pool) is None), None)
    if uncounted:
        message = f"the count of pool {uncounted[1].name} is not known"
        yield unknown(firewall.id, Gap(MANAGED_CLUSTERS, uncounted[0].id.text, None, "NotCollected", message))
        return
    nodes = sum_up([(pool_nodes(pool), 1) for _, pool in leavers]).worst
    thresholds = network.settings.thresholds
    ports = addresses * INSTANCES * PORTS
    if not nodes or addresses >= thresholds.firewall_min_public_ips or ports >= nodes * thresholds.nat_ports_per_node:
        return
    yield Finding(
        firewall.id,
        f"firewall {firewall.id.name} has {addresses} public {'address' if addresses == 1 else 'addresses'} for "
        f"{nodes} nodes at their maximum, {ports // nodes} ports for each; {thresholds.firewall_min_public_ips} "
        f"addresses are advised in production",
        (
            _addresses(firewall),
            *path.evidence,
        ),
        cluster_id=leavers[0][0].id if len({cluster.id for cluster, _ in leavers}) == 1 else None,
        affected=tuple(pool_id(cluster, pool) for cluster, pool in leavers),
        arithmetic=f"{addresses} x {INSTANCES} instances x {PORTS} / {nodes} = {ports // nodes} ports a node",
    )


def _addresses(firewall: Firewall) -> Evidence:
    if firewall.hub_public_addresses:
        shown = tuple(map(str, firewall.hub_public_addresses))
        return Evidence(firewall.id, HUB_ADDRESSES, shown)
    shown = tuple(item.text for item in firewall.public_ip_ids)
    return Evidence(firewall.id, "properties.ipConfigurations[].publicIPAddress.id", shown)


def _has_nat_gateway(network: Network, firewall: Firewall) -> bool:
    subnets = (network.subnets.get(item.subnet_id) for item in firewall.configurations if item.subnet_id)
    return any(subnet and subnet.nat_gateway_id for subnet in subnets)
