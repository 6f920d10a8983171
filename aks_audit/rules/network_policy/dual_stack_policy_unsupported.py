from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import model_of_profile
from ...analysis.network_model import NetworkModel
from ...analysis.policy_engine import POLICY, PolicyEngine, engine_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import ManagedCluster, Network


@rule(
    title="Dual-stack overlay with a policy engine that has no IPv6",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/configure-dual-stack",
    covers=("POL-06",),
    disrupts="nodes are reimaged",
)
def dual_stack_policy_unsupported(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A dual-stack cluster with Azure CNI Overlay and `networkPolicy` `azure` or `calico`.

    ## Why it matters
    Azure doesn't support these engines there. Policies that hold for IPv4 don't hold for IPv6: a pod that is shut off
    by its IPv4 address still answers at the other.

    ## How to fix it
    Take Cilium, which enforces both families from Kubernetes 1.29 on.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --network-dataplane cilium --network-policy cilium
    ```

    ```bicep
    networkProfile: {
      ipFamilies: ['IPv4', 'IPv6']
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
    }
    ```

    ```terraform
    network_profile {
      ip_versions        = ["IPv4", "IPv6"]
      network_data_plane = "cilium"
      network_policy     = "cilium"
    }
    ```
    """
    for cluster in network.clusters:
        if not cluster.gap and not (cluster.is_dual_stack and model_of_profile(cluster) is NetworkModel.OVERLAY):
            continue
        match engine_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case PolicyEngine.AZURE | PolicyEngine.CALICO:
                yield _finding(cluster)


def _finding(cluster: ManagedCluster) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name}: networkPolicy {cluster.network_policy} is not supported in a dual-stack overlay cluster",
        (
            Evidence(cluster.id, POLICY, cluster.network_policy),
            Evidence(cluster.id, "properties.networkProfile.ipFamilies", cluster.ip_families),
            Evidence(cluster.id, "properties.networkProfile.networkPluginMode", cluster.network_plugin_mode),
        ),
        cluster_id=cluster.id,
    )
