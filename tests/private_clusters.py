"""A private cluster in a spoke beside a hub, for tests of names and paths to its API server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aks_audit.inventory.resource_id import ResourceId
from aks_audit.model import ManagedCluster, Network

from .estate import Estate, Json, subnet
from .networks import network_of

ELSEWHERE = "/subscriptions/00000000-0000-0000-0000-00000000000b/resourceGroups/rg/providers/Microsoft.Network"
REGION_ZONE = "privatelink.westeurope.azmk8s.io"


@dataclass(kw_only=True)
class PrivateCluster:
    """An estate with a private cluster; its parts may be changed before the network is made."""

    estate: Estate
    hub: Json
    spoke: Json
    cluster: Json
    zone: Json

    @property
    def access(self) -> Json:
        """The cluster's apiServerAccessProfile."""
        profile: Json = self.cluster["properties"]["apiServerAccessProfile"]
        return profile

    def links(self) -> list[Json]:
        return [r for r in self.estate.of_type("virtualNetworkLinks") if r["id"].startswith(f"{self.zone['id']}/")]

    def link(self, vnet: Json | str, name: str = "more", **properties: Any) -> Json:
        """Link the zone to one more network, given as it is or by its id."""
        return link_zone(self.estate, self.zone, vnet, name, **properties)

    def network(self, **options: Any) -> Network:
        return network_of(self.estate, **options)


def link_zone(estate: Estate, zone: Json, vnet: Json | str, name: str = "more", **properties: Any) -> Json:
    entry: Json = {
        "id": f"{zone['id']}/virtualNetworkLinks/{name}",
        "name": name,
        "type": "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "location": "global",
        "properties": {
            "provisioningState": "Succeeded",
            "registrationEnabled": False,
            "virtualNetwork": {"id": vnet if isinstance(vnet, str) else vnet["id"]},
            "virtualNetworkLinkState": "Completed",
            **properties,
        },
    }
    estate.resources.append(entry)
    return entry


def a_private_cluster(
    *, dns: Sequence[str] = (), zone: str = "system", linked_to_hub: bool = False, peered: bool = True, **options: Any
) -> PrivateCluster:
    """A cluster `aks1` in `spoke` (10.1.0.0/16), peered with `hub` (10.0.0.0/16).

    Args:
        dns: the DNS servers of the spoke.
        zone: `system`, or the name of a zone of the owner's in the group rg-dns.
        options: what `Estate.cluster` takes.
    """
    estate = Estate()
    hub = estate.virtual_network("hub", "10.0.0.0/16", {"dns": "10.0.4.0/24"})
    near = [hub] if peered else []
    spoke = estate.virtual_network("spoke", "10.1.0.0/16", {"nodes": "10.1.0.0/24"}, dns=dns, peer_with=near)
    cluster = estate.cluster("aks1", subnet=subnet(spoke, "nodes"), private=True, **options)
    (made,) = estate.of_type("privateDnsZones")
    if zone != "system":
        for resource in [made, *estate.of_type("virtualNetworkLinks")]:
            estate.remove(resource)
        made = estate.private_dns_zone(zone, [spoke], resource_group="rg-dns")
        cluster["properties"]["apiServerAccessProfile"]["privateDNSZone"] = made["id"]
        cluster["properties"]["privateFQDN"] = f"aks1-0123.{zone}"
    result = PrivateCluster(estate=estate, hub=hub, spoke=spoke, cluster=cluster, zone=made)
    if linked_to_hub:
        result.link(hub, "hub")
    return result


def the_cluster(network: Network) -> ManagedCluster:
    (cluster,) = network.clusters
    return cluster


def the_id(resource: Json) -> ResourceId:
    return ResourceId.of(resource["id"])
