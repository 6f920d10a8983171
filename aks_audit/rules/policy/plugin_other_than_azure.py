from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...analysis.policy_engine import PLUGIN
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import Network

_OTHERS: Final = {"kubenet": "kubenet", "none": "none, a CNI of one's own"}


@rule(
    title="The network plug-in is not Azure CNI (Checkov CKV2_AZURE_29)",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/concepts-network-cni-overview",
    disrupts="nodes of all pools are recreated at the same time",
    profile="policy",
    peer="Checkov CKV2_AZURE_29",
)
def plugin_other_than_azure(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with `networkPlugin` `kubenet` or `none`. Others demand the same: 06.04.01 of the review checklists,
    Steampipe's kubernetes_cluster_network_plugin_azure, and Azure Policy's 46238e2f-3f6f-4589-9f3f-77bed4116e67.
    Values compare without case, and a plug-in that this version doesn't know is unknown and not at fault.

    The default profile looks at each by itself: kubenet-retirement with the days that are left, which is also what
    APRL's c22db132 asks, and byo-cni with what can't be checked then.

    ## Why it matters
    Kubenet retires and takes neither Cilium nor Windows. With a CNI of one's own Azure supports the cluster but not
    its network, and nothing of the pods' addresses shows in ARM.

    ## How to fix it
    Move kubenet to Azure CNI Overlay in place; `aks-audit plan migrate --to overlay` lists what stands in the way. A
    cluster with `none` has to be built anew.

    ```azurecli
    az aks update -g RG -n CLUSTER --network-plugin azure --network-plugin-mode overlay
    ```

    ```bicep
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
    }
    ```

    ```terraform
    network_profile {
      network_plugin      = "azure"
      network_plugin_mode = "overlay"
    }
    ```
    """
    for cluster in network.clusters:
        plugin = cluster.network_plugin.lower()
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif plugin in _OTHERS:
            yield Finding(
                cluster.id,
                f"{cluster.name}: the network plug-in is {_OTHERS[plugin]}; it should be azure",
                (Evidence(cluster.id, PLUGIN, cluster.network_plugin),),
                cluster_id=cluster.id,
            )
        elif plugin != "azure":
            said = f"is {cluster.network_plugin}, which this version does not know" if plugin else "is absent"
            yield unknown(cluster.id, Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", f"{PLUGIN} {said}"))
