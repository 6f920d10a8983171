from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...analysis.cluster_routes import RoutedSubnet, cluster_routes
from ...analysis.effective_routes import EffectiveRoute
from ...findings import Evidence, Finding, Severity, Unknown, rule
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, Subnet
from .tables import (
    affected_by,
    cluster_names,
    hop_of,
    is_pod_route,
    living,
    only_cluster,
    routed_subnets,
    subnet_names,
    unread_routes,
)


@rule(
    title="A route takes traffic inside the cluster's own network elsewhere",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview",
    covers=("UDR-05",),
    disrupts="connections are reset",
)
def cluster_traffic_redirected(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A route as long as the virtual network's own prefix or longer that covers node, pod or API server subnets of a
    cluster and leads anywhere but `VnetLocal`: to an appliance, to a gateway, to `None`. One finding for each route.

    ## Why it matters
    It wins over the system's route, inside a subnet too: packets from node to node, pod to pod and node to API server
    leave the network and come back, or don't. Appliances see half of a connection and drop it, latency grows, and
    kubelets lose the API server. With `None` it is critical: nothing arrives. A summary shorter than the network's
    prefix does no harm, since the longer system route wins. Not visible here: whether the appliance lets it through.

    ## How to fix it
    Take the route off, or put a longer one with `VnetLocal` beside it for the cluster's subnets.

    ```azurecli
    az network route-table route create --resource-group RG --route-table-name TABLE --name nodes-local \\
      --address-prefix 10.1.0.0/24 --next-hop-type VnetLocal
    ```

    ```bicep
    resource local 'Microsoft.Network/routeTables/routes@2024-05-01' = {
      parent: table
      name: 'nodes-local'
      properties: {
        addressPrefix: '10.1.0.0/24' // the node subnet
        nextHopType: 'VnetLocal'
      }
    }
    ```

    ```terraform
    resource "azurerm_route" "local" {
      name           = "nodes-local"
      address_prefix = "10.1.0.0/24" # the node subnet
      next_hop_type  = "VnetLocal"
    }
    ```
    """
    clusters = living(network)
    yield from unread_routes(network, clusters)
    found: dict[tuple[ResourceId, str], _Redirected] = {}
    for place in routed_subnets(network, clusters):
        for target in _targets(network, place):
            for table_id, route in _taking(network, place, target):
                one = found.setdefault((table_id, route.name), _Redirected(route))
                one.places[place] = None
                one.targets[target] = None
    for (table_id, _), redirected in found.items():
        yield _finding(table_id, redirected)


@dataclass(frozen=True, slots=True)
class _Redirected:
    route: EffectiveRoute
    places: dict[RoutedSubnet, None] = field(default_factory=dict)
    """From where."""
    targets: dict[Subnet, None] = field(default_factory=dict)
    """To where."""


def _taking(network: Network, place: RoutedSubnet, target: Subnet) -> Iterator[tuple[ResourceId, EffectiveRoute]]:
    """The owner's routes that take packets from a place to a subnet out of the network."""
    for prefix in target.prefixes:
        taken = place.routes.for_prefix(prefix)
        for route in taken if isinstance(taken, tuple) else ():
            redirects = route.is_user and route.hop != "vnetlocal" and not is_pod_route(network, place, route)
            if redirects and route.table_id:
                yield route.table_id, route


def _targets(network: Network, place: RoutedSubnet) -> tuple[Subnet, ...]:
    """The subnets of the same cluster in the same virtual network, the place itself included."""
    own = [other.subnet for other in cluster_routes(network, place.cluster).subnets]
    api_server = _api_server_subnet(network, place.cluster)
    if api_server:
        own.append(api_server)
    return tuple(s for s in dict.fromkeys(own) if s.virtual_network_id == place.subnet.virtual_network_id)


def _api_server_subnet(network: Network, cluster: ManagedCluster) -> Subnet | None:
    found = network.subnet(cluster.api_server_subnet_id) if cluster.api_server_subnet_id else None
    return found if isinstance(found, Subnet) else None


def _finding(table_id: ResourceId, redirected: _Redirected) -> Finding:
    route, places, targets = redirected.route, tuple(redirected.places), tuple(redirected.targets)
    names = ", ".join(target.id.name for target in targets)
    drops = route.hop == "none"
    does = f"drops traffic to {names}" if drops else f"takes traffic to {names} to {hop_of(route)}"
    return Finding(
        table_id,
        f"{table_id.name}, on {subnet_names(places)} of {cluster_names(places)}: route {route.name}, {route.prefix}, "
        f"{does}{'' if drops else ' instead of the network'}",
        (
            *route.evidence,
            *(Evidence(t.id, "properties.addressPrefixes", tuple(map(str, t.prefixes))) for t in targets),
        ),
        cluster_id=only_cluster(places),
        affected=tuple(dict.fromkeys((*affected_by(places), *(target.id for target in targets)))),
        severity=Severity.CRITICAL if drops else None,
        key=route.name,
    )
