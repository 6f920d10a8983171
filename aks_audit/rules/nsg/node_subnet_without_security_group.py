from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import made_by_aks
from ...analysis.node_places import NodePlace, node_places
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Network


@rule(
    title="A node subnet of your own has no security group",
    severity=Severity.INFO,
    source="https://learn.microsoft.com/azure/aks/concepts-network",
    more_sources=("https://github.com/Azure/AKS/issues/2309",),
    covers=("NSG-12",),
    disrupts="nothing",
)
def node_subnet_without_security_group(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A subnet of your own with nodes in it and no security group on it.

    ## Why it matters
    Nothing is broken: AKS puts a group of its own on every node's NIC, which lets in the virtual network, the load
    balancer's probes and the ports of services. It protects nodes alone, though, and you may not add rules to it;
    what else stands in the subnet is open to the whole virtual network and its peers.

    ## How to fix it
    Where you want to restrict who reaches nodes, attach a group with the rules that AKS needs: nodes and pods among
    themselves, the tag AzureLoadBalancer, the ports of your services, and HTTPS out.

    ```azurecli
    az network vnet subnet update --resource-group RG --vnet-name VNET --name SUBNET \\
      --network-security-group NSG
    ```

    ```bicep
    properties: {
      addressPrefix: '10.1.0.0/24'
      networkSecurityGroup: { id: nsg.id }
    }
    ```

    ```terraform
    resource "azurerm_subnet_network_security_group_association" "nodes" {
      subnet_id                 = azurerm_subnet.nodes.id
      network_security_group_id = azurerm_network_security_group.nodes.id
    }
    ```
    """
    found: dict[ResourceId, list[NodePlace]] = {}
    for cluster in network.clusters:
        places = node_places(network, cluster)
        for where, gap in places.unread_of_owner:
            yield unknown(where, gap)
        for place in places.known:
            vnet_id = place.subnet.virtual_network_id
            if place.subnet.network_security_group_id is None and not made_by_aks(cluster, vnet_id):
                found.setdefault(place.subnet.id, []).append(place)
    for subnet_id, without in sorted(found.items()):
        clusters = {place.cluster.id: place.cluster.name for place in without}
        yield Finding(
            subnet_id,
            f"{subnet_id.name} has no security group; nodes of {', '.join(sorted(clusters.values()))} are there, "
            "behind AKS's own group on their NICs",
            (Evidence(subnet_id, "properties.networkSecurityGroup", None),),
            cluster_id=next(iter(clusters)) if len(clusters) == 1 else None,
            affected=tuple(clusters) if len(clusters) > 1 else (),
        )
