"""The estate that the rules about routes start from: a hub with a firewall, and a cluster in a spoke behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.estate import Estate, Json, Model, Pool, subnet

FIREWALL = "10.0.1.4"
ELSEWHERE = "00000000-0000-0000-0000-000000000009"
VNETS = "Microsoft.Network/virtualNetworks"
TABLES = "Microsoft.Network/routeTables"


@dataclass(kw_only=True)
class Spoke:
    estate: Estate
    hub: Json
    vnet: Json
    cluster: Json
    table: Json
    """On `nodes` and `more`, with a default route to the firewall."""

    def subnet(self, name: str = "nodes") -> Json:
        return subnet(self.vnet, name)

    @property
    def default(self) -> Json:
        """The default route's properties."""
        found: Json = next(r for r in self.table["properties"]["routes"] if r["name"] == "default")["properties"]
        return found

    @property
    def peering(self) -> Json:
        """The spoke's half."""
        found: Json = self.vnet["properties"]["virtualNetworkPeerings"][0]["properties"]
        return found

    def profile(self, **changes: Any) -> None:
        self.cluster["properties"]["networkProfile"] |= changes


def a_spoke(
    model: Model = "cni-overlay", *, outbound_type: str = "userDefinedRouting", pods: bool = False, **cluster: Any
) -> Spoke:
    """A healthy hub and spoke: two subnets share a table, whose default route leads to the hub's firewall."""
    estate = Estate()
    hub = estate.virtual_network("hub", "10.0.0.0/16", {"shared": "10.0.4.0/24"})
    plan = {"nodes": "10.1.0.0/24", "more": "10.1.1.0/24", "pods": "10.1.16.0/20"}
    vnet = estate.virtual_network("spoke", "10.1.0.0/16", plan, peer_with=[hub])
    estate.azure_firewall(hub, "fw", prefix="10.0.1.0/26")
    on = [subnet(vnet, name) for name in ("nodes", "more", *(["pods"] if pods else []))]
    table = estate.route_table("rt", {"0.0.0.0/0": FIREWALL}, subnets=on)
    pools = [Pool(subnet=on[0]), Pool(name="np2", mode="User", subnet=on[1])]
    made = estate.cluster(
        "aks1",
        model,
        pools=pools,
        pod_subnet=on[2] if pods else None,
        outbound_type=outbound_type,
        route_table=table,
        **cluster,
    )
    return Spoke(estate=estate, hub=hub, vnet=vnet, cluster=made, table=table)


def far_away(spoke: Spoke) -> None:
    """The hub stands in a subscription that nobody read."""
    spoke.estate.remove(spoke.hub)
    remote = spoke.peering["remoteVirtualNetwork"]
    remote["id"] = remote["id"].replace(spoke.estate.subscription, ELSEWHERE)
