from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_routes import RoutedSubnet, cluster_routes
from ...analysis.effective_routes import EffectiveRoute
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network
from .tables import affected_by, cluster_names, hop_of, living, only_cluster, unread_routes

_Key = tuple[ResourceId, str]


@rule(
    title="What is sent to a service untranslated goes to the appliance",
    severity=Severity.INFO,
    source="https://github.com/Azure/AKS/issues/3874",
    more_sources=("https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview",),
    disrupts="nothing",
)
def service_cidr_routed_away(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A route on a cluster's node subnets, often the default route, that would take packets to the cluster's service CIDR
    to an appliance. One finding for each route.

    ## Why it matters
    Service addresses are turned into pod addresses on the node, so no such packet should leave it. Some do: of a
    service without endpoints, in a gap of kube-proxy, or from a process of the host that is not covered. They follow
    this route and turn up in the firewall's log as denied traffic to a range that nobody knows (AKS issue 3874). That
    is not an overlap and breaks nothing; it explains the log.

    ## How to fix it
    Nothing needs fixing. To keep the noise out of the firewall's log, drop the range at the subnet. Not verified: that
    no add-on relies on such packets, so try it on a test cluster.

    ```azurecli
    az network route-table route create --resource-group RG --route-table-name TABLE --name services \\
      --address-prefix SERVICE_CIDR --next-hop-type None
    ```

    ```bicep
    resource services 'Microsoft.Network/routeTables/routes@2024-05-01' = {
      parent: table
      name: 'services'
      properties: {
        addressPrefix: aks.properties.networkProfile.serviceCidr
        nextHopType: 'None'
      }
    }
    ```

    ```terraform
    resource "azurerm_route" "services" {
      name           = "services"
      address_prefix = azurerm_kubernetes_cluster.aks.network_profile[0].service_cidr
      next_hop_type  = "None"
    }
    ```
    """
    clusters = living(network)
    yield from unread_routes(network, clusters, peers=True)
    found: dict[_Key, tuple[EffectiveRoute, dict[RoutedSubnet, None]]] = {}
    for cluster in clusters:
        places_of_nodes = cluster_routes(network, cluster).of_nodes
        gap = _range_gap(cluster)
        if gap and any(route.is_user and route.to_appliance for p in places_of_nodes for route in p.routes.routes):
            yield unknown(cluster.id, gap)
        for place in places_of_nodes:
            for route in _routes_of_services(place):
                if route.table_id:
                    found.setdefault((route.table_id, route.name), (route, {}))[1][place] = None
    for (table_id, _), (route, places) in found.items():
        yield _finding(table_id, route, tuple(places))


def _range_gap(cluster: ManagedCluster) -> Gap | None:
    if cluster.service_cidrs or cluster.gap:
        return cluster.gap
    message = "properties.networkProfile.serviceCidr is absent"
    return Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message)


def _routes_of_services(place: RoutedSubnet) -> Iterator[EffectiveRoute]:
    for cidr in place.cluster.service_cidrs:
        taken = place.routes.for_prefix(cidr)
        if isinstance(taken, tuple):
            yield from (route for route in taken if route.is_user and route.to_appliance)


def _finding(table_id: ResourceId, route: EffectiveRoute, places: tuple[RoutedSubnet, ...]) -> Finding:
    clusters = {place.cluster.id: place.cluster for place in places}
    ranges = dict.fromkeys(str(cidr) for cluster in clusters.values() for cidr in cluster.service_cidrs)
    return Finding(
        table_id,
        f"{table_id.name}: route {route.name}, {route.prefix}, takes what {cluster_names(places)} sends to the service "
        f"CIDR {', '.join(ranges)} untranslated to {hop_of(route)}",
        (
            *route.evidence,
            *(
                Evidence(c.id, "properties.networkProfile.serviceCidrs", tuple(map(str, c.service_cidrs)))
                for c in clusters.values()
            ),
        ),
        cluster_id=only_cluster(places),
        affected=affected_by(places),
        key=route.name,
    )
