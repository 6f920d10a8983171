from __future__ import annotations

from collections.abc import Iterator

from ...capacity.limit import Draw
from ...capacity.subnets import SubnetCapacity, node_subnet_capacities
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .evidence import capacity_evidence, other_horizons, short_of, unread_node_subnets


@rule(
    title="The node subnet cannot hold the autoscaler's maximum",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
    covers=("CAP-02", "CAP-24"),
    disrupts="nothing",
)
def subnet_too_small_for_autoscaler(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A node subnet that cannot hold all pools of all clusters in it once every autoscaled pool has grown to its
    `maxCount`, plus whatever else holds addresses there. Nodes that an upgrade adds are not counted here.

    ## Why it matters
    A scale set grows by all the nodes asked for or by none. The autoscaler doesn't trim its wish to what the subnet
    has left: a pool of 5 that wanted 30 more got none while 24 addresses were free. Azure also counts `maxCount`
    when it checks a write to the cluster, so unrelated changes may be refused with `InsufficientSubnetSize`.

    ## How to fix it
    Lower the maximum to what fits. Where that many nodes are needed, add a prefix to the subnet (where nodes take
    one address each), which is allowed while it is in use, or add a pool in another subnet of the virtual network,
    with a lower `maxPods` if pods take addresses of the subnet.

    ```azurecli
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL -u --min-count MIN --max-count MAX
    # or
    az network vnet subnet update -g RG --vnet-name VNET -n SUBNET --address-prefixes OLD NEW
    ```

    ```bicep
    resource np1 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np1'
      properties: {
        enableAutoScaling: true
        minCount: 1
        maxCount: 20
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np1" {
      auto_scaling_enabled = true
      min_count            = 1
      max_count            = 20
    }

    resource "azurerm_subnet" "nodes" {
      address_prefixes = ["10.1.0.0/24", "10.1.8.0/24"] # a second one
    }
    ```
    """
    yield from unread_node_subnets(network)
    for capacity in node_subnet_capacities(network):
        growing = [demand for demand in capacity.demands if demand.nodes and demand.nodes.maximum > demand.nodes.now]
        short = capacity.short("autoscale_max")
        if capacity.gap:
            yield unknown(capacity.subnet.id, capacity.gap)
        elif short and growing:
            yield Finding(
                capacity.subnet.id,
                f"{capacity.subnet.id.name} is {short_of(short)} the autoscaler's maximum: "
                f"{capacity.needed.autoscale_max} needed, {capacity.usable} usable"
                f"{other_horizons(capacity, 'autoscale_max')}{_advice(capacity, growing)}",
                capacity_evidence(capacity),
                cluster_id=capacity.clusters[0].id if len(capacity.clusters) == 1 else None,
                affected=tuple(cluster.id for cluster in capacity.clusters),
                arithmetic=f"InsufficientSubnetSize: {capacity.arithmetic('autoscale_max')}",
                latent=True,
            )


def _advice(capacity: SubnetCapacity, growing: list[Draw]) -> str:
    """The maximum that fits, where one pool alone grows."""
    demand, short = growing[0], capacity.short("autoscale_max")
    if len(growing) > 1 or not demand.nodes or not demand.each or not short:
        return ""
    fitting = demand.nodes.maximum - -(-short // demand.each)
    if fitting < demand.nodes.now:
        return f"; not even the present {demand.nodes.now} nodes of {demand.label} fit"
    return f"; a maxCount of {fitting} for {demand.label} fits"
