from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.cluster_networks import model_of_profile
from ...analysis.network_model import NetworkModel
from ...analysis.policy_engine import PLUGIN
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network

_ADDON: Final = "aciconnectorlinux"


@rule(
    title="Virtual nodes in a cluster whose network does not support them",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/virtual-nodes",
    more_sources=(
        "https://learn.microsoft.com/azure/aks/configure-kubenet",
        "https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    ),
    covers=("KBN-17",),
    disrupts="nothing",
)
def virtual_nodes_unsupported(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    The virtual-node add-on in a cluster with kubenet or Azure CNI Overlay, or in a dual-stack cluster.

    ## Why it matters
    Pods of virtual nodes stand in a subnet of the virtual network and reach other pods by their addresses. Where pods
    have addresses of a pod CIDR that the network doesn't know, they reach none of them, DNS included. The add-on has
    no IPv6.

    ## How to fix it
    Turn the add-on off; more nodes by the autoscaler do the same work.

    ```azurecli
    az aks disable-addons --resource-group RG --name CLUSTER --addons virtual-node
    ```

    ```bicep
    addonProfiles: {
      aciConnectorLinux: { enabled: false }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      # no aci_connector_linux block
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif _ADDON in cluster.addons and (why := _why(cluster)):
            yield Finding(
                cluster.id,
                f"{cluster.name}: virtual nodes do not work with {why}",
                (
                    Evidence(cluster.id, "properties.addonProfiles.aciConnectorLinux.enabled", True),
                    Evidence(cluster.id, PLUGIN, cluster.network_plugin),
                    Evidence(
                        cluster.id, "properties.networkProfile.networkPluginMode", cluster.network_plugin_mode or None
                    ),
                    Evidence(cluster.id, "properties.networkProfile.ipFamilies", cluster.ip_families),
                ),
                cluster_id=cluster.id,
            )


def _why(cluster: ManagedCluster) -> str:
    match model_of_profile(cluster):
        case NetworkModel.KUBENET:
            return "kubenet"
        case NetworkModel.OVERLAY:
            return "Azure CNI Overlay"
        case _:
            return "dual stack" if cluster.is_dual_stack else ""
