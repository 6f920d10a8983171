"""What the tests of the rules about the way out start from."""

from __future__ import annotations

from typing import Any

from tests.estate import Estate, Json, Pool, subnet


def an_estate(outbound_type: str = "loadBalancer", *pools: Pool, **more: Any) -> tuple[Estate, Json]:
    """A virtual network with the subnets `nodes` and `more`, and aks1 with np1 in `nodes`, or with the pools given."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "more": "10.1.1.0/24"})
    estate.cluster("aks1", subnet=subnet(vnet, "nodes"), pools=pools or None, outbound_type=outbound_type, **more)
    return estate, vnet


def two_pools(estate: Estate, vnet: Json, outbound_type: str, **more: Any) -> Json:
    """A cluster aks2 with np1 in `nodes` and np2 in `more`."""
    pools = [Pool(subnet=subnet(vnet, "nodes")), Pool(name="np2", mode="User", subnet=subnet(vnet, "more"))]
    return estate.cluster("aks2", pools=pools, outbound_type=outbound_type, **more)


def properties(estate: Estate, number: int = 0) -> Json:
    """The properties of a cluster."""
    found: Json = estate.of_type("managedClusters")[number]["properties"]
    return found


def profile(estate: Estate) -> Json:
    """The load balancer profile of the first cluster."""
    found: Json = properties(estate)["networkProfile"]["loadBalancerProfile"]
    return found


def balancer(estate: Estate) -> Json:
    """The properties of the first load balancer."""
    found: Json = estate.of_type("loadBalancers")[0]["properties"]
    return found


def a_route(estate: Estate, place: Json, hop: str, address: str | None = None, prefix: str = "0.0.0.0/0") -> Json:
    """A route table with one route, on a subnet."""
    table = estate.route_table("rt", subnets=[place])
    route = {"addressPrefix": prefix, "nextHopType": hop} | ({"nextHopIpAddress": address} if address else {})
    table["properties"]["routes"] = [{"name": "default", "properties": route}]
    return table


def a_prefix(estate: Estate, name: str, prefix: str) -> Json:
    """A public IP prefix."""
    found = estate._add("Microsoft.Network/publicIPPrefixes", name)
    found["properties"] |= {"prefixLength": int(prefix.rpartition("/")[2]), "ipPrefix": prefix}
    return found


def an_ipv6_address(estate: Estate, name: str) -> Json:
    """A public IPv6 address."""
    address = estate.public_ip(name, "2603:1020:5::1")
    address["properties"]["publicIPAddressVersion"] = "IPv6"
    return address
