from __future__ import annotations

from collections.abc import Iterator

from ...analysis.egress_path import EgressKind, egress_of
from ...analysis.egress_subnets import pool_id
from ...analysis.nodes import unlisted_pools
from ...analysis.outbound_type import outbound_type_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import NAT_GATEWAYS
from ...model import ManagedCluster, Network, NodePool


@rule(
    title="Nodes in several zones leave by a NAT gateway in one",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/nat-gateway/nat-availability-zones",
    more_sources=("https://learn.microsoft.com/azure/aks/nat-gateway",),
    covers=("LBS-13",),
    disrupts="connections are reset",
)
def nat_gateway_in_one_zone(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A NAT gateway of SKU Standard that is placed in one availability zone, with a pool behind it whose nodes are spread
    over other zones too.

    ## Why it matters
    When the gateway's zone fails, the nodes in the other zones run on and cannot leave: no images, no API server of a
    public cluster, no partners. The zones of the pool then protect nothing.

    ## How to fix it
    Use a gateway of SKU StandardV2, which stands in all zones and wants StandardV2 addresses; or one gateway, one
    subnet and one pool for each zone. A gateway cannot be moved: the new one takes over when the subnet names it, and
    the public address changes.

    ```azurecli
    az network nat gateway create --resource-group RG --name NATGATEWAY --sku StandardV2 --public-ip-addresses V2_IP
    az network vnet subnet update --resource-group RG --vnet-name VNET --name SUBNET --nat-gateway NATGATEWAY
    ```

    ```bicep
    resource natGateway 'Microsoft.Network/natGateways@2024-07-01' = {
      sku: { name: 'StandardV2' }
      properties: {
        publicIpAddresses: [{ id: publicIpV2.id }]
      }
    }
    ```

    ```terraform
    resource "azurerm_nat_gateway" "egress" {
      name     = "natgw-egress"
      sku_name = "StandardV2"
    }
    ```
    """
    yield from unlisted_pools(network)
    found: dict[ResourceId, list[tuple[ManagedCluster, NodePool]]] = {}
    unread: dict[ResourceId, Gap] = {}
    for cluster in network.clusters:
        for pool in cluster.node_pools:
            path = egress_of(network, cluster, pool)
            if path.kind is EgressKind.NAT_GATEWAY and path.via and len(set(pool.zones)) > 1:
                found.setdefault(path.via, []).append((cluster, pool))
            elif path.gap and (outbound_type_of(cluster).is_nat or path.gap.resource_type == NAT_GATEWAYS):
                unread.setdefault(path.subnet_id or cluster.id, path.gap)
    for place, gap in unread.items():
        yield unknown(place, gap)
    for gateway_id, spread in found.items():
        gateway = network.nat_gateways[gateway_id]
        if gateway.zones and gateway.sku.lower() != "standardv2":
            yield _finding(gateway_id, gateway.zones, spread)


def _finding(gateway_id: ResourceId, zones: tuple[str, ...], spread: list[tuple[ManagedCluster, NodePool]]) -> Finding:
    pools = ", ".join(f"{cluster.name}/{pool.name} (zones {', '.join(pool.zones)})" for cluster, pool in spread)
    return Finding(
        gateway_id,
        f"NAT gateway {gateway_id.name} stands in zone {', '.join(zones)} alone, and {pools} "
        f"{'leaves' if len(spread) == 1 else 'leave'} by it",
        (
            Evidence(gateway_id, "zones", zones),
            *(
                Evidence(cluster.id, f"properties.agentPoolProfiles[{pool.name}].availabilityZones", pool.zones)
                for cluster, pool in spread
            ),
        ),
        cluster_id=spread[0][0].id if len({cluster.id for cluster, _ in spread}) == 1 else None,
        affected=tuple(pool_id(cluster, pool) for cluster, pool in spread),
    )
