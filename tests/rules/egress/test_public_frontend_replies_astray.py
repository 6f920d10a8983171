from aks_audit.rules.egress.public_frontend_replies_astray import public_frontend_replies_astray
from tests.estate import Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import FIREWALL, TABLES, Spoke, a_spoke


def with_a_public_service(outbound_type: str = "userDefinedRouting") -> tuple[Spoke, Json]:
    spoke = a_spoke(outbound_type=outbound_type)
    return spoke, spoke.estate.public_service(spoke.cluster)


def public_address(spoke: Spoke) -> str:
    """The firewall's."""
    pip = next(r for r in spoke.estate.of_type("publicIPAddresses") if r["name"] == "fw-ip")
    return str(pip["properties"]["ipAddress"])


def test_is_quiet_without_a_public_service() -> None:
    assert messages(public_frontend_replies_astray, network_of(a_spoke().estate)) == []
    outbound_only = a_spoke(outbound_type="loadBalancer")
    assert messages(public_frontend_replies_astray, network_of(outbound_only.estate)) == []


def test_finds_a_public_service_behind_a_default_route_to_an_appliance() -> None:
    spoke, balancer = with_a_public_service()
    finding = only(findings(public_frontend_replies_astray, network_of(spoke.estate)))
    assert finding.message == (
        "aks1: kubernetes takes traffic in at 1 public frontend, and replies from nodes, more follow the default route "
        "to VirtualAppliance 10.0.1.4"
    )
    assert finding.resource_id.text == balancer["id"]
    frontend = balancer["properties"]["frontendIPConfigurations"][0]["properties"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.routes[default].addressPrefix", "0.0.0.0/0"),
        ("properties.routes[default].nextHopType", "VirtualAppliance"),
        ("properties.routes[default].nextHopIpAddress", FIREWALL),
        ("properties.frontendIPConfigurations[svc1].publicIPAddress.id", frontend["publicIPAddress"]["id"]),
    ]
    assert [each.name for each in finding.affected] == ["nodes", "more", "rt"]
    assert finding.cluster_id
    assert finding.severity is None


def test_finds_it_once_for_all_frontends_and_leaves_outbound_ones_out() -> None:
    spoke, _ = with_a_public_service("loadBalancer")
    spoke.estate.public_service(spoke.cluster, "svc2")
    finding = only(findings(public_frontend_replies_astray, network_of(spoke.estate)))
    assert "takes traffic in at 2 public frontends," in finding.message


def test_is_quiet_where_the_firewalls_address_is_routed_back() -> None:
    spoke, _ = with_a_public_service()
    spoke.estate.add_route(spoke.table, f"{public_address(spoke)}/32", "Internet")
    assert messages(public_frontend_replies_astray, network_of(spoke.estate)) == []


def test_another_address_routed_to_the_internet_does_not_help() -> None:
    spoke, _ = with_a_public_service()
    spoke.estate.add_route(spoke.table, "198.51.100.7/32", "Internet")
    assert len(messages(public_frontend_replies_astray, network_of(spoke.estate))) == 1


def test_is_quiet_where_another_appliance_has_a_route_back() -> None:
    spoke, _ = with_a_public_service()
    spoke.estate.virtual_machine_nic(subnet(spoke.hub, "shared"), "nva", address="10.0.4.9", ip_forwarding=True)
    spoke.default["nextHopIpAddress"] = "10.0.4.9"
    assert len(messages(public_frontend_replies_astray, network_of(spoke.estate))) == 1
    spoke.estate.add_route(spoke.table, "198.51.100.7/32", "Internet")
    assert messages(public_frontend_replies_astray, network_of(spoke.estate)) == []


def test_is_quiet_without_a_default_route_to_an_appliance() -> None:
    spoke, _ = with_a_public_service("loadBalancer")
    spoke.table["properties"]["routes"] = []
    assert messages(public_frontend_replies_astray, network_of(spoke.estate)) == []
    spoke.estate.add_route(spoke.table, "0.0.0.0/0", "VirtualNetworkGateway")
    assert messages(public_frontend_replies_astray, network_of(spoke.estate)) == []


