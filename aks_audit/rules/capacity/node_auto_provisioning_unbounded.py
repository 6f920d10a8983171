from __future__ import annotations

from collections.abc import Iterator

from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network


@rule(
    title="Node auto-provisioning: the capacity at the maximum cannot be known",
    severity=Severity.INFO,
    source="https://learn.microsoft.com/azure/aks/node-auto-provisioning-networking",
    covers=("CAP-22",),
    disrupts="nothing",
)
def node_auto_provisioning_unbounded(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with node auto-provisioning (`nodeProvisioningProfile.mode` is `Auto`).

    ## Why it matters
    Its nodes belong to no pool that ARM shows, have no `maxCount`, and may stand in other subnets that `AKSNodeClass`
    objects name. What is said here about subnets and pod CIDRs at the autoscaler's maximum counts the other pools
    alone; what is in use now is counted from the network interfaces.

    ## How to fix it
    Bound the growth in Kubernetes, with `spec.limits` of each `NodePool` object, and size subnet and pod CIDR for
    that with `aks-audit plan size --model MODEL --nodes N --max-pods N`. Nothing else is to be mended.

    ```azurecli
    kubectl edit nodepools.karpenter.sh general  # spec.limits
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        nodeProvisioningProfile: {
          mode: 'Auto'
          defaultNodePools: 'None'  // NodePool objects of one's own, with limits
        }
      }
    }
    ```

    ```terraform
    resource "kubernetes_manifest" "general" {
      manifest = {
        apiVersion = "karpenter.sh/v1"
        kind       = "NodePool"
        metadata   = { name = "general" }
        # beside its template
        spec = { limits = { cpu = "400" } }
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        if cluster.node_auto_provisioning:
            yield Finding(
                cluster.id,
                f"{cluster.name} makes nodes by auto-provisioning: how many there may be, ARM does not tell",
                (Evidence(cluster.id, "properties.nodeProvisioningProfile.mode", "Auto"),),
                cluster_id=cluster.id,
            )
