"""Which private DNS zones answer in a virtual network, and which of a name there are."""

from __future__ import annotations

from ..inventory.resource_id import ResourceId
from ..model import Network, NotCollected, PrivateDnsZone, PrivateDnsZoneLink
from ..model.network import remembered


@remembered
def _links_by_network(network: Network) -> dict[tuple[ResourceId, str], tuple[PrivateDnsZoneLink, ...]]:
    found: dict[tuple[ResourceId, str], list[PrivateDnsZoneLink]] = {}
    for link in sorted(network.private_dns_zone_links.values(), key=lambda link: link.id):
        if link.virtual_network_id:
            found.setdefault((link.virtual_network_id, link.zone_id.name.lower()), []).append(link)
    return {place: tuple(links) for place, links in found.items()}


def zones_linked_to(network: Network, vnet_id: ResourceId, zone_name: str) -> tuple[PrivateDnsZoneLink, ...]:
    """The links that a network has to zones of a name; Azure allows one, though the zones may be many."""
    return _links_by_network(network).get((vnet_id, zone_name.lower()), ())


@remembered
def _zones_by_name(network: Network) -> dict[str, tuple[PrivateDnsZone, ...]]:
    found: dict[str, list[PrivateDnsZone]] = {}
    for zone in network.private_dns_zones.values():
        found.setdefault(zone.name, []).append(zone)
    return {name: tuple(zones) for name, zones in found.items()}


@remembered
def unread_zones_named(network: Network, zone_name: str) -> tuple[tuple[ResourceId, NotCollected], ...]:
    """The zones of a name, in lower case, whose links were not read."""
    zones = _zones_by_name(network).get(zone_name, ())
    answers = ((zone.id, network.links_of(zone)) for zone in zones)
    return tuple((zone_id, answer) for zone_id, answer in answers if isinstance(answer, NotCollected))
