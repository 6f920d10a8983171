from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ...analysis.left_behind import LeftBehind, left_behind
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .evidence import unread_node_subnets

_SETTLED = {"succeeded", "failed", "canceled", ""}


@rule(
    title="Network interfaces of deleted nodes still hold addresses",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/subnetisfull-error",
    disrupts="nothing",
)
def nic_left_behind(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Network interfaces of nodes that are gone: a subnet still lists them, but their scale set, or their instance of
    it, does not exist any more; or they are named like a node's (`aks-...`), stand in a node resource group, and
    belong to no virtual machine. One finding for each subnet and cluster, with the number of addresses that are lost.

    ## Why it matters
    Each of them keeps its addresses, with Azure CNI node subnet `maxPods` + 1. They count against the subnet and
    belong to no pool, so scaling and upgrades fail with `SubnetIsFull` though the sum over the pools fits. The
    subnet cannot be deleted or resized either.

    ## How to fix it
    Look again after some minutes: a node that is just being made or deleted looks the same. Then delete NICs
    without a machine. What a subnet lists of a scale set that is gone goes away with an update of the cluster,
    which reconciles; if it does not, Azure's support has to clear it.

    ```azurecli
    az network nic delete --ids NIC_ID
    # of a scale set that is gone
    az aks update -g RG -n CLUSTER
    ```

    ```bicep
    // AKS makes the interfaces of nodes, and no template names them: delete what is left over by command.
    // What can be declared is the subnet they are in, with room for some:
    resource nodes 'Microsoft.Network/virtualNetworks/subnets@2024-10-01' = {
      parent: vnet
      name: 'nodes'
      properties: {
        addressPrefixes: ['10.1.0.0/22']
      }
    }
    ```

    ```terraform
    # AKS makes the interfaces of nodes, and no code names them: delete what is left over by command.
    # What can be declared is the subnet they are in, with room for some:
    resource "azurerm_subnet" "nodes" {
      address_prefixes = ["10.1.0.0/22"]
    }
    ```
    """
    yield from unread_node_subnets(network)
    nics = left_behind(network)
    yield from (unknown(place, gap) for place, gap in nics.unread)
    for _, group in groupby(nics.found, key=lambda item: (item.subnet_id, item.cluster.id)):
        yield _finding(list(group))


def _finding(lost: list[LeftBehind]) -> Finding:
    subnet_id, cluster = lost[0].subnet_id, lost[0].cluster
    total = sum(item.addresses for item in lost)
    what = "1 NIC" if len(lost) == 1 else f"{len(lost)} NICs"
    settled = cluster.provisioning_state.lower() in _SETTLED
    waiting = "" if settled else f"; a write is under way ({cluster.provisioning_state}), look again afterwards"
    return Finding(
        subnet_id,
        f"{subnet_id.name}: {total} {'address is' if total == 1 else 'addresses are'} lost to {what} "
        f"of nodes that {cluster.name} no longer has{waiting}",
        (Evidence(subnet_id, "properties.ipConfigurations[].id", tuple(item.nic_id.text for item in lost)),),
        cluster_id=cluster.id,
        affected=tuple(item.nic_id for item in lost),
        arithmetic=f"{' + '.join(str(item.addresses) for item in lost)} = {total}",
        severity=None if settled else Severity.INFO,
        key=cluster.id.key,
    )
