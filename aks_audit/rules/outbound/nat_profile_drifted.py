from __future__ import annotations

from collections.abc import Iterator

from ...analysis.egress_path import EgressKind, egress_of
from ...analysis.nodes import pools_gap
from ...analysis.outbound_balancer import at_rest, covered_by
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...analysis.public_addresses import is_prefix
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, NatGateway, NatGatewayProfile, Network
from .ports import gateway_addresses

_PROFILE = "properties.networkProfile.natGatewayProfile"


@rule(
    title="The NAT gateway is not what the cluster's profile says",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/nat-gateway",
    more_sources=("https://learn.microsoft.com/rest/api/aks/managed-clusters/get",),
    covers=("LBS-08",),
    disrupts="connections are reset",
)
def nat_profile_drifted(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with a managed NAT gateway whose gateway has other addresses, or another idle timeout, than
    `natGatewayProfile` shows (`effectiveOutboundIPs`, `idleTimeoutInMinutes`).

    ## Why it matters
    AKS owns this gateway: what somebody changes on it is undone by the next write to the cluster. Allow-lists made from
    the cluster's profile miss the address that the nodes really leave by, and a connection that the gateway keeps for
    another time than applications count on is reset in the middle.

    ## How to fix it
    Say in the cluster what is meant.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --nat-gateway-managed-outbound-ip-count 2 --nat-gateway-idle-timeout 10
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      properties: {
        networkProfile: {
          natGatewayProfile: {
            managedOutboundIPProfile: { count: 2 }
            idleTimeoutInMinutes: 10
          }
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      network_profile {
        network_plugin = "azure"
        nat_gateway_profile {
          managed_outbound_ip_count = 2
          idle_timeout_in_minutes   = 10
        }
      }
    }
    ```
    """
    for cluster in network.clusters:
        profile = cluster.nat_gateway
        if outbound_type_of(cluster) is not OutboundType.MANAGED_NAT or profile is None or not at_rest(cluster):
            continue
        gap = pools_gap(cluster)
        paths = [egress_of(network, cluster, pool) for pool in cluster.node_pools]
        gap = gap or next((path.gap for path in paths if path.kind is EgressKind.UNKNOWN), None)
        if gap:
            yield unknown(cluster.id, gap)
            continue
        ids = dict.fromkeys(path.via for path in paths if path.kind is EgressKind.NAT_GATEWAY)
        for gateway_id in ids:
            if gateway_id:
                yield from _judge(network, cluster, profile, network.nat_gateways[gateway_id])


def _judge(
    network: Network, cluster: ManagedCluster, profile: NatGatewayProfile, gateway: NatGateway
) -> Iterator[Finding]:
    real = gateway.public_ip_ids + gateway.public_prefix_ids
    said: list[str] = []
    evidence: list[Evidence] = []
    if profile.effective_ids and _differ(network, real, profile.effective_ids):
        said.append(f"it has {_names(real)}, the cluster says {_names(profile.effective_ids)}")
        evidence += [
            *gateway_addresses(gateway.id, real),
            Evidence(cluster.id, f"{_PROFILE}.effectiveOutboundIPs[].id", tuple(i.text for i in profile.effective_ids)),
        ]
    wanted, minutes = profile.idle_timeout_minutes, gateway.idle_timeout_minutes
    if wanted is not None and minutes is not None and wanted != minutes:
        said.append(f"idleTimeoutInMinutes is {minutes}, the cluster says {wanted}")
        evidence += [
            Evidence(gateway.id, "properties.idleTimeoutInMinutes", minutes),
            Evidence(cluster.id, f"{_PROFILE}.idleTimeoutInMinutes", wanted),
        ]
    if said:
        yield Finding(
            gateway.id,
            f"{cluster.name}: NAT gateway {gateway.id.name} differs from the NAT gateway profile: {'; '.join(said)}",
            tuple(evidence),
            cluster_id=cluster.id,
        )


def _differ(network: Network, real: tuple[ResourceId, ...], effective: tuple[ResourceId, ...]) -> bool:
    prefixes = tuple(item for item in (*real, *effective) if is_prefix(item))
    return any(not (prefixes and covered_by(network, i, prefixes)) for i in set(real) ^ set(effective))


def _names(ids: tuple[ResourceId, ...]) -> str:
    return ", ".join(sorted(item.name for item in ids)) or "none"
