"""A spoke with a cluster, peered with a hub: what the tests of peering rules begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aks_audit.model import Network
from tests.estate import Estate, Json, subnet
from tests.networks import network_of

ELSEWHERE = "/subscriptions/00000000-0000-0000-0000-00000000000b/resourceGroups/rg/providers/Microsoft.Network"


@dataclass(kw_only=True)
class Spoke:
    estate: Estate
    hub: Json
    spoke: Json
    near: Json
    """The properties of the spoke's half."""
    far: Json
    """The properties of the hub's half."""

    def network(self, **options: Any) -> Network:
        return network_of(self.estate, **options)

    def move_hub_away(self) -> None:
        """Let the peering lead to a network in another subscription, which nobody could read."""
        self.near["remoteVirtualNetwork"] = {"id": f"{ELSEWHERE}/virtualNetworks/far"}


def a_spoke(**cluster: Any) -> Spoke:
    estate = Estate()
    hub = estate.virtual_network("hub", "10.0.0.0/16", {"shared": "10.0.4.0/24"})
    spoke = estate.virtual_network("spoke", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    near, far = estate.peer(spoke, hub)
    estate.cluster("aks1", subnet=subnet(spoke, "nodes"), **cluster)
    return Spoke(estate=estate, hub=hub, spoke=spoke, near=near["properties"], far=far["properties"])
