from __future__ import annotations

from collections.abc import Iterator

from ...analysis.default_route import default_route
from ...analysis.egress_path import OUTBOUND_TYPE
from ...analysis.egress_subnets import Home, homes
from ...analysis.outbound_balancer import is_changing
from ...analysis.outbound_type import outbound_type_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network, NotCollected


@rule(
    title="A subnet of a NAT gateway cluster has no NAT gateway",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/nat-gateway",
    more_sources=("https://learn.microsoft.com/azure/aks/egress-outboundtype",),
    covers=("UDR-08", "UDR-16"),
    disrupts="nothing",
)
def nat_gateway_missing(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A node subnet, or a pod subnet, without a NAT gateway, of a cluster whose outbound type is `managedNATGateway` or
    `userAssignedNATGateway`, and without a default route that takes the traffic somewhere else.

    ## Why it matters
    AKS looks for the gateway when the type is chosen, and not again: a pool that is added later in another subnet, or
    a gateway that somebody's template takes off, goes unnoticed. AKS builds no other way out for these clusters. New
    nodes there fail with `VMExtensionError_OutboundConnFail`, or they leave by Azure's default outbound access, an
    address that nobody allowed anywhere; in a private subnet (`defaultOutboundAccess` false) there is not even that.

    ## How to fix it
    Attach the gateway to the subnet; one gateway serves all subnets of one virtual network. Running connections that
    leave by another address are cut.

    ```azurecli
    az network vnet subnet update --resource-group RG --vnet-name VNET --name SUBNET \\
      --nat-gateway NATGATEWAY_ID
    ```

    ```bicep
    resource nodes 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {
      parent: vnet
      name: 'nodes'
      properties: {
        addressPrefix: '10.1.0.0/24'
        natGateway: { id: natGateway.id }
      }
    }
    ```

    ```terraform
    resource "azurerm_subnet_nat_gateway_association" "nodes" {
      subnet_id      = azurerm_subnet.nodes.id
      nat_gateway_id = azurerm_nat_gateway.egress.id
    }
    ```
    """
    found, unread = homes(network, _is_concerned)
    for place, gap in unread.items():
        yield unknown(place, gap)
    for home in found:
        if home.subnet.nat_gateway_id:
            continue
        match default_route(network, home.subnet):
            case NotCollected() as gap:
                yield unknown(home.subnet.id, gap)
            case None:
                if home.subnet.gap:
                    yield unknown(home.subnet.id, home.subnet.gap)
                else:
                    yield _finding(home)
            case _:
                pass  # it leaves another way: default-route-overrides-outbound-type


def _is_concerned(cluster: ManagedCluster) -> bool:
    return outbound_type_of(cluster).is_nat and not is_changing(cluster)


def _finding(home: Home) -> Finding:
    subnet, types = home.subnet, dict.fromkeys(cluster.outbound_type for cluster in home.clusters)
    private = subnet.default_outbound_access is False
    left = "and default outbound access is off: no way out" if private else "so default outbound access is all there is"
    return Finding(
        subnet.id,
        f"subnet {subnet.id.name} of {home.names} has no NAT gateway although the outbound type is "
        f"{', '.join(types)}, {left}",
        (
            Evidence(subnet.id, "properties.natGateway", None),
            Evidence(subnet.id, "properties.defaultOutboundAccess", subnet.default_outbound_access),
            *(Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type) for cluster in home.clusters),
        ),
        cluster_id=home.cluster_id,
        affected=home.pool_ids,
    )
