from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.api_server import ACCESS
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import Network

_PATH: Final = f"{ACCESS}.disableRunCommand"


@rule(
    title="az aks command invoke is not switched off (Azure Policy 89f2d532)",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/access-private-cluster",
    disrupts="nothing",
    profile="policy",
    peer="Azure Policy 89f2d532-c53c-4f8f-9afa-4927b1114a0d",
)
def run_command_enabled(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster on which `az aks command invoke` works: `disableRunCommand` is false or absent. It is what the built-in
    Azure Policy 89f2d532-c53c-4f8f-9afa-4927b1114a0d audits.

    ## Why it matters
    The command runs kubectl in a pod of the cluster for whoever has the Azure right to it, from anywhere: past the
    private endpoint, past authorized ranges. For some teams that is the emergency entrance, hence low.

    ## How to fix it
    Switch it off where another way in exists that works in an emergency: a jump host, a VPN, Bastion.

    ```azurecli
    az aks update -g RG -n CLUSTER --disable-run-command
    ```

    ```bicep
    apiServerAccessProfile: {
      disableRunCommand: true
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      run_command_enabled = false
    }
    ```
    """
    for cluster in network.clusters:
        access = cluster.api_server
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif access.run_command_disabled:
            continue
        elif not (access.fqdn or access.private_fqdn):
            message = f"{_PATH} and the names of the API server are absent"
            yield unknown(cluster.id, Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message))
        else:
            past = "past its private endpoint" if cluster.is_private else "from anywhere"
            yield Finding(
                cluster.id,
                f"{cluster.name}: az aks command invoke reaches the API server {past}",
                (Evidence(cluster.id, _PATH, False),),
                cluster_id=cluster.id,
            )
