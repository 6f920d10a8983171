"""Kubenet clusters for these tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aks_audit.findings import Unknown
from aks_audit.model import Network
from aks_audit.rules import catalogue
from tests.estate import Estate, Json, Pool, subnet

ROUTE_TABLES = "Microsoft.Network/routeTables"
VIRTUAL_NETWORKS = "Microsoft.Network/virtualNetworks"
SCALE_SET_NICS = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"


def a_kubenet_estate(*, subnets: int = 1, pools: Sequence[Pool] | None = None, **changes: Any) -> Estate:
    """A healthy cluster aks1, 3 nodes a pool, one pool in each subnet: nodes, nodes2 ..."""
    estate = Estate()
    names = ["nodes", *(f"nodes{n}" for n in range(2, subnets + 1))]
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {n: f"10.1.{2 * i}.0/23" for i, n in enumerate(names)})
    pools = pools or [Pool(name=f"np{n}", subnet=subnet(vnet, name)) for n, name in enumerate(names, start=1)]
    estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "nodes"), pools=pools, **changes)
    return estate


def the_cluster(estate: Estate, number: int = 0) -> Json:
    return estate.of_type("managedClusters")[number]


def the_vnet(estate: Estate) -> Json:
    return estate.of_type("virtualNetworks")[0]


def the_table(estate: Estate) -> Json:
    return estate.of_type("routeTables")[0]


def routes(estate: Estate) -> list[Json]:
    """The list itself, so that a test can change it."""
    found: list[Json] = the_table(estate)["properties"]["routes"]
    return found


def detach(estate: Estate, name: str = "nodes") -> None:
    """Take the route table from a subnet, on both sides."""
    bare = subnet(the_vnet(estate), name)
    table = estate.find(bare["properties"].pop("routeTable")["id"])
    table["properties"]["subnets"] = [s for s in table["properties"]["subnets"] if s["id"] != bare["id"]]


def remove_node(estate: Estate, number: int = 0) -> Json:
    """Take a node away and leave its route."""
    nic = estate.nics(the_cluster(estate))[number]
    estate.remove(nic)
    return nic


def make_dual_stack(estate: Estate) -> None:
    """Give the cluster a second family: ranges, node addresses and one more route a node."""
    profile = the_cluster(estate)["properties"]["networkProfile"]
    profile["ipFamilies"] = ["IPv4", "IPv6"]
    profile["podCidrs"].append("fd12:3456:789a::/64")
    for number, nic in enumerate(estate.nics(the_cluster(estate))):
        first = nic["properties"]["ipConfigurations"][0]
        spelled = f"FD00:0DB8:0:0:0:0:0:000{number + 4}"
        more = {"privateIPAddress": spelled, "privateIPAddressVersion": "IPv6", "primary": False}
        second = {**first, "name": "ipconfig2", "properties": {**first["properties"], **more}}
        nic["properties"]["ipConfigurations"].append(second)
        node = routes(estate)[number]["name"].partition("____")[0]
        suffix = f"fd123456789a000{number}0"
        prefix = f"fd12:3456:789a:0:{number}::/80"
        estate.add_route(the_table(estate), prefix, f"fd00:db8::{number + 4}", f"{node}____{suffix}")


def all_answers(network: Network) -> dict[str, list[str]]:
    """What every rule of the family, and that of kubenet's end, says, by id; unknowns as their gap's code."""
    told: dict[str, list[str]] = {}
    for rule in catalogue():
        if rule.family == "kubenet" or rule.id == "kubenet-retirement":
            for answer in rule.check(network):
                text = answer.gap.code if isinstance(answer, Unknown) else answer.message
                told.setdefault(rule.id, []).append(text)
    return told
