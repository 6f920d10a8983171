from __future__ import annotations

from collections.abc import Iterator

from ...findings import Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .evidence import capacity_evidence
from .room import measured_subnets, next_node, use_evidence, use_in_figures


@rule(
    title="The node subnet has no room for the next node",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/subnetisfull-error",
    covers=("CAP-04", "CAP-21"),
    disrupts="nothing, unless a new pool is needed",
)
def subnet_without_room_for_next_node(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A node subnet with fewer addresses free at this moment than the next node takes: one with kubenet, overlay and
    pod subnets, `maxPods` + 1 with Azure CNI node subnet. Of several pools the one whose nodes take most counts, if
    an upgrade or the autoscaler may add a node to it. Free is what Azure shows in use, taken off the subnet's size,
    not a sum over the pools. Of subnets that are delegated Azure shows no use, so nothing is said.

    ## Why it matters
    The next upgrade, scale-out or repair of a node stops with `SubnetIsFull`, half-way where other pools were
    upgraded before. No surge fits at all, not even one node.

    ## How to fix it
    See who holds addresses: the report lists the subnet's consumers, and the rules `nic-left-behind` and
    `strangers-in-node-subnet` name what can go. Scale an idle pool down for the time of the upgrade. Add a prefix
    to the subnet, which is allowed while it is in use. Else add a pool in another subnet and move the workloads
    there.

    ```azurecli
    az aks nodepool scale -g RG --cluster-name CLUSTER -n IDLE --node-count N
    az network vnet subnet update -g RG --vnet-name VNET -n SUBNET --address-prefixes OLD NEW
    # or
    az aks nodepool add -g RG --cluster-name CLUSTER -n NEW --vnet-subnet-id SUBNET_ID
    ```

    ```bicep
    resource nodes 'Microsoft.Network/virtualNetworks/subnets@2024-10-01' = {
      parent: vnet
      name: 'nodes'
      properties: {
        addressPrefixes: ['10.1.0.0/24', '10.1.8.0/24']  // a second one
      }
    }
    ```

    ```terraform
    resource "azurerm_subnet" "nodes" {
      address_prefixes = ["10.1.0.0/24", "10.1.8.0/24"] # a second one
    }
    ```
    """
    for capacity in measured_subnets(network):
        if isinstance(capacity, Unknown):
            yield capacity
            continue
        if capacity.gap:
            yield unknown(capacity.subnet.id, capacity.gap)
        following = next_node(capacity)
        if following and not following.fits:
            name = capacity.subnet.id.name
            yield Finding(
                capacity.subnet.id,
                f"{name} has {following.free} of {capacity.usable} addresses free, "
                f"and the next node of {following.demand.label} takes {following.wanted}",
                (*use_evidence(capacity), *capacity_evidence(capacity)[1:]),
                cluster_id=capacity.clusters[0].id if len(capacity.clusters) == 1 else None,
                affected=tuple(cluster.id for cluster in capacity.clusters),
                arithmetic=f"SubnetIsFull: {following.wanted} wanted, {use_in_figures(capacity)}",
            )
