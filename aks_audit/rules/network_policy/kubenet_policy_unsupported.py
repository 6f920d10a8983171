from __future__ import annotations

from collections.abc import Iterator

from ...analysis.policy_engine import DATAPLANE, PLUGIN, POLICY, has_cilium_dataplane
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network


@rule(
    title="A policy engine or a dataplane that kubenet does not have",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/configure-kubenet",
    covers=("KBN-17",),
    disrupts="nodes are reimaged",
)
def kubenet_policy_unsupported(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A kubenet cluster with `networkPolicy` `azure` or `cilium`, or with the Cilium dataplane. Calico is fine.

    ## Why it matters
    Kubenet carries Calico's policies alone. Azure refuses the rest when a cluster is written, so a stored cluster of
    this kind can be neither upgraded nor scaled, and policies that people count on are not enforced.

    ## How to fix it
    Take Calico, or move to Azure CNI Overlay first and to Cilium then.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --network-policy none
    az aks update --resource-group RG --name CLUSTER --network-plugin azure --network-plugin-mode overlay
    az aks update --resource-group RG --name CLUSTER --network-dataplane cilium --network-policy cilium
    ```

    ```bicep
    networkProfile: {
      networkPlugin: 'kubenet'
      networkPolicy: 'calico'
    }
    ```

    ```terraform
    network_profile {
      network_plugin = "kubenet"
      network_policy = "calico"
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif cluster.network_plugin.lower() == "kubenet" and (seen := _unsupported(cluster)):
            words = ", ".join(f"{item.path.rpartition('.')[2]} {item.value}" for item in seen)
            yield Finding(
                cluster.id,
                f"{cluster.name}: kubenet does not go with {words}",
                (Evidence(cluster.id, PLUGIN, cluster.network_plugin), *seen),
                cluster_id=cluster.id,
            )


def _unsupported(cluster: ManagedCluster) -> list[Evidence]:
    seen = []
    if cluster.network_policy.lower() in ("azure", "cilium"):
        seen.append(Evidence(cluster.id, POLICY, cluster.network_policy))
    if has_cilium_dataplane(cluster):
        seen.append(Evidence(cluster.id, DATAPLANE, cluster.network_dataplane))
    return seen