def test_only_the_subnets_without_a_way_back_are_named() -> None:
    spoke, _ = with_a_public_service()
    routes = {"0.0.0.0/0": FIREWALL, f"{public_address(spoke)}/32": "Internet"}
    spoke.estate.route_table("rt2", routes, subnets=[spoke.subnet("more")])
    finding = only(findings(public_frontend_replies_astray, network_of(spoke.estate)))
    assert "replies from nodes follow" in finding.message
    assert [each.name for each in finding.affected] == ["nodes", "rt"]


def test_is_quiet_about_internal_frontends() -> None:
    spoke, balancer = with_a_public_service()
    frontend = balancer["properties"]["frontendIPConfigurations"][0]["properties"]
    frontend.pop("publicIPAddress")
    frontend |= {"privateIPAddress": "10.1.0.200", "subnet": {"id": spoke.subnet()["id"]}}
    assert messages(public_frontend_replies_astray, network_of(spoke.estate)) == []


def test_cannot_tell_without_the_load_balancers() -> None:
    spoke, _ = with_a_public_service()
    network = network_of(spoke.estate, refused=["Microsoft.Network/loadBalancers"])
    (answer,) = unknowns(public_frontend_replies_astray, network)
    assert (answer.resource_id.name, answer.gap.status) == ("aks1", 403)


def test_cannot_tell_of_a_balancer_with_a_value_that_does_not_parse() -> None:
    spoke, balancer = with_a_public_service()
    balancer["properties"]["loadBalancingRules"] = "all"
    (answer,) = unknowns(public_frontend_replies_astray, network_of(spoke.estate))
    assert answer.resource_id.text == balancer["id"]


def test_cannot_tell_without_the_firewalls_public_address() -> None:
    spoke, balancer = with_a_public_service()
    spoke.estate.add_route(spoke.table, f"{public_address(spoke)}/32", "Internet")
    network = network_of(spoke.estate, refused=["Microsoft.Network/publicIPAddresses"])
    (answer,) = unknowns(public_frontend_replies_astray, network)
    assert (answer.resource_id.text, answer.gap.status) == (balancer["id"], 403)


def test_cannot_tell_without_the_tables() -> None:
    network = network_of(with_a_public_service()[0].estate, refused=[TABLES])
    (answer,) = unknowns(public_frontend_replies_astray, network)
    assert (answer.resource_id.name, answer.gap.status) == ("rt", 403)


def test_finds_each_cluster_whose_balancer_takes_traffic_in() -> None:
    spoke, _ = with_a_public_service()
    quiet = spoke.estate.add_subnet(spoke.vnet, "quiet", "10.1.2.0/24")
    spoke.estate.cluster("aks0", subnet=quiet, outbound_type="userDefinedRouting", route_table=spoke.table)
    other = spoke.estate.add_subnet(spoke.vnet, "other", "10.1.3.0/24")
    busy = spoke.estate.cluster("aks2", subnet=other, outbound_type="userDefinedRouting", route_table=spoke.table)
    spoke.estate.public_service(busy)
    found = findings(public_frontend_replies_astray, network_of(spoke.estate))
    assert [each.cluster_id and each.cluster_id.name for each in found] == ["aks1", "aks2"]


def test_a_frontend_of_a_prefix_counts() -> None:
    spoke, balancer = with_a_public_service()
    frontend = balancer["properties"]["frontendIPConfigurations"][0]["properties"]
    frontend["publicIPPrefix"] = {"id": spoke.estate.resource_id("Microsoft.Network/publicIPPrefixes", "prefix")}
    frontend.pop("publicIPAddress")
    finding = only(findings(public_frontend_replies_astray, network_of(spoke.estate)))
    path = "properties.frontendIPConfigurations[svc1].publicIPPrefix.id"
    assert (finding.evidence[-1].path, finding.evidence[-1].value) == (path, frontend["publicIPPrefix"]["id"])
