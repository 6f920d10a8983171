from __future__ import annotations

from collections.abc import Iterator

from ...analysis.addresses import show
from ...analysis.nodes import unlisted_pools
from ...capacity.limit import Limit
from ...capacity.limits import pod_ranges
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network
from .limits import EVENTS, limit_finding, needed_at, plural


@rule(
    title="The pod CIDR has no range for the nodes of an upgrade",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
    covers=("CAP-06",),
    disrupts="nothing with overlay; kubenet has to move to it, which recreates all nodes",
)
def pod_cidr_too_small_for_upgrade(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A kubenet or overlay cluster whose pod CIDRs have fewer ranges of one node than it has nodes, together with
    those that an upgrade adds to every pool. A range is a /24, 256 addresses, whatever `maxPods` is; all of them
    count, none is reserved: a /22 is four nodes.

    ## Why it matters
    A node without a range never becomes `Ready`. Azure refuses to create or scale with `InsufficientSubnetSize` on
    `networkProfile.podCIDR` (overlay) or `InsufficientPodCidr` (kubenet). Whether its check before an upgrade counts
    the surge nodes is not verified; they need a range all the same, and without one the upgrade stops at the first.

    ## How to fix it
    With overlay on Linux the pod CIDR can grow to a larger one that contains it. It cannot shrink, and the new
    range must be free in the virtual network and its peers. Until then lower `maxSurge`, upgrade pools one at a
    time, or remove nodes; larger nodes need fewer ranges. Kubenet's pod CIDR is fixed: it can change only with the
    move to overlay.

    ```azurecli
    # overlay
    az aks update -g RG -n CLUSTER --pod-cidr CIDR
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL --max-surge N
    # kubenet
    az aks update -g RG -n CLUSTER --network-plugin azure --network-plugin-mode overlay --pod-cidr CIDR
    ```

    ```bicep
    resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      name: 'aks1'
      properties: {
        networkProfile: {
          networkPluginMode: 'overlay'
          podCidr: '10.244.0.0/15'  // contains the present 10.244.0.0/16
        }
      }
    }
    ```

    ```terraform
    # azurerm plans a new cluster when pod_cidr changes: enlarge it by command, then write what it is
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        network_plugin_mode = "overlay"
        pod_cidr            = "10.244.0.0/15"
      }
    }
    ```
    """
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        for limit in pod_ranges(cluster):
            if limit.gap:
                yield unknown(cluster.id, limit.gap)
            elif limit.short("upgrade"):
                yield pod_cidr_finding(cluster, limit, "now" if limit.short("now") else "upgrade", None)


def pod_cidr_finding(cluster: ManagedCluster, limit: Limit, horizon: str, severity: Severity | None) -> Finding:
    """The finding for any horizon, with the pod CIDR that would do."""
    cidrs = [cidr for cidr in cluster.pod_cidrs if cidr.version == 4]
    need = needed_at(limit, horizon)
    most = limit.needed.worst or need
    beyond = f", {most} at most" if most > need else ""
    return limit_finding(
        limit,
        horizon,
        f"{cluster.name}: pod CIDR {show(cidrs)} has ranges for {plural(limit.available or 0, 'node')}, "
        f"{EVENTS[horizon]} {'need' if horizon == 'now' else 'needs'} {need}{beyond}; "
        f"a /{smallest_pod_cidr(most)} has enough",
        severity,
        (Evidence(cluster.id, "properties.networkProfile.podCidrs", tuple(map(str, cluster.pod_cidrs))),),
    )


def smallest_pod_cidr(nodes: int) -> int:
    """The longest prefix with a /24 for each of so many nodes.

    >>> smallest_pod_cidr(4), smallest_pod_cidr(5)
    (22, 21)
    """
    return 24 - (nodes - 1).bit_length()
