from __future__ import annotations

from collections.abc import Iterator

from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network

_PROFILE = "properties.networkProfile"


@rule(
    title="Network settings that nothing reads any more",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/templates/microsoft.containerservice/managedclusters",
    covers=("LIF-10",),
    disrupts="nothing",
)
def dead_network_settings(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    `networkMode` `bridge` (low), which is not supported any more, and a `dockerBridgeCidr` (information), which current
    api-versions don't know: Azure answers with it at old ones whether or not anybody set it.

    ## Why it matters
    Nobody is cut off. But a template that still says so stops at its next api-version, and whoever plans addresses
    keeps a range free for a bridge that isn't there.

    ## How to fix it
    Take the settings out of the template; pools made anew use the transparent mode.

    ```azurecli
    az aks show --resource-group RG --name CLUSTER --query networkProfile
    ```

    ```bicep
    networkProfile: {
      networkPlugin: 'azure'
      // no networkMode, no dockerBridgeCidr
    }
    ```

    ```terraform
    network_profile {
      network_plugin = "azure"
      # no network_mode
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif seen := _dead(cluster):
            words = ", ".join(f"{item.path.rpartition('.')[2]} {item.value}" for item in seen)
            yield Finding(
                cluster.id,
                f"{cluster.name}: nothing reads {words} any more",
                tuple(seen),
                cluster_id=cluster.id,
                severity=None if cluster.network_mode.lower() == "bridge" else Severity.INFO,
            )


def _dead(cluster: ManagedCluster) -> list[Evidence]:
    seen = []
    if cluster.network_mode.lower() == "bridge":
        seen.append(Evidence(cluster.id, f"{_PROFILE}.networkMode", cluster.network_mode))
    if cluster.docker_bridge_cidr:
        seen.append(Evidence(cluster.id, f"{_PROFILE}.dockerBridgeCidr", str(cluster.docker_bridge_cidr)))
    return seen
