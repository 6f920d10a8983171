from __future__ import annotations

from collections.abc import Iterator

from ...analysis.policy_engine import DATAPLANE, POLICY, PolicyEngine, engine_of, has_cilium_dataplane
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import ManagedCluster, Network


@rule(
    title="No network policy engine: every pod talks to every other",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/use-network-policies",
    more_sources=("https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium",),
    covers=("POL-01",),
    disrupts="nodes are reimaged",
)
def network_policy_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose `networkPolicy` is `none` or absent. Cilium, Azure and Calico all count as engines, and the Cilium
    dataplane is one by itself. Low where `none` stands beside the Cilium dataplane. A CNI of one's own has policies of
    its own or none; ARM doesn't show it, and nothing is said.

    ## Why it matters
    NetworkPolicy objects are accepted by the API server and do nothing: no error tells. One pod that is taken over
    reaches every other, and the nodes' metadata service. Not verified: whether Cilium's agent enforces policies where
    the profile says `none`.

    ## How to fix it
    Take Cilium, which needs the Azure CNI; all nodes are reimaged at once. Kubenet takes Calico alone. Write the
    policies in an order that first admits DNS.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --network-dataplane cilium --network-policy cilium
    ```

    ```bicep
    networkProfile: {
      networkPlugin: 'azure'
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
    }
    ```

    ```terraform
    network_profile {
      network_plugin     = "azure"
      network_data_plane = "cilium"
      network_policy     = "cilium"
    }
    ```
    """
    for cluster in network.clusters:
        match engine_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case PolicyEngine.NONE:
                yield _finding(cluster)


def _finding(cluster: ManagedCluster) -> Finding:
    beside = " beside the Cilium dataplane" if has_cilium_dataplane(cluster) else ""
    return Finding(
        cluster.id,
        f"{cluster.name}: networkPolicy is {cluster.network_policy or 'absent'}{beside}, "
        "so nothing enforces network policies",
        (
            Evidence(cluster.id, POLICY, cluster.network_policy or None),
            Evidence(cluster.id, DATAPLANE, cluster.network_dataplane or None),
        ),
        cluster_id=cluster.id,
        severity=Severity.LOW if beside else None,
    )
