"""What the rules about private names share: whose name is asked for where, and what was not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...analysis.cluster_networks import networks_of
from ...analysis.dns_reach import LinkedZone, dns_servers_of, has_private_name, linked_zone_of
from ...findings import Evidence, Unknown, unknown
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected, PrivateDnsZoneLink, VirtualNetwork

ACCESS = "properties.apiServerAccessProfile"
MOST_LISTED = 5
"""So many names stand in a message; `affected` has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A private cluster, its zone with the links, and its networks."""

    cluster: ManagedCluster
    linked: LinkedZone
    networks: tuple[VirtualNetwork, ...]


def private_names(network: Network) -> Iterator[Named | Unknown]:
    """The clusters to judge whose nodes ask for a name in a private zone that is there; and what was not read."""
    told: set[tuple[ResourceId, ResourceId | None]] = set()
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        if not has_private_name(cluster):
            continue
        networks = networks_of(network, cluster)
        for place, gap in networks.unread:
            if (place, None) not in told:
                told.add((place, None))
                yield unknown(place, gap)
        match linked_zone_of(network, cluster):
            case LinkedZone() as linked:
                yield Named(cluster=cluster, linked=linked, networks=networks.found)
            case NotCollected() as gap:
                yield unknown(cluster.id, gap)
            case _:  # no zone by choice, or one that is gone, which is other trouble
                pass


def asking_networks(network: Network, named: Named) -> tuple[ResourceId, ...]:
    """The networks in which the name of the API server is asked for: the cluster's, and its DNS servers'."""
    asked = [vnet.id for vnet in named.networks]
    for vnet in named.networks:
        places = (server.network_id for server in dns_servers_of(network, vnet.id))
        asked += [place for place in places if isinstance(place, ResourceId)]
    return tuple(dict.fromkeys(asked))


def zone_evidence(cluster: ManagedCluster) -> tuple[Evidence, ...]:
    return (
        Evidence(cluster.id, f"{ACCESS}.privateDNSZone", cluster.api_server.private_dns_zone or None),
        Evidence(cluster.id, "properties.privateFQDN", cluster.api_server.private_fqdn or None),
    )


def link_evidence(links: tuple[PrivateDnsZoneLink, ...]) -> tuple[Evidence, ...]:
    """Where each link leads."""
    return tuple(
        Evidence(
            link.id, "properties.virtualNetwork.id", link.virtual_network_id.text if link.virtual_network_id else None
        )
        for link in links
    )


def all_links_evidence(linked: LinkedZone) -> Evidence:
    """Every network that a zone is linked to: that one is not among them is what decides."""
    ids = (link.virtual_network_id.text for link in linked.links if link.virtual_network_id)
    return Evidence(linked.zone.id, "virtualNetworkLinks[].properties.virtualNetwork.id", tuple(ids))


def listed(names: Iterable[str]) -> str:
    """Names for a message: the first few, and how many more there are."""
    names = list(names)
    more = len(names) - MOST_LISTED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:MOST_LISTED])} and {more} more"


def server_evidence(vnet: VirtualNetwork) -> Evidence:
    return Evidence(vnet.id, "properties.dhcpOptions.dnsServers", vnet.dns_servers)


def only(ids: tuple[ResourceId, ...]) -> ResourceId | None:
    """The cluster that a finding belongs to, where there is but one."""
    return ids[0] if len(set(ids)) == 1 else None
