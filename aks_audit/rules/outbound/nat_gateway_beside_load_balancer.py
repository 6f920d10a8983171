from __future__ import annotations

from collections.abc import Iterator

from ...analysis.default_route import default_route
from ...analysis.effective_routes import EffectiveRoute
from ...analysis.nodes import NodeSubnet, node_subnets
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network, NotCollected, Subnet
from .ports import leaves_by_load_balancer


@rule(
    title="A NAT gateway is on the node subnet of a load balancer cluster",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/nat-gateway",
    covers=("UDR-09",),
    disrupts="connections are reset, and the outbound address changes",
)
def nat_gateway_beside_load_balancer(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with outbound type `loadBalancer` in whose node subnets, all or some, a NAT gateway is attached.

    ## Why it matters
    The NAT gateway takes precedence: the nodes there leave by its addresses, and the load balancer's outbound addresses
    and ports are dead configuration. Allow-lists that name them no longer match. Where only some subnets have the
    gateway, pools leave by different addresses. Azure refused to create clusters in such a subnet.

    ## How to fix it
    Say what is meant: outbound type `userAssignedNATGateway`, with the gateway on every node subnet. Or take the
    gateway off the subnet.

    ```azurecli
    az aks update -g RG -n CLUSTER --outbound-type userAssignedNATGateway
    # or
    az network vnet subnet update -g RG --vnet-name VNET -n SUBNET --remove natGateway
    ```

    ```bicep
    // on every node subnet, with outboundType: 'userAssignedNATGateway' in the cluster's networkProfile
    resource nodes 'Microsoft.Network/virtualNetworks/subnets@2024-10-01' = {
      parent: vnet
      name: 'nodes'
      properties: {
        addressPrefix: '10.1.0.0/24'
        natGateway: { id: natGateway.id }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks1" {
      network_profile {
        outbound_type = "userAssignedNATGateway"
      }
    }

    resource "azurerm_subnet_nat_gateway_association" "nodes" {
      subnet_id      = azurerm_subnet.nodes.id
      nat_gateway_id = azurerm_nat_gateway.egress.id
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.outbound_type and leaves_by_load_balancer(cluster):
            subnets: list[Subnet] = []
            for place in node_subnets(network, cluster):
                match place:
                    case NotCollected():
                        yield unknown(cluster.id, place)
                    case NodeSubnet(subnet=NotCollected() as gap):
                        yield unknown(place.id, gap)
                    case NodeSubnet(subnet=Subnet() as subnet) if not _leads_elsewhere(network, subnet):
                        subnets.append(subnet)
            yield from _judge(cluster, subnets)


def _leads_elsewhere(network: Network, subnet: Subnet) -> bool:
    """A default route of the owner's goes before both; default-route-overrides-outbound-type names it."""
    return isinstance(default_route(network, subnet), EffectiveRoute)


def _judge(cluster: ManagedCluster, subnets: list[Subnet]) -> Iterator[Finding]:
    there = [subnet for subnet in subnets if subnet.nat_gateway_id]
    if there:
        gateways = dict.fromkeys(subnet.nat_gateway_id for subnet in there if subnet.nat_gateway_id)
        without = len(subnets) - len(there)
        some = f"; {without} of its node subnets {'has' if without == 1 else 'have'} none" if without else ""
        yield Finding(
            cluster.id,
            f"{cluster.name}: outbound type {cluster.outbound_type}, but {', '.join(s.id.name for s in there)} "
            f"{'leaves' if len(there) == 1 else 'leave'} by NAT gateway {', '.join(g.name for g in gateways)}{some}",
            (
                Evidence(cluster.id, "properties.networkProfile.outboundType", cluster.outbound_type),
                *(
                    Evidence(s.id, "properties.natGateway.id", s.nat_gateway_id.text if s.nat_gateway_id else None)
                    for s in there
                ),
            ),
            cluster_id=cluster.id,
            affected=tuple(subnet.id for subnet in there),
        )
