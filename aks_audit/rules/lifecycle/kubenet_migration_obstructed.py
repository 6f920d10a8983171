from __future__ import annotations

from collections.abc import Iterator

from ...analysis.kubenet_migration import Obstacle, obstacles
from ...analysis.kubernetes_support import minor_of
from ...analysis.nodes import pools_gap
from ...analysis.retirements import KUBENET
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network


@rule(
    title="What keeps a kubenet cluster from moving to overlay in place",
    severity=Severity.INFO,
    source="https://learn.microsoft.com/azure/aks/update-azure-cni",
    more_sources=("https://github.com/Azure/AKS/issues/4859", "https://github.com/Azure/AKS/issues/5120"),
    covers=("LIF-02",),
    disrupts="nodes are reimaged",
)
def kubenet_migration_obstructed(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A kubenet cluster with something to change before `az aks update --network-plugin-mode overlay` is taken: Kubernetes
    older than 1.27, Azure's or Calico's policies, no user-assigned identity, virtual nodes, availability sets; or with
    dual stack. Information; medium in the last year before kubenet ends. Room for the nodes is told by the rules of
    capacity, and an ip-masq-agent ConfigMap of one's own is not seen in ARM.

    ## Why it matters
    Azure refuses the update (`ValidationError` with a policy engine), and some of the changes take a window of their
    own: an engine is uninstalled by reimaging every node, an identity by restarting the control plane.

    ## How to fix it
    Change one after the other, in the order told, then move. `aks-audit plan migrate --to overlay --cluster CLUSTER`
    looks at ranges and subnets too.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --network-policy none
    az aks update --resource-group RG --name CLUSTER --enable-managed-identity --assign-identity IDENTITY_ID
    az aks update --resource-group RG --name CLUSTER --network-plugin azure --network-plugin-mode overlay
    ```

    ```bicep
    identity: {
      type: 'UserAssigned'
      userAssignedIdentities: { '${identity.id}': {} }
    }
    ```

    ```terraform
    identity {
      type         = "UserAssigned"
      identity_ids = [azurerm_user_assigned_identity.aks.id]
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif cluster.network_plugin.lower() == "kubenet":
            if found := obstacles(cluster):
                yield _finding(network, cluster, found)
            if gap := pools_gap(cluster) or _version_gap(cluster):
                yield unknown(cluster.id, gap)


def _version_gap(cluster: ManagedCluster) -> Gap | None:
    if minor_of(cluster.kubernetes_version) is not None:
        return None
    message = "the Kubernetes version is not known"
    return Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message)


def _finding(network: Network, cluster: ManagedCluster, found: tuple[Obstacle, ...]) -> Finding:
    near = KUBENET.days_left(network.as_of) <= network.settings.thresholds.retirement_days_high
    return Finding(
        cluster.id,
        f"{cluster.name}, before it can move to overlay: {'; '.join(item.what for item in found)}",
        (
            Evidence(cluster.id, "properties.networkProfile.networkPlugin", cluster.network_plugin),
            *(item.evidence for item in found),
        ),
        cluster_id=cluster.id,
        severity=Severity.MEDIUM if near else None,
    )
