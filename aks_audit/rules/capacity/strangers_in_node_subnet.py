from __future__ import annotations

from collections.abc import Iterator

from ...analysis.subnet_consumers import Consumer, evidence_of
from ...capacity.subnets import SubnetCapacity, node_subnet_capacities
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .evidence import unread_node_subnets

MOST_LISTED = 5
"""So many names stand in a message; the evidence has them all."""


@rule(
    title="Other things than nodes hold addresses in the node subnet",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
    disrupts="nothing for the cluster; strangers move to another subnet",
)
def strangers_in_node_subnet(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Private endpoints, virtual machines, gateways, load balancers and scale sets that hold addresses in a subnet with
    nodes. What AKS itself puts there doesn't count: internal load balancers, the API server's private endpoint and
    everything else in the node resource group of a cluster in that subnet.

    ## Why it matters
    Azure's check before an upgrade knows the sizes of pools, and not always who else came in. The addresses are
    missing when they are needed, and who owns the strangers doesn't know. Route tables and filters made for
    the nodes apply to them too.

    ## How to fix it
    Give them a subnet of their own, and create them anew there. If they are meant to stay, keep the count in the
    address plan.

    ```azurecli
    az network vnet subnet create -g RG --vnet-name VNET -n endpoints --address-prefixes PREFIX
    ```

    ```bicep
    resource endpoints 'Microsoft.Network/virtualNetworks/subnets@2024-10-01' = {
      parent: vnet
      name: 'endpoints'
      properties: {
        addressPrefix: '10.1.5.0/26'
      }
    }
    ```

    ```terraform
    resource "azurerm_subnet" "endpoints" {
      address_prefixes = ["10.1.5.0/26"]
    }

    resource "azurerm_private_endpoint" "vault" {
      subnet_id = azurerm_subnet.endpoints.id
    }
    ```
    """
    yield from unread_node_subnets(network)
    for capacity in node_subnet_capacities(network):
        if capacity.subnet.gap:
            yield unknown(capacity.subnet.id, capacity.subnet.gap)
        strangers = _strangers(capacity)
        if strangers:
            yield _finding(capacity, strangers)


def _strangers(capacity: SubnetCapacity) -> list[Consumer]:
    """What holds addresses and is neither a node nor of AKS's own making."""
    own = {(cluster.id.subscription, cluster.node_resource_group.lower()) for cluster in capacity.clusters}
    return [
        consumer
        for consumer in capacity.consumers
        if consumer.is_stranger
        and (consumer.resource_id.subscription, consumer.resource_id.resource_group.lower()) not in own
    ]


def _finding(capacity: SubnetCapacity, strangers: list[Consumer]) -> Finding:
    total = sum(stranger.addresses or 0 for stranger in strangers)
    hidden = any(stranger.addresses is None for stranger in strangers)
    names = [f"{s.kind} {s.resource_id.name} ({_count(s)})" for s in strangers]
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    of = "" if capacity.usable is None else f" of {capacity.usable}"
    return Finding(
        capacity.subnet.id,
        f"{capacity.subnet.id.name}: {'at least ' if hidden else ''}{total}{of} addresses are held by what "
        f"is no node: {', '.join(names[:MOST_LISTED])}{more}",
        evidence_of(capacity.subnet, strangers),
        cluster_id=capacity.clusters[0].id if len(capacity.clusters) == 1 else None,
        affected=tuple(cluster.id for cluster in capacity.clusters),
        arithmetic=f"{' + '.join(_count(s) for s in strangers)} = {total}" if not hidden else None,
    )


def _count(stranger: Consumer) -> str:
    return "not shown how many" if stranger.addresses is None else str(stranger.addresses)
