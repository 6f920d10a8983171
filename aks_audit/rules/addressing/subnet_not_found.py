from __future__ import annotations

from collections.abc import Iterator

from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Missing, Network, NodePool, NotCollected


@rule(
    title="A node pool names a subnet that does not exist",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/node-pool-unique-subnet",
    covers=("MDL-11",),
    disrupts="workloads move to a new pool",
)
def subnet_not_found(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pool whose `vnetSubnetID` or `podSubnetID` leads nowhere, although the virtual networks of that subscription
    were listed completely.

    ## Why it matters
    No node can be added to the pool: scaling, upgrades and the replacement of a broken node all fail. Nothing of
    the pool's addresses, routes and filters can be judged either.

    ## How to fix it
    See where the pool points. A pool cannot change its subnet. Create the subnet again under the same name if it
    was deleted by mistake, else add a pool in a subnet that exists and delete this one.

    ```azurecli
    az aks nodepool show -g RG --cluster-name CLUSTER -n POOL --query '[vnetSubnetId, podSubnetId]'
    az network vnet subnet create -g RG --vnet-name VNET -n SUBNET --address-prefixes PREFIX
    ```

    ```bicep
    resource np2 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np2'
      properties: {
        vnetSubnetID: nodes.id  // a reference, so that the subnet cannot go first
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      vnet_subnet_id = azurerm_subnet.nodes.id # a reference, so that the subnet cannot go first
    }
    ```
    """
    users: dict[ResourceId, list[tuple[ManagedCluster, NodePool, str]]] = {}
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        for pool in cluster.node_pools:
            for field, subnet_id in (("vnetSubnetID", pool.subnet_id), ("podSubnetID", pool.pod_subnet_id)):
                if subnet_id:
                    users.setdefault(subnet_id, []).append((cluster, pool, field))
    for subnet_id, named_by in sorted(users.items()):
        match network.subnet(subnet_id):
            case NotCollected() as not_collected:
                yield unknown(subnet_id, not_collected)
            case Missing():
                yield _finding(network, subnet_id, named_by)
            case _:
                pass


def _finding(network: Network, subnet_id: ResourceId, named_by: list[tuple[ManagedCluster, NodePool, str]]) -> Finding:
    clusters = tuple(dict.fromkeys(cluster.id for cluster, _, _ in named_by))
    vnet_id = subnet_id.parent
    if vnet_id is None:
        why = "it is no subnet's id"
    elif vnet_id in network.virtual_networks:
        why = f"virtual network {vnet_id.name} has no such subnet"
    else:
        why = f"there is no virtual network {vnet_id.name}"
    pools = ", ".join(f"{cluster.name}/{pool.name}" for cluster, pool, _ in named_by)
    return Finding(
        subnet_id,
        f"subnet {subnet_id.name}, named by {pools}, does not exist: {why}",
        tuple(
            Evidence(cluster.id, f"properties.agentPoolProfiles[{pool.name}].{field}", subnet_id.text)
            for cluster, pool, field in named_by
        ),
        cluster_id=clusters[0] if len(clusters) == 1 else None,
        affected=clusters,
    )
