from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...analysis.dns_reach import DnsServer, dns_servers_of, may_forward_to
from ...analysis.zone_links import zones_linked_to
from ...findings import Finding, Severity, Unknown, rule, unknown
from ...inventory.resource_id import ResourceId
from ...model import Network, NotCollected, VirtualNetwork
from .names import Named, all_links_evidence, listed, only, private_names, server_evidence, zone_evidence


@rule(
    title="The DNS servers of a private cluster stand where its zone is not linked",
    severity=Severity.CRITICAL,
    source="https://learn.microsoft.com/azure/aks/private-clusters",
    more_sources=("https://github.com/Azure/AKS/issues/2004", "https://github.com/Azure/AKS/issues/2171"),
    covers=("VNT-05", "VNT-06"),
    disrupts="nothing",
)
def private_zone_hidden_from_dns_servers(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A private cluster whose virtual network names DNS servers of its own, where the private DNS zone of the API
    server is not linked to the networks in which these servers stand.

    How a server forwards cannot be seen in Azure. Where the zone is linked to yet another network, to which the
    server may forward, the finding is of medium severity, and so it is where a server stands outside of Azure and
    no linked network with a resolver is seen; with one it is information.

    ## Why it matters
    AKS links the zone to the cluster's network only. A server elsewhere that asks Azure's resolver (168.63.129.16)
    asks it from its own network, and gets no answer for the name. Nodes then end with
    `VMExtensionProvisioningError`, exit 52, and a stopped cluster does not start: `LookupNoSuchHost`.

    ## How to fix it
    Link the zone to the network of the DNS servers, and have them forward it to 168.63.129.16. Servers outside of
    Azure forward it to a private resolver, or a DNS server, in a linked network.

    ```azurecli
    az network private-dns link vnet create --resource-group ZONE-RG --zone-name ZONE \\
      --name hub --virtual-network HUB-ID --registration-enabled false
    ```

    ```bicep
    resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
      parent: zone
      name: 'hub'
      location: 'global'
      properties: { virtualNetwork: { id: hub.id }, registrationEnabled: false }
    }
    ```

    ```terraform
    resource "azurerm_private_dns_zone_virtual_network_link" "hub" {
      name                  = "hub"
      resource_group_name   = azurerm_private_dns_zone.aks.resource_group_name
      private_dns_zone_name = azurerm_private_dns_zone.aks.name
      virtual_network_id    = azurerm_virtual_network.hub.id
    }
    ```
    """
    cases: dict[tuple[ResourceId, ResourceId], list[_Case]] = {}
    unread: dict[tuple[ResourceId, str], Unknown] = {}
    for named in private_names(network):
        if isinstance(named, Unknown):
            yield named
            continue
        for vnet in named.networks:
            servers = dns_servers_of(network, vnet.id)
            for server in servers:
                if isinstance(server.network_id, NotCollected):
                    unread[vnet.id, server.network_id.gap.scope] = unknown(vnet.id, server.network_id)
            hidden = [server for server in servers if _is_hidden(network, named, server)]
            if hidden:
                case = _Case(named=named, vnet=vnet, hidden=tuple(hidden))
                cases.setdefault((named.linked.zone.id, vnet.id), []).append(case)
    yield from unread.values()
    for _, same in sorted(cases.items(), key=lambda item: item[0]):
        yield _finding(network, same)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    named: Named
    vnet: VirtualNetwork
    hidden: tuple[DnsServer, ...]


def _is_hidden(network: Network, named: Named, server: DnsServer) -> bool:
    """Whether a server stands where the zone is not linked; where another of its name is, that is other trouble."""
    place = server.network_id
    if not isinstance(place, ResourceId):
        return place is None
    zone = named.linked.zone
    return place not in named.linked.network_ids and not zones_linked_to(network, place, zone.name)


def _finding(network: Network, cases: list[_Case]) -> Finding:
    first = cases[0]
    zone = first.named.linked.zone
    clusters = tuple(case.named.cluster.id for case in cases)
    inside = {server.network_id for server in first.hidden if isinstance(server.network_id, ResourceId)}
    elsewhere = set(may_forward_to(network, zone.id)) - inside
    forwards = (
        f"unless they forward it to {listed(sorted(vnet_id.name for vnet_id in elsewhere))}"
        if elsewhere
        else "and no linked network is seen that they could forward it to"
    )
    return Finding(
        zone.id,
        f"{first.vnet.id.name} of {listed(cluster.name for cluster in clusters)} asks {_servers(first.hidden)}, "
        f"where private DNS zone {zone.id.name} is not answered, {forwards}",
        (*zone_evidence(first.named.cluster), server_evidence(first.vnet), all_links_evidence(first.named.linked)),
        cluster_id=only(clusters),
        affected=(*clusters, first.vnet.id, *sorted(inside)),
        severity=_severity(bool(inside), bool(elsewhere)),
        key=first.vnet.id.key,
    )


def _severity(stand_in_azure: bool, may_be_forwarded: bool) -> Severity | None:
    if stand_in_azure:
        return Severity.MEDIUM if may_be_forwarded else None
    return Severity.INFO if may_be_forwarded else Severity.MEDIUM


def _servers(servers: tuple[DnsServer, ...]) -> str:
    return ", ".join(
        f"{server.text} ({f'in {server.network_id.name}' if isinstance(server.network_id, ResourceId) else 'outside'})"
        for server in servers
    )
