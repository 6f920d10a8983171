from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import networks_of
from ...analysis.nodes import pod_subnet_users, users_of_subnets
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network
from .ranges import listed


@rule(
    title="Virtual nodes are to use a subnet that has nodes or pods in it",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/virtual-nodes",
    disrupts="virtual nodes start anew in a new subnet",
)
def virtual_nodes_subnet_shared(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose virtual-node add-on names a subnet in which a pool has its nodes or its pods.

    ## Why it matters
    Azure Container Instances needs a subnet of its own, delegated to it and otherwise empty. In a subnet with nodes
    the delegation is refused with `SubnetDelegationsCannotChangeWhenSubnetUsedByResource`, and no virtual node ever
    starts. A delegation that did succeed would end every scale-out and upgrade with `SubnetIsDelegated`.

    ## How to fix it
    Make a subnet for it, and switch the add-on off and on again with that subnet.

    ```azurecli
    az network vnet subnet create -g RG --vnet-name VNET -n virtual-nodes --address-prefixes PREFIX
    az aks disable-addons -g RG -n CLUSTER --addons virtual-node
    az aks enable-addons -g RG -n CLUSTER --addons virtual-node --subnet-name virtual-nodes
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        addonProfiles: {
          aciConnectorLinux: {
            enabled: true
            config: { SubnetName: 'virtual-nodes' }
          }
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      aci_connector_linux {
        subnet_name = azurerm_subnet.virtual_nodes.name
      }
    }

    resource "azurerm_subnet" "virtual_nodes" {
      delegation {
        name = "aci"
        service_delegation {
          name = "Microsoft.ContainerInstance/containerGroups"
        }
      }
    }
    ```
    """
    for cluster in network.clusters:
        if not cluster.virtual_nodes_subnet:
            continue
        networks = networks_of(network, cluster)
        yield from (unknown(cluster.id, place) for _, place in networks.unread if not networks.ids)
        for vnet_id in networks.ids:
            subnet_id = vnet_id.child("subnets", cluster.virtual_nodes_subnet)
            if users := _users(network, subnet_id):
                yield _finding(cluster, subnet_id, users)


def _users(network: Network, subnet_id: ResourceId) -> list[str]:
    nodes = [f"nodes of {u.cluster.name}/{u.pool.name}" for u in users_of_subnets(network).get(subnet_id, ())]
    pods = [f"pods of {c.name}/{pool.name}" for c, pool in pod_subnet_users(network).get(subnet_id, ())]
    return nodes + pods


def _finding(cluster: ManagedCluster, subnet_id: ResourceId, users: list[str]) -> Finding:
    path = "properties.addonProfiles.aciConnectorLinux.config.SubnetName"
    return Finding(
        subnet_id,
        f"{cluster.name}: virtual nodes are to use {subnet_id.name}, which has {listed(users)} in it "
        "(SubnetDelegationsCannotChangeWhenSubnetUsedByResource)",
        (Evidence(cluster.id, path, cluster.virtual_nodes_subnet),),
        cluster_id=cluster.id,
        key=cluster.id.key,
    )
