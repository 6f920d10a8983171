from __future__ import annotations

from collections.abc import Iterator

from ...findings import Finding, Severity, Unknown, rule
from ...model import Network
from .room import measured_subnets, next_node, use_evidence, use_in_figures


@rule(
    title="The node subnet is nearly full",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
    covers=("CAP-05",),
    disrupts="nothing",
)
def subnet_nearly_full(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A node subnet of which 80 % or more of the usable addresses are in use at this moment; from 90 % on the severity
    is high. Where not even the next node fits, `subnet-without-room-for-next-node` says so instead.

    ## Why it matters
    Upgrades, the autoscaler, internal load balancers and private endpoints all draw on what is left. A subnet
    cannot be made larger at short notice where its neighbours leave no room.

    ## How to fix it
    See who holds the addresses: the report lists the subnet's consumers. Move what is no node to a subnet of its
    own, lower `maxCount`, or add a prefix (where nodes take one address each). In the long run overlay needs one
    address a node.

    ```azurecli
    az network vnet subnet update -g RG --vnet-name VNET -n SUBNET --address-prefixes OLD NEW
    # or
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL -u --min-count MIN --max-count MAX
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
    thresholds = network.settings.thresholds
    for capacity in measured_subnets(network):
        if isinstance(capacity, Unknown):
            yield capacity
            continue
        used, usable, following = capacity.used, capacity.usable, next_node(capacity)
        if not used or not usable or (following and not following.fits):
            continue
        percent = used * 100 // usable
        if percent >= thresholds.used_percent_medium:
            yield Finding(
                capacity.subnet.id,
                f"{capacity.subnet.id.name} is {percent} % full: {used} of {usable} addresses are in use",
                use_evidence(capacity),
                cluster_id=capacity.clusters[0].id if len(capacity.clusters) == 1 else None,
                affected=tuple(cluster.id for cluster in capacity.clusters),
                arithmetic=f"{used} x 100 / {usable} = {percent} %; {use_in_figures(capacity)}",
                severity=Severity.HIGH if percent >= thresholds.used_percent_high else None,
            )
