from __future__ import annotations

from collections.abc import Iterator

from ...analysis.policy_engine import DATAPLANE, has_cilium_dataplane
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network


@rule(
    title="WireGuard between nodes is asked for, and the dataplane has none",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/how-to-apply-wireguard",
    covers=("POL-05",),
    disrupts="nodes are reimaged",
)
def transit_encryption_without_cilium(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with `advancedNetworking.security.transitEncryption.type` `WireGuard` and another dataplane than Cilium.

    ## Why it matters
    Cilium's agents build the tunnels. Without them what pods send from node to node goes in the clear, while the
    setting, and whoever audits it, says otherwise.

    ## How to fix it
    Take the Cilium dataplane, or take the setting out and encrypt in the workloads.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --network-dataplane cilium --network-policy cilium
    ```

    ```bicep
    networkProfile: {
      networkDataplane: 'cilium'
      advancedNetworking: {
        enabled: true
        security: { enabled: true, transitEncryption: { type: 'WireGuard' } }
      }
    }
    ```

    ```terraform
    network_profile {
      network_data_plane = "cilium"
      advanced_networking {
        security_enabled = true
      }
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif cluster.encrypts_transit and not has_cilium_dataplane(cluster):
            yield _finding(cluster)


def _finding(cluster: ManagedCluster) -> Finding:
    dataplane = cluster.network_dataplane
    path = "properties.networkProfile.advancedNetworking.security.transitEncryption.type"
    return Finding(
        cluster.id,
        f"{cluster.name} is to encrypt with WireGuard, which networkDataplane {dataplane or '(absent)'} does not do",
        (Evidence(cluster.id, path, "WireGuard"), Evidence(cluster.id, DATAPLANE, dataplane or None)),
        cluster_id=cluster.id,
    )
