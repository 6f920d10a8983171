from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.cluster_networks import made_by_aks
from ...analysis.nodes import NodeSubnet, node_subnets, users_of_subnets
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected, Subnet

RESERVED_NAMES: Final = (
    "GatewaySubnet",
    "AzureFirewallSubnet",
    "AzureFirewallManagementSubnet",
    "AzureBastionSubnet",
    "RouteServerSubnet",
)
"""Names that Azure keeps for a service; virtual machines have no place there.

Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
"""
_AKS: Final = ("microsoft.containerservice/managedclusters", "azurekubernetesservice")


@rule(
    title="The node subnet belongs to another service",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-cni-overview",
    covers=("MDL-12",),
    disrupts="workloads move to a pool in a new subnet",
)
def node_subnet_unfit(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A node subnet that is delegated to a service, that carries another service's association link, or whose name
    Azure keeps for a service (`GatewaySubnet`, `AzureFirewallSubnet` ...). Delegated to AKS itself, as pod subnets
    and API server subnets are, it is of high severity: Azure's pages disagree, and creations were refused.

    ## Why it matters
    New nodes are refused with `SubnetIsDelegated`, or with
    `SubnetWithExternalResourcesCannotBeUsedByOtherResources` where the other service has resources there. The pool
    cannot grow or be upgraded.

    ## How to fix it
    Give the nodes a subnet of their own, add a pool in it, move the workloads, and delete the old pool. A
    delegation that nothing uses can be taken off instead.

    ```azurecli
    az network vnet subnet create -g RG --vnet-name VNET -n nodes2 --address-prefixes PREFIX
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --vnet-subnet-id SUBNET_ID
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    # or
    az network vnet subnet update -g RG --vnet-name VNET -n SUBNET --remove delegations
    ```

    ```bicep
    // no delegations on a node subnet
    resource nodes2 'Microsoft.Network/virtualNetworks/subnets@2024-10-01' = {
      parent: vnet
      name: 'nodes2'
      properties: {
        addressPrefix: '10.1.4.0/24'
      }
    }
    ```

    ```terraform
    # no delegation on a node subnet
    resource "azurerm_subnet" "nodes2" {
      address_prefixes = ["10.1.4.0/24"]
    }

    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      vnet_subnet_id = azurerm_subnet.nodes2.id
    }
    ```
    """
    places: dict[ResourceId, tuple[NodeSubnet, ManagedCluster]] = {}
    for cluster in network.clusters:
        for place in node_subnets(network, cluster):
            if isinstance(place, NotCollected):
                yield unknown(cluster.id, place)
            else:
                places.setdefault(place.id, (place, cluster))
    for place, cluster in places.values():
        if isinstance(place.subnet, NotCollected):
            yield unknown(place.id, place.subnet)
        elif isinstance(place.subnet, Subnet) and place.subnet.gap:
            yield unknown(place.id, place.subnet.gap)
        foreign, own = _reasons(place, cluster)
        if foreign or own:
            yield _finding(network, place, foreign, own)


def _reasons(place: NodeSubnet, cluster: ManagedCluster) -> tuple[list[Evidence], list[Evidence]]:
    """What makes a subnet unfit, as evidence: what other services did, and what AKS itself did."""
    reserved = place.id.name.lower() in {name.lower() for name in RESERVED_NAMES}
    foreign = [Evidence(place.id, "name", place.id.name)] if reserved else []
    own: list[Evidence] = []
    if isinstance(place.subnet, Subnet):
        links = "properties.serviceAssociationLinks[].properties.linkedResourceType"
        marks = [("properties.delegations[].properties.serviceName", name) for name in place.subnet.delegations]
        marks += [(links, name) for name in place.subnet.service_association_links]
        for path, name in marks:
            (own if name.lower() in _AKS else foreign).append(Evidence(place.id, path, name))
    return foreign, [] if made_by_aks(cluster, place.id) else own


def _finding(network: Network, place: NodeSubnet, foreign: list[Evidence], own: list[Evidence]) -> Finding:
    clusters = tuple(dict.fromkeys(user.cluster.id for user in users_of_subnets(network).get(place.id, ())))
    words = ", ".join(dict.fromkeys(_words(reason) for reason in (*foreign, *own)))
    return Finding(
        place.id,
        f"{place.id.name} has nodes in it, but is {words}",
        (*foreign, *own),
        cluster_id=clusters[0] if len(clusters) == 1 else None,
        affected=clusters,
        severity=None if foreign else Severity.HIGH,
    )


def _words(reason: Evidence) -> str:
    if reason.path == "name":
        return "reserved by its name for another service"
    if "delegations" in reason.path:
        return f"delegated to {reason.value} (SubnetIsDelegated)"
    return f"linked to {reason.value} (SubnetWithExternalResourcesCannotBeUsedByOtherResources)"
