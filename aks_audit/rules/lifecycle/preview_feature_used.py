from __future__ import annotations

from collections.abc import Iterator

from ...analysis.api_server import RANGES, authorized_ranges
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network

_PROFILE = "properties.networkProfile"


@rule(
    title="Network features in use that Azure still calls a preview",
    severity=Severity.INFO,
    source="https://learn.microsoft.com/azure/aks/egress-outboundtype",
    more_sources=(
        "https://learn.microsoft.com/azure/aks/use-multiple-standard-load-balancer",
        "https://learn.microsoft.com/azure/aks/api-server-service-tags",
    ),
    covers=("LIF-09",),
    disrupts="nothing",
)
def preview_feature_used(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Outbound type `block`, a managed NAT gateway of the StandardV2 SKU, several standard load balancers, blue-green
    upgrades of a pool, and service tags in the authorized ranges. Preview as of 2026-11-23; the state in one's own
    region may be ahead.

    ## Why it matters
    A preview has no service level, support on a best-effort basis, and may change or go without the usual notice.
    Azure's pages disagree about StandardV2: some call the outbound type `managedNATGatewayV2`, others a SKU.

    ## How to fix it
    In production, take the feature that is generally available, or write down that the preview is meant.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --outbound-type managedNATGateway
    az aks nodepool update --resource-group RG --cluster-name CLUSTER --name POOL --upgrade-strategy Rolling
    ```

    ```bicep
    networkProfile: {
      outboundType: 'managedNATGateway'
    }
    ```

    ```terraform
    network_profile {
      outbound_type = "managedNATGateway"
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif used := _used(cluster):
            yield Finding(
                cluster.id,
                f"{cluster.name} uses previews: {', '.join(what for what, _ in used)}",
                tuple(evidence for _, evidence in used),
                cluster_id=cluster.id,
            )


def _used(cluster: ManagedCluster) -> list[tuple[str, Evidence]]:
    used = []
    outbound, gateway = cluster.outbound_type, cluster.nat_gateway
    if outbound.lower() in ("block", "managednatgatewayv2"):
        used.append((f"outbound type {outbound}", Evidence(cluster.id, f"{_PROFILE}.outboundType", outbound)))
    if gateway and gateway.sku.lower() == "standardv2":
        path = f"{_PROFILE}.natGatewayProfile.sku"
        used.append((f"a managed NAT gateway of SKU {gateway.sku}", Evidence(cluster.id, path, gateway.sku)))
    if cluster.load_balancer and cluster.load_balancer.multiple_load_balancers:
        path = f"{_PROFILE}.loadBalancerProfile.enableMultipleStandardLoadBalancers"
        used.append(("several standard load balancers", Evidence(cluster.id, path, True)))
    for pool in cluster.node_pools:
        if pool.upgrade_strategy.lower() == "bluegreen":
            path = f"properties.agentPoolProfiles[{pool.name}].upgradeStrategy"
            used.append((f"blue-green upgrades of {pool.name}", Evidence(cluster.id, path, pool.upgrade_strategy)))
    tags = tuple(item.text for item in authorized_ranges(cluster) if item.is_tag)
    if tags:
        used.append((f"service tag {', '.join(tags)} in authorizedIPRanges", Evidence(cluster.id, RANGES, tags)))
    return used
