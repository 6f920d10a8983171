from __future__ import annotations

from collections.abc import Iterator

from ...analysis.default_route import default_route_v6, drops
from ...analysis.egress_path import OUTBOUND_TYPE
from ...analysis.egress_subnets import Home, homes
from ...analysis.outbound_balancer import is_changing, outbound_balancer, outbound_ids
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...analysis.public_addresses import PublicAddresses, public_addresses
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import LoadBalancer, ManagedCluster, NatGateway, Network, NotCollected

_IPV6 = 6


@rule(
    title="A dual-stack cluster has no way out for IPv6",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/configure-dual-stack",
    more_sources=("https://learn.microsoft.com/azure/nat-gateway/nat-overview",),
    covers=("UDR-12",),
    disrupts="nothing",
)
def dual_stack_without_way_out(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A dual-stack cluster with outbound type `loadBalancer` or one of the NAT gateway types, and a node subnet from which
    IPv6 traffic cannot leave: the NAT gateway there is of SKU Standard, which translates IPv4 alone, or has no IPv6
    address; no outbound rule has an IPv6 frontend; and no ::/0 route of the owner's leads elsewhere.

    ## Why it matters
    Pods have an IPv6 address and names resolve to IPv6 ones, so clients try IPv6 first: connections hang until they
    fall back to IPv4, or fail with `network is unreachable` where they do not. Azure has no default outbound access
    for IPv6.

    ## How to fix it
    Give the load balancer an IPv6 address, or use a NAT gateway of SKU StandardV2 with addresses of both families.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER \\
      --load-balancer-managed-outbound-ip-count 1 --load-balancer-managed-outbound-ipv6-count 1
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      properties: {
        networkProfile: {
          ipFamilies: ['IPv4', 'IPv6']
          loadBalancerProfile: {
            managedOutboundIPs: { count: 1, countIPv6: 1 }
          }
        }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      network_profile {
        network_plugin = "azure"
        ip_versions    = ["IPv4", "IPv6"]
        load_balancer_profile {
          managed_outbound_ip_count   = 1
          managed_outbound_ipv6_count = 1
        }
      }
    }
    ```
    """
    found, unread = homes(network, _is_concerned, pods=False)
    for place, gap in unread.items():
        yield unknown(place, gap)
    stranded: dict[ResourceId, tuple[ManagedCluster, list[Home]]] = {}
    for home in found:
        for cluster in home.clusters:
            match _leaves(network, cluster, home):
                case NotCollected() as gap:
                    yield unknown(home.subnet.id, gap)
                case False:
                    stranded.setdefault(cluster.id, (cluster, []))[1].append(home)
                case _:
                    pass
    for cluster, places in stranded.values():
        yield _finding(cluster, places)


def _is_concerned(cluster: ManagedCluster) -> bool:
    said = outbound_type_of(cluster)
    return cluster.is_dual_stack and (said is OutboundType.LOAD_BALANCER or said.is_nat) and not is_changing(cluster)


def _leaves(network: Network, cluster: ManagedCluster, home: Home) -> bool | NotCollected:
    """Whether IPv6 leaves a subnet: by the owner's route, by a gateway that speaks it, or by an outbound rule."""
    route = default_route_v6(network, home.subnet)
    if route:
        return route if isinstance(route, NotCollected) else not drops(route)
    gateway = network.nat_gateway_of(home.subnet)
    if isinstance(gateway, NotCollected):
        return gateway
    if isinstance(gateway, NatGateway) and gateway.sku.lower() == "standardv2":
        return _has_ipv6(public_addresses(network, gateway.public_ip_ids + gateway.public_prefix_ids))
    balancer = outbound_balancer(network, cluster)
    if isinstance(balancer, NotCollected):
        return balancer
    return isinstance(balancer, LoadBalancer) and _has_ipv6(public_addresses(network, outbound_ids(balancer)))


def _has_ipv6(addresses: PublicAddresses) -> bool | NotCollected:
    if addresses.count(_IPV6):
        return True
    return NotCollected(addresses.gap) if addresses.gap else False


def _finding(cluster: ManagedCluster, places: list[Home]) -> Finding:
    subnets = [home.subnet for home in places]
    gateways = dict.fromkeys(subnet.nat_gateway_id.name for subnet in subnets if subnet.nat_gateway_id)
    by = f"NAT gateway {', '.join(gateways)} has no IPv6" if gateways else "no outbound rule has an IPv6 address"
    return Finding(
        cluster.id,
        f"{cluster.name}: dual stack, but IPv6 cannot leave {', '.join(subnet.id.name for subnet in subnets)}: {by}",
        (
            Evidence(cluster.id, "properties.networkProfile.ipFamilies", cluster.ip_families),
            Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type),
            *(
                Evidence(s.id, "properties.natGateway.id", s.nat_gateway_id.text if s.nat_gateway_id else None)
                for s in subnets
            ),
        ),
        cluster_id=cluster.id,
        affected=tuple(subnet.id for subnet in subnets),
    )
