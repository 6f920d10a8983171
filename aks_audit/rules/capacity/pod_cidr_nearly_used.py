from __future__ import annotations

from collections.abc import Iterator

from ...analysis.addresses import show
from ...analysis.nodes import unlisted_pools
from ...capacity.limits import pod_ranges
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network
from .limits import EVENTS, first_short, limit_finding, plural


@rule(
    title="The pod CIDR has few ranges left for more nodes",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/azure-cni-overlay-pod-expand",
    covers=("CAP-07",),
    disrupts="nothing",
)
def pod_cidr_nearly_used(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A kubenet or overlay cluster whose pod CIDRs have a range (a /24) for every node at the autoscaler's maximum,
    surge included, of which those nodes then use more than 80 %.

    ## Why it matters
    The next pool, or the next raise of a maximum, is refused with `InsufficientSubnetSize` or `InsufficientPodCidr`.
    Enlarging takes time to prepare: overlay allows it on Linux nodes and IPv4 only, to a range that contains the
    present one and is free everywhere pods talk to; kubenet does not allow it at all.

    ## How to fix it
    Reserve the larger range in the address plan now, and enlarge the pod CIDR when it is needed (overlay). Lower
    maxima that are never reached, or use fewer, larger nodes: a range is a whole /24 however few pods a node runs.

    ```azurecli
    # overlay, Linux, IPv4
    az aks update -g RG -n CLUSTER --pod-cidr CIDR
    # or
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL -u --min-count MIN --max-count MAX
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
    most = network.settings.thresholds.used_percent_medium
    yield from unlisted_pools(network)
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        for limit in pod_ranges(cluster):
            need, ranges = limit.needed.worst, limit.available
            if limit.gap:
                yield unknown(cluster.id, limit.gap)
            elif need and ranges and not first_short(limit) and need * 100 > ranges * most:
                cidrs = show(cidr for cidr in cluster.pod_cidrs if cidr.version == 4)
                yield limit_finding(
                    limit,
                    "worst",
                    f"{cluster.name}: {EVENTS['worst']} uses {need} of the {plural(ranges, 'range')} of pod CIDR "
                    f"{cidrs}, {need * 100 // ranges} %; {plural(ranges - need, 'node')} more would fit",
                    None,
                    (Evidence(cluster.id, "properties.networkProfile.podCidrs", tuple(map(str, cluster.pod_cidrs))),),
                )
