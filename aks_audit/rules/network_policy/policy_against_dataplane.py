from __future__ import annotations

from collections.abc import Iterator

from ...analysis.policy_engine import DATAPLANE, POLICY, PolicyEngine, engine_of, has_cilium_dataplane
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...model import ManagedCluster, Network


@rule(
    title="The network policy engine does not go with the dataplane",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium",
    covers=("POL-05",),
    disrupts="nodes are reimaged",
)
def policy_against_dataplane(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    `networkPolicy` `cilium` without the Cilium dataplane, or `azure` or `calico` with it. Kubenet has a rule of its
    own.

    ## Why it matters
    Azure refuses the combination (`ValidationError`): Cilium's policies are enforced by its dataplane and by nothing
    else. In a cluster that stands all the same, one of the two settings is not in force, and every write is refused.

    ## How to fix it
    Set both together; all nodes are reimaged.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --network-dataplane cilium --network-policy cilium
    ```

    ```bicep
    networkProfile: {
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
    }
    ```

    ```terraform
    network_profile {
      network_data_plane = "cilium"
      network_policy     = "cilium"
    }
    ```
    """
    for cluster in network.clusters:
        match engine_of(cluster):
            case Gap() as gap:
                yield unknown(cluster.id, gap)
            case engine if cluster.network_plugin.lower() != "kubenet" and _clash(cluster, engine):
                yield _finding(cluster)


def _clash(cluster: ManagedCluster, engine: PolicyEngine) -> bool:
    if has_cilium_dataplane(cluster):
        return engine in (PolicyEngine.AZURE, PolicyEngine.CALICO)
    return engine is PolicyEngine.CILIUM


def _finding(cluster: ManagedCluster) -> Finding:
    dataplane = cluster.network_dataplane
    return Finding(
        cluster.id,
        f"{cluster.name}: networkPolicy {cluster.network_policy} does not go with networkDataplane "
        f"{dataplane or '(absent)'} (ValidationError)",
        (Evidence(cluster.id, POLICY, cluster.network_policy), Evidence(cluster.id, DATAPLANE, dataplane or None)),
        cluster_id=cluster.id,
        latent=True,
    )
