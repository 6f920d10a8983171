from __future__ import annotations

from typing import Any

import pytest

from aks_audit.analysis.intervals import as_prefixes
from aks_audit.analysis.published_ports import PublishedPort, published_ports
from aks_audit.inventory import Gap
from tests.estate import Estate, Json, subnet
from tests.networks import network_of


def an_estate(address: dict[str, Any] | None = None, **rule: Any) -> Estate:
    """A cluster whose load balancer has one more frontend and a rule for it."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "api": "10.1.8.0/28"})
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"))
    balancer = estate.of_type("loadBalancers")[0]
    frontend = f"{balancer['id']}/frontendIPConfigurations/f"
    balancer["properties"]["frontendIPConfigurations"].append(
        {"name": "f", "id": frontend, "properties": address or {"privateIPAddress": "10.1.0.77"}}
    )
    words = {
        "frontendIPConfiguration": {"id": frontend.upper()},
        "protocol": "Tcp",
        "frontendPort": 443,
        "backendPort": 31000,
        "enableFloatingIP": True,
    }
    balancer["properties"]["loadBalancingRules"] = [{"name": "r", "properties": words | rule}]
    assert cluster
    return estate


def ports(estate: Estate, refused: tuple[str, ...] = ()) -> list[PublishedPort | Gap]:
    network = network_of(estate, refused=refused)
    return list(published_ports(network, network.clusters[0]))


def shown(estate: Estate) -> tuple[str, str, list[str]]:
    (port,) = ports(estate)
    assert isinstance(port, PublishedPort)
    return port.protocol, ", ".join(map(str, port.ports)), as_prefixes(port.frontend_address)


def test_with_floating_ip_the_frontends_port_and_else_the_backends() -> None:
    assert shown(an_estate()) == ("Tcp", "443", ["10.1.0.77/32"])
    assert shown(an_estate(enableFloatingIP=False)) == ("Tcp", "31000", ["10.1.0.77/32"])


@pytest.mark.parametrize("rule", [{"protocol": "All", "frontendPort": 0}, {"frontendPort": 0}, {"frontendPort": None}])
def test_all_ports(rule: dict[str, Any]) -> None:
    assert shown(an_estate(**rule))[:2] == ("*", "*")


def public(estate: Estate, kind: str, resource: Json) -> Estate:
    frontend = estate.of_type("loadBalancers")[0]["properties"]["frontendIPConfigurations"][-1]
    frontend["properties"] = {kind: {"id": resource["id"]}}
    return estate


def test_a_public_address_is_looked_up() -> None:
    estate = an_estate()
    pip = estate.public_ip("web", "20.1.2.3")
    assert shown(public(estate, "publicIPAddress", pip)) == ("Tcp", "443", ["20.1.2.3/32"])
    (gap,) = ports(estate, ("Microsoft.Network/publicIPAddresses",))
    assert isinstance(gap, Gap)
    assert gap.status == 403
    pip["properties"].pop("ipAddress")
    assert ports(estate) == [], "none is allocated"
    pip["properties"]["ipAddress"] = "20.1"
    (gap,) = ports(estate)
    assert isinstance(gap, Gap)
    assert gap.code == "InvalidValue"


def test_a_public_prefix_is_looked_up() -> None:
    estate = an_estate()
    prefix: Json = {
        "id": estate.resource_id("Microsoft.Network/publicIPPrefixes", "p"),
        "type": "Microsoft.Network/publicIPPrefixes",
        "properties": {"prefixLength": 30, "ipPrefix": "20.1.2.0/30"},
    }
    estate.resources.append(prefix)
    assert shown(public(estate, "publicIPPrefix", prefix))[2] == ["20.1.2.0/30"]
    assert isinstance(ports(estate, ("Microsoft.Network/publicIPPrefixes",))[0], Gap)


def test_the_api_servers_own_frontend_is_no_service() -> None:
    estate = an_estate()
    api = subnet(estate.of_type("virtualNetworks")[0], "api")
    frontend = estate.of_type("loadBalancers")[0]["properties"]["frontendIPConfigurations"][-1]
    frontend["properties"]["subnet"] = {"id": api["id"]}
    assert len(ports(estate)) == 1
    access = {"enableVnetIntegration": True, "subnetId": api["id"]}
    estate.of_type("managedClusters")[0]["properties"]["apiServerAccessProfile"] = access
    assert ports(estate) == []


def test_balancers_that_were_not_read_are_a_gap() -> None:
    (gap,) = ports(an_estate(), ("Microsoft.Network/loadBalancers",))
    assert isinstance(gap, Gap)
    assert gap.status == 403
    (gap,) = ports(an_estate(address={"privateIPAddress": "10.1"}))
    assert isinstance(gap, Gap)
    assert gap.code == "InvalidValue"
