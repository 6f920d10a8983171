from __future__ import annotations

from collections.abc import Iterator

from ...analysis.policy_engine import DATAPLANE
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network
from .pools import clusters_with_pools


@rule(
    title="The dataplane is not Cilium (KubeBuddy AKSNET004)",
    severity=Severity.LOW,
    source="https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium",
    disrupts="nodes are reimaged",
    profile="policy",
    peer="KubeBuddy AKSNET004",
)
def dataplane_other_than_cilium(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with Azure CNI whose `networkDataplane` is `azure`.

    Other than KubeBuddy's AKSNET004 it leaves out clusters with Windows pools, on which Cilium doesn't run, and those
    with another plug-in: kubenet-retirement and plugin-other-than-azure speak of these.

    ## Why it matters
    The dataplane with iptables slows down with the number of services, and its policy engine, Azure network policy
    manager, retires; azure-policy-retirement has the dates. Nothing is broken until then.

    ## How to fix it
    Switch the dataplane; all nodes are reimaged at once, and Calico or Azure policies are enforced by Cilium after.

    ```azurecli
    az aks update -g RG -n CLUSTER --network-dataplane cilium --network-policy cilium
    ```

    ```bicep
    networkProfile: {
      networkPlugin: 'azure'
      networkDataplane: 'cilium'
    }
    ```

    ```terraform
    network_profile {
      network_plugin     = "azure"
      network_data_plane = "cilium"
    }
    ```
    """
    for cluster in clusters_with_pools(network):
        if isinstance(cluster, Unknown):
            yield cluster
            continue
        dataplane = cluster.network_dataplane.lower()
        if cluster.network_plugin.lower() != "azure" or any(pool.is_windows for pool in cluster.node_pools):
            continue
        if dataplane == "azure":
            yield _finding(cluster)
        elif dataplane != "cilium":
            said = f"is {cluster.network_dataplane}, which this version does not know" if dataplane else "is absent"
            message = f"{DATAPLANE} {said}"
            yield unknown(cluster.id, Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message))


def _finding(cluster: ManagedCluster) -> Finding:
    return Finding(
        cluster.id,
        f"{cluster.name}: the dataplane is {cluster.network_dataplane}; it should be cilium",
        (Evidence(cluster.id, DATAPLANE, cluster.network_dataplane),),
        cluster_id=cluster.id,
    )
