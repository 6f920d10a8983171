from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...analysis.address_owner import owner_of
from ...analysis.cluster_routes import RoutedSubnet
from ...analysis.effective_routes import EffectiveRoute
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected
from .tables import (
    affected_by,
    cluster_names,
    clusters_of_owners_routes,
    hop_of,
    only_cluster,
    outbound_types,
    routed_subnets,
    subnet_names,
    table_or_subnet,
    unread_subnets,
)

_ALWAYS = (
    "mcr.microsoft.com",
    "*.data.mcr.microsoft.com",
    "mcr-0001.mcr-msedge.net",
    "management.azure.com",
    "login.microsoftonline.com",
    "packages.microsoft.com",
    "packages.aks.azure.com",
)
"""TCP 443. Source: https://learn.microsoft.com/azure/aks/outbound-rules-control-egress"""
_WINDOWS = ("onegetcdn.azureedge.net", "go.microsoft.com")
_OTHER_CLOUDS = ("china", "usgov", "usdod", "ussec", "usnat")


@rule(
    title="All egress goes through an appliance, which has to let AKS out",
    severity=Severity.INFO,
    source="https://learn.microsoft.com/azure/aks/outbound-rules-control-egress",
    more_sources=(
        "https://learn.microsoft.com/azure/aks/limit-egress-traffic",
        "https://github.com/Azure/AKS/issues/1918",
        "https://github.com/Azure/vdc/issues/20",
    ),
    disrupts="nothing",
)
def egress_through_appliance(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A default route to an appliance on the subnets of clusters with outbound type `userDefinedRouting`, and the
    destinations that these clusters cannot do without. One finding for each route. Nothing is wrong by itself: what
    the appliance allows is not in ARM's routes.

    ## Why it matters
    One missing destination looks like something else. New nodes end with `VMExtensionProvisioningError`, exit status
    50 (AKS issue 1918). A blocked tunnel leaves the cluster up while `kubectl logs` and `exec` time out: with
    konnectivity that is TCP 443 to `*.hcp.REGION.azmk8s.io`; clusters older than that also need UDP 1194 and TCP 9000
    to `AzureCloud.REGION`. A private cluster needs no way to its API server here. Custom DNS servers need UDP 53.
    Names change their addresses, so rules by address alone don't last. The national clouds have names of their own.

    ## How to fix it
    Allow the FQDN tag `AzureKubernetesService`, which follows what AKS needs, and the API server of a public cluster.

    ```azurecli
    az network firewall application-rule create --resource-group RG --firewall-name FIREWALL \\
      --collection-name aks --name aks --priority 100 --action Allow --source-addresses NODE_SUBNET \\
      --protocols Https=443 --fqdn-tags AzureKubernetesService
    ```

    ```bicep
    {
      ruleType: 'ApplicationRule'
      name: 'aks'
      sourceAddresses: [nodeSubnetPrefix]
      protocols: [{ protocolType: 'Https', port: 443 }]
      fqdnTags: ['AzureKubernetesService']
    }
    ```

    ```terraform
    application_rule_collection { # of azurerm_firewall_policy_rule_collection_group
      name     = "aks"
      priority = 100
      action   = "Allow"
      rule {
        name                  = "aks"
        source_addresses      = [var.node_subnet]
        destination_fqdn_tags = ["AzureKubernetesService"]
        protocols {
          type = "Https"
          port = 443
        }
      }
    }
    ```
    """
    clusters = clusters_of_owners_routes(network)
    yield from unread_subnets(network, clusters)
    unread: dict[ResourceId, Gap] = {}
    found: dict[ResourceId, tuple[EffectiveRoute, list[RoutedSubnet]]] = {}
    for place in routed_subnets(network, clusters):
        default = place.routes.default
        if isinstance(default, NotCollected):
            unread.setdefault(table_or_subnet(place), default.gap)
        elif default and default.is_user and default.to_appliance and default.table_id and _may_answer(network, place):
            found.setdefault(default.table_id, (default, []))[1].append(place)
    yield from (unknown(where, gap) for where, gap in unread.items())
    for table_id, (default, places) in found.items():
        yield Finding(
            table_id,
            f"{table_id.name}: egress of {subnet_names(places)} of {cluster_names(places)} goes to {hop_of(default)}, "
            f"which has to allow {', '.join(_destinations(place.cluster for place in places))}",
            (*default.evidence, *outbound_types(places)),
            cluster_id=only_cluster(places),
            affected=affected_by(places),
        )


def _may_answer(network: Network, place: RoutedSubnet) -> bool:
    """False where nothing can be at the next hop; `next-hop-unreachable` says so."""
    default = place.routes.default
    hop = default.next_hop_address if isinstance(default, EffectiveRoute) else None
    return hop is None or not owner_of(network, hop, place.subnet.virtual_network_id).is_dead


def _destinations(clusters: Iterable[ManagedCluster]) -> list[str]:
    """What these clusters need, with its port."""
    needed: dict[str, None] = {}
    for cluster in clusters:
        region = cluster.location.replace(" ", "").lower()
        if region.startswith(_OTHER_CLOUDS):
            needed["what AKS needs in its cloud"] = None
            continue
        if not cluster.is_private and not cluster.api_server_vnet_integration:
            needed[f"*.hcp.{region}.azmk8s.io:443"] = None
        needed.update((f"{name}:443", None) for name in _ALWAYS)
        if any(pool.is_windows for pool in cluster.node_pools):
            needed.update((f"{name}:443", None) for name in _WINDOWS)
    return list(needed)
