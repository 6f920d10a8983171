from __future__ import annotations

from collections.abc import Iterator

from ...analysis.egress_subnets import Home, homes
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Missing, NatGateway, Network, NotCollected


@rule(
    title="A NAT gateway has no public address",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/nat-gateway/nat-overview",
    covers=("UDR-11",),
    disrupts="nothing",
)
def nat_gateway_without_addresses(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A NAT gateway on a node subnet or a pod subnet that has neither a public IP address nor a prefix.

    ## Why it matters
    The gateway takes precedence over the load balancer and over the nodes' own public addresses for every new
    connection, also where it has nothing to translate to. Nodes then fail to reach the API server and the registries:
    `VMExtensionError_OutboundConnFail` for new ones, NotReady for running ones.

    ## How to fix it
    Give it an address or a prefix of the same SKU, or take it off the subnet if the load balancer is meant.

    ```azurecli
    az network nat gateway update --resource-group RG --name NATGATEWAY --public-ip-addresses PUBLIC_IP
    ```

    ```bicep
    resource natGateway 'Microsoft.Network/natGateways@2024-05-01' = {
      sku: { name: 'Standard' }
      properties: {
        publicIpAddresses: [{ id: publicIp.id }]
      }
    }
    ```

    ```terraform
    resource "azurerm_nat_gateway_public_ip_association" "egress" {
      nat_gateway_id       = azurerm_nat_gateway.egress.id
      public_ip_address_id = azurerm_public_ip.egress.id
    }
    ```
    """
    found, unread = homes(network, lambda _: True)
    for place, gap in unread.items():
        yield unknown(place, gap)
    empty: dict[ResourceId, tuple[NatGateway, list[Home]]] = {}
    asked: set[ResourceId] = set()
    for home in found:
        match network.nat_gateway_of(home.subnet):
            case NotCollected() as gap:
                gateway_id = home.subnet.nat_gateway_id or home.subnet.id
                if gateway_id not in asked:
                    yield unknown(gateway_id, gap)
                asked.add(gateway_id)
            case NatGateway() as gateway if not (gateway.public_ip_ids or gateway.public_prefix_ids):
                empty.setdefault(gateway.id, (gateway, []))[1].append(home)
            case NatGateway() | Missing() | None:
                pass
    for gateway, places in empty.values():
        yield unknown(gateway.id, gateway.gap) if gateway.gap else _finding(gateway, places)


def _finding(gateway: NatGateway, places: list[Home]) -> Finding:
    clusters = {cluster.id for home in places for cluster in home.clusters}
    return Finding(
        gateway.id,
        f"NAT gateway {gateway.id.name} has no public address, and "
        f"{', '.join(home.subnet.id.name for home in places)} "
        f"({', '.join(home.names for home in places)}) can leave by nothing else",
        (
            Evidence(gateway.id, "properties.publicIpAddresses", ()),
            Evidence(gateway.id, "properties.publicIpPrefixes", ()),
            *(Evidence(home.subnet.id, "properties.natGateway.id", gateway.id.text) for home in places),
        ),
        cluster_id=next(iter(clusters)) if len(clusters) == 1 else None,
        affected=tuple(dict.fromkeys(pool for home in places for pool in home.pool_ids)),
    )
