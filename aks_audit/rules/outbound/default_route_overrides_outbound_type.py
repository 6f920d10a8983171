from __future__ import annotations

from collections.abc import Iterator

from ...analysis.default_route import default_route, drops, next_hop
from ...analysis.effective_routes import EffectiveRoute
from ...analysis.egress_path import OUTBOUND_TYPE
from ...analysis.egress_subnets import Home, homes
from ...analysis.outbound_type import OutboundType, outbound_type_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected


@rule(
    title="A default route takes the traffic past the declared way out",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/egress-outboundtype",
    more_sources=("https://learn.microsoft.com/azure/nat-gateway/nat-overview",),
    covers=("UDR-09",),
    disrupts="connections are reset",
)
def default_route_overrides_outbound_type(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with outbound type `loadBalancer` or one of the NAT gateway types whose subnet has a user-defined
    0.0.0.0/0 route to an appliance, to a virtual network gateway, or to nowhere. One finding for each route.

    ## Why it matters
    The route wins. The outbound addresses in the cluster's profile are dead configuration, and allow-lists that name
    them no longer match. Replies to connections that came in through a public load balancer leave by the appliance,
    which never saw them begin, and are dropped. A route to `None` drops everything: nodes fail with
    `VMExtensionError_OutboundConnFail`. Ports and idle timeouts of the profile say nothing any more.

    ## How to fix it
    Say what is meant: change the outbound type to `userDefinedRouting`, or take the default route off the table.

    ```azurecli
    az aks update --resource-group RG --name CLUSTER --outbound-type userDefinedRouting
    # or, where the load balancer is meant:
    az network route-table route delete --resource-group RG --route-table-name TABLE --name ROUTE
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
        outbound_type  = "userDefinedRouting" # and no load_balancer_profile
      }
    }
    ```
    """
    found, unread = homes(network, _is_concerned)
    for place, gap in unread.items():
        yield unknown(place, gap)
    taken: dict[tuple[ResourceId | None, str], tuple[EffectiveRoute, list[Home]]] = {}
    for home in found:
        match default_route(network, home.subnet):
            case NotCollected() as gap:
                yield unknown(home.subnet.id, gap)
            case EffectiveRoute() as route:
                taken.setdefault((route.table_id, route.name), (route, []))[1].append(home)
            case None:
                pass
    for route, homes_of in taken.values():
        yield _finding(route, homes_of)


def _is_concerned(cluster: ManagedCluster) -> bool:
    said = outbound_type_of(cluster)
    return said is OutboundType.LOAD_BALANCER or said.is_nat


def _finding(route: EffectiveRoute, places: list[Home]) -> Finding:
    clusters = tuple({cluster.id: cluster for home in places for cluster in home.clusters}.values())
    lost = drops(route)
    said = ", ".join(f"{c.name} says {c.outbound_type or 'loadBalancer'}" for c in clusters)
    table = route.table_id or places[0].subnet.id
    return Finding(
        table,
        f"route {route.name} of {table.name} {'drops' if lost else 'takes'} what leaves "
        f"{', '.join(home.subnet.id.name for home in places)} ({route.prefix} to {next_hop(route)}), but {said}",
        (*route.evidence, *(Evidence(cluster.id, OUTBOUND_TYPE, cluster.outbound_type) for cluster in clusters)),
        cluster_id=clusters[0].id if len(clusters) == 1 else None,
        affected=tuple(dict.fromkeys(pool for home in places for pool in home.pool_ids)),
        severity=Severity.CRITICAL if lost else None,
        key=route.name,
    )
