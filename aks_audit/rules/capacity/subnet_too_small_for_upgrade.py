from __future__ import annotations

from collections.abc import Iterator

from ...capacity.subnets import SubnetCapacity, node_subnet_capacities
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .evidence import capacity_evidence, other_horizons, short_of, unread_node_subnets


@rule(
    title="The node subnet cannot hold an upgrade",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
    covers=("CAP-01", "CAP-24"),
    disrupts="nothing, unless a new pool is needed",
)
def subnet_too_small_for_upgrade(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A node subnet that cannot hold the present nodes of all pools of all clusters in it together with the nodes
    that an upgrade adds to each pool (`maxSurge`), plus whatever else holds addresses there. With Azure CNI node
    subnet every node takes one address and `maxPods` more.

    ## Why it matters
    Azure checks this before it starts: the upgrade is refused with `InsufficientSubnetSize`. A check passed pool
    by pool can still end in `SubnetIsFull` half-way. Azure walks every pool at each write to the cluster: one whose
    present nodes don't fit its subnet blocks changes to all the others too, in roomy subnets as well.

    ## How to fix it
    Lower `maxSurge`, or set `maxUnavailable` with `maxSurge` 0 on user pools, so that fewer nodes are added.
    Upgrade pools one at a time where that fits; add a prefix to the subnet (where nodes take one address each),
    which is allowed while it is in use; add pools with a lower `maxPods` or in another subnet of the virtual
    network and retire the old ones.

    ```azurecli
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL --max-surge N
    # a user pool
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL --max-surge 0 --max-unavailable 1
    # or
    az network vnet subnet update -g RG --vnet-name VNET -n SUBNET --address-prefixes OLD NEW
    ```

    ```bicep
    resource np1 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np1'
      properties: {
        upgradeSettings: { maxSurge: '1' }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np1" {
      upgrade_settings {
        max_surge = "1"
      }
    }

    resource "azurerm_subnet" "nodes" {
      address_prefixes = ["10.1.0.0/24", "10.1.8.0/24"] # a second one
    }
    ```
    """
    yield from unread_node_subnets(network)
    for capacity in node_subnet_capacities(network):
        short, short_now = capacity.short("upgrade"), capacity.short("now")
        if capacity.gap:
            yield unknown(capacity.subnet.id, capacity.gap)
        elif short:
            blocked = "; the present nodes do not fit either, so every write to the cluster may be refused"
            yield Finding(
                capacity.subnet.id,
                f"{capacity.subnet.id.name} is {short_of(short)} an upgrade of all pools: "
                f"{capacity.needed.upgrade} needed, {capacity.usable} usable{other_horizons(capacity, 'upgrade')}"
                f"{_by_cluster(capacity)}{blocked if short_now else ''}",
                capacity_evidence(capacity),
                cluster_id=capacity.clusters[0].id if len(capacity.clusters) == 1 else None,
                affected=tuple(cluster.id for cluster in capacity.clusters),
                arithmetic=f"InsufficientSubnetSize: {capacity.arithmetic('now' if short_now else 'upgrade')}",
                latent=not short_now,
            )


def _by_cluster(capacity: SubnetCapacity) -> str:
    """What each cluster's upgrade needs by itself, where several share the subnet: nobody upgrades all at once."""
    limit = capacity.node_limit
    if limit is None or len(capacity.clusters) < 2:
        return ""
    alone = [f"{cluster.name} {limit.upgrade_of(cluster)}" for cluster in capacity.clusters]
    return f"; one cluster at a time: {', '.join(alone)}"
