from __future__ import annotations

from collections.abc import Iterator

from ...analysis.kubenet_routes import kubenet_clusters
from ...analysis.nodes import Node, nodes_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import ManagedCluster, Network
from .answers import listed

_PATH = "properties.enableIPForwarding"


@rule(
    title="IP forwarding is off on a kubenet node",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/configure-kubenet",
    covers=("KBN-12",),
    disrupts="nodes are recreated",
)
def kubenet_ip_forwarding_off(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Nodes of a kubenet cluster whose network interface has IP forwarding switched off.

    ## Why it matters
    A packet to a pod arrives at the node's interface with the pod's address in it, not the node's. Without IP
    forwarding Azure drops it there, and in the same way what a pod sends with its own address. Pods of the node
    then reach only each other.

    ## How to fix it
    A node image upgrade makes the nodes anew from the scale set's model, which AKS sets right. Of a node that is a
    virtual machine of its own, set the interface. Then look for the policy or script that switched it off; Azure
    Policy has a built-in one that denies IP forwarding.

    ```azurecli
    # nodes of a scale set
    az aks nodepool upgrade -g RG --cluster-name CLUSTER -n POOL --node-image-only
    # a node that is a virtual machine
    az network nic update --ids NIC_ID --ip-forwarding true
    ```

    ```bicep
    // AKS makes the interfaces and sets enableIPForwarding. What can be declared is the exemption from the policy:
    resource exemption 'Microsoft.Authorization/policyExemptions@2022-07-01-preview' = {
      name: 'aks-nodes-forward'
      properties: {
        policyAssignmentId: assignmentId
        exemptionCategory: 'Waiver'
      }
    }
    ```

    ```terraform
    # AKS makes the interfaces and sets IP forwarding. What can be declared is the exemption from the policy:
    resource "azurerm_resource_group_policy_exemption" "aks" {
      name                 = "aks-nodes-forward"
      resource_group_id    = azurerm_kubernetes_cluster.aks1.node_resource_group_id
      policy_assignment_id = azurerm_subscription_policy_assignment.no_forwarding.id
      exemption_category   = "Waiver"
    }
    ```
    """
    for cluster in kubenet_clusters(network):
        nodes = nodes_of(network, cluster)
        off = [node for node in nodes.known if node.nic.ip_forwarding is False]
        untold = [node for node in nodes.known if node.nic.ip_forwarding is None]
        gaps = [nodes.gap, *(node.nic.gap for node in untold), *_absent(untold)]
        yield from (unknown(cluster.id, gap) for gap in dict.fromkeys(gaps) if gap)
        if off:
            yield _finding(cluster, off, len(nodes.known))


def _absent(untold: list[Node]) -> Iterator[Gap]:
    """One Gap for all interfaces that leave the field out, on the first of them."""
    nics = [node.nic.id for node in untold if not node.nic.gap]
    if nics:
        names = listed(node.name for node in untold if not node.nic.gap)
        yield Gap(nics[0].type, nics[0].text, None, "NotCollected", f"{_PATH} is absent, nodes {names}")


def _finding(cluster: ManagedCluster, off: list[Node], total: int) -> Finding:
    return Finding(
        cluster.id,
        f"IP forwarding is off on {len(off)} of {total} nodes of {cluster.name}: {listed(node.name for node in off)}",
        tuple(Evidence(node.nic.id, _PATH, False) for node in off),
        cluster_id=cluster.id,
        affected=tuple(node.nic.id for node in off),
        arithmetic=f"{len(off)} of {total} nodes",
    )
