from __future__ import annotations

from collections.abc import Iterator

from ...analysis.egress_path import OUTBOUND_TYPE
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import LoadBalancerProfile, Network
from .ports import PROFILE


@rule(
    title="A load balancer profile is left of another outbound type",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/egress-outboundtype",
    more_sources=("https://github.com/hashicorp/terraform-provider-azurerm/pull/25021",),
    disrupts="nothing",
)
def load_balancer_profile_left_behind(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with outbound type `userDefinedRouting` whose load balancer profile still names outbound addresses:
    managed ones, the owner's, or some in effect. A profile that only tells the type of the backend pools is normal.

    ## Why it matters
    The two exclude each other. A client that reads the cluster, changes something and writes all of it back, as
    Terraform and many scripts do, is refused with `InvalidUserDefinedRoutingWithLoadBalancerProfile`, whatever it
    wanted to change. Nothing is wrong with the traffic meanwhile.

    ## How to fix it
    Take the profile out of the template, and say the outbound type once more so that the cluster forgets it.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --outbound-type userDefinedRouting
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      properties: {
        networkProfile: {
          outboundType: 'userDefinedRouting' // and no loadBalancerProfile
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      network_profile {
        network_plugin = "azure"
        outbound_type  = "userDefinedRouting" # and no load_balancer_profile block
      }
    }
    ```
    """
    for cluster in network.clusters:
        if outbound_type_of(cluster) is not OutboundType.USER_ROUTING:
            continue
        lines = _named(cluster.load_balancer) if cluster.load_balancer else []
        if lines:
            yield Finding(
                cluster.id,
                f"{cluster.name}: outbound type {cluster.outbound_type}, but the load balancer profile still has "
                f"{', '.join(path.partition('.')[0].partition('[')[0] for path, _ in lines)}",
                (
                    Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type),
                    *(Evidence(cluster.id, f"{PROFILE}.{path}", value) for path, value in lines),
                ),
                cluster_id=cluster.id,
                arithmetic="InvalidUserDefinedRoutingWithLoadBalancerProfile",
                latent=True,
            )
        elif cluster.gap:
            yield unknown(cluster.id, cluster.gap)


def _named(profile: LoadBalancerProfile) -> list[tuple[str, int | tuple[str, ...]]]:
    """What of a profile names addresses."""
    lines: list[tuple[str, int | tuple[str, ...]]] = []
    if profile.managed_outbound_ips:
        lines.append(("managedOutboundIPs.count", profile.managed_outbound_ips))
    for path, ids in (
        ("outboundIPs.publicIPs[].id", profile.outbound_ip_ids),
        ("outboundIPPrefixes.publicIPPrefixes[].id", profile.outbound_prefix_ids),
        ("effectiveOutboundIPs[].id", profile.effective_ids),
    ):
        if ids:
            lines.append((path, tuple(item.text for item in ids)))
    return lines
