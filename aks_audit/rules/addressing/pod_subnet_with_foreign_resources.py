from __future__ import annotations

from collections.abc import Iterator

from ...analysis.dedicated_subnets import foreign_consumers
from ...analysis.nodes import pod_subnet_users
from ...analysis.subnet_consumers import Consumer, evidence_of
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network, NotCollected, Subnet
from .ranges import listed, only_cluster


@rule(
    title="Other things than pods hold addresses in a pod subnet",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni",
    covers=("MDL-14",),
    disrupts="nothing for the cluster; strangers move to another subnet",
)
def pod_subnet_with_foreign_resources(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Virtual machines, private endpoints, gateways and load balancers that hold addresses in a pod subnet. What AKS
    puts into the node resource groups of its clusters doesn't count. Pods themselves never appear there: ARM doesn't
    show which addresses of a delegated subnet pods have.

    ## Why it matters
    A pod subnet is for pods alone. Each stranger breaks a batch of 16 addresses or a /28 block, an address that
    looks free may be a pod's, and nothing in the subnet tells how full it is.

    ## How to fix it
    Give the strangers a subnet of their own, create them anew there, and delete the old ones.

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
    for cluster in network.clusters:
        for subnet_id in cluster.pod_subnet_ids:
            subnet = network.subnet(subnet_id)
            if isinstance(subnet, NotCollected):
                yield unknown(subnet_id, subnet)
    for subnet_id in sorted({each for cluster in network.clusters for each in cluster.pod_subnet_ids}):
        subnet = network.subnet(subnet_id)
        if isinstance(subnet, Subnet):
            if subnet.gap:
                yield unknown(subnet_id, subnet.gap)
            users = pod_subnet_users(network).get(subnet_id, ())
            clusters = tuple({cluster.id: cluster for cluster, _ in users}.values())
            strangers = foreign_consumers(network, subnet, clusters)
            if strangers:
                yield foreign_finding(subnet, clusters, strangers, "pod subnet")


def foreign_finding(
    subnet: Subnet, clusters: tuple[ManagedCluster, ...], strangers: tuple[Consumer, ...], what: str
) -> Finding:
    """Names what is in a subnet and does not belong there."""
    names = listed(f"{stranger.kind} {stranger.resource_id.name}" for stranger in strangers)
    return Finding(
        subnet.id,
        f"{what} {subnet.id.name} holds what does not belong there: {names}",
        evidence_of(subnet, strangers),
        cluster_id=only_cluster(clusters),
        affected=(*(cluster.id for cluster in clusters), *(stranger.resource_id for stranger in strangers)),
    )
