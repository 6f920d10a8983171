from ipaddress import ip_network
from typing import Any

from aks_audit.findings import Evidence, Severity
from aks_audit.inventory import ResourceId
from aks_audit.rules.api_server.egress_address_not_authorized import egress_address_not_authorized
from aks_audit.settings import Settings
from tests.estate import Estate, Json, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import access_of, an_estate, hide, with_ranges

NAT: dict[str, Any] = {"outbound_type": "userAssignedNATGateway"}
UDR: dict[str, Any] = {"outbound_type": "userDefinedRouting"}


def addresses(estate: Estate) -> list[str]:
    return [pip["properties"]["ipAddress"] for pip in estate.of_type("publicIPAddresses")]


def test_is_quiet_where_the_list_holds_the_way_out() -> None:
    for outbound in ("userAssignedNATGateway", "managedNATGateway", "userDefinedRouting", "loadBalancer"):
        assert messages(egress_address_not_authorized, network_of(an_estate(outbound_type=outbound)[0])) == []


def test_is_quiet_where_aks_adds_the_address_or_nothing_filters() -> None:
    for made in (
        with_ranges("198.51.100.0/24"),
        with_ranges(**NAT),
        with_ranges("198.51.100.0/24", private=True, **NAT),
        with_ranges("198.51.100.0/24", integrated=True, **NAT),
        with_ranges("198.51.100.0/24", outbound_type="none"),
    ):
        assert messages(egress_address_not_authorized, network_of(made[0])) == []


def test_finds_a_nat_gateway_that_the_list_does_not_hold() -> None:
    estate, cluster = with_ranges("198.51.100.0/24", **NAT)
    (address,) = addresses(estate)
    finding = only(findings(egress_address_not_authorized, network_of(estate)))
    assert finding.message == (
        "aks1: its authorized ranges do not admit its own nodes: np1 by natGateway natgw-aks1, "
        f"{address} (VMExtensionError_K8SAPIServerConnFail)"
    )
    own = ResourceId.of(cluster["id"])
    assert finding.evidence[:2] == (
        Evidence(own, "properties.apiServerAccessProfile.authorizedIPRanges", ("198.51.100.0/24",)),
        Evidence(own, "properties.networkProfile.outboundType", "userAssignedNATGateway"),
    )
    gateway = estate.of_type("natGateways")[0]["id"]
    assert any(item.path == "properties.natGateway.id" and item.value == gateway for item in finding.evidence)
    assert finding.affected == (own.child("agentPools", "np1"),)
    assert finding.cluster_id == finding.resource_id == own
    assert finding.severity is None
    assert egress_address_not_authorized.severity is Severity.CRITICAL


def test_finds_one_of_two_addresses_and_names_the_share() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    gateway = estate.nat_gateway("natgw", public_ips=2)
    one, two = addresses(estate)
    estate.cluster("aks1", subnet=subnet(vnet, "nodes"), nat_gateway=gateway, authorized_ip_ranges=[f"{one}/32"], **NAT)
    (message,) = messages(egress_address_not_authorized, network_of(estate))
    assert f"np1 by natGateway natgw, {two} (1 of 2) (" in message


def test_finds_a_firewall_behind_the_default_route() -> None:
    estate, _ = an_estate(Pool(), Pool(name="np2", mode="User"), authorized_ip_ranges=["198.51.100.0/24"], **UDR)
    (address,) = addresses(estate)
    (finding,) = findings(egress_address_not_authorized, network_of(estate))
    assert f"np1, np2 by appliance fw-aks1, {address} (VM" in finding.message
    assert len(finding.affected) == 2
    assert any("routes" in item.path for item in finding.evidence)


def test_finds_a_gateway_beside_the_load_balancer() -> None:
    estate, _ = with_ranges("198.51.100.0/24")
    nodes = subnet(estate.of_type("virtualNetworks")[0], "nodes")
    estate.nat_gateway("natgw", subnets=[nodes])
    assert "by natGateway natgw" in only(findings(egress_address_not_authorized, network_of(estate))).message


def test_is_medium_for_a_gateway_that_aks_manages() -> None:
    estate = Estate()
    estate.cluster("aks1", outbound_type="managedNATGateway", authorized_ip_ranges=["198.51.100.0/24"])
    assert only(findings(egress_address_not_authorized, network_of(estate))).severity is Severity.MEDIUM


def with_appliance(*ranges: str) -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24", "nva": "10.1.1.0/24"})
    estate.virtual_machine_nic(subnet(vnet, "nva"), "nva", address="10.1.1.4", ip_forwarding=True)
    nodes = subnet(vnet, "nodes")
    return estate, estate.cluster("aks1", subnet=nodes, next_hop="10.1.1.4", authorized_ip_ranges=ranges, **UDR)


def test_cannot_tell_what_an_appliance_leaves_by() -> None:
    estate, cluster = with_appliance("198.51.100.0/24")
    (answer,) = unknowns(egress_address_not_authorized, network_of(estate))
    assert answer.resource_id == ResourceId.of(cluster["id"])
    assert answer.gap.code == "NotCollected"


def test_the_team_can_say_what_an_appliance_leaves_by() -> None:
    estate, _ = with_appliance("198.51.100.0/24")
    admitted = Settings(expected_egress=(ip_network("198.51.100.7/32"),))
    assert messages(egress_address_not_authorized, network_of(estate, settings=admitted)) == []
    other = Settings(expected_egress=(ip_network("198.51.100.7/32"), ip_network("203.0.113.0/28")))
    (message,) = messages(egress_address_not_authorized, network_of(estate, settings=other))
    assert "203.0.113.0/28 (1 of 2)" in message


def test_cannot_tell_where_a_service_tag_may_hold_the_address() -> None:
    estate, _ = with_ranges("198.51.100.0/24", "AzureCloud.westeurope", **NAT)
    (answer,) = unknowns(egress_address_not_authorized, network_of(estate))
    assert answer.gap.message == (
        "what service tag AzureCloud.westeurope in authorizedIPRanges holds does not stand in ARM"
    )


def test_cannot_tell_without_the_addresses_the_subnet_or_the_pools() -> None:
    estate, cluster = with_ranges("198.51.100.0/24", **NAT)
    for refused in ("publicIPAddresses", "natGateways", "virtualNetworks"):
        network = network_of(estate, refused=[f"Microsoft.Network/{refused}"])
        assert [u.gap.status for u in unknowns(egress_address_not_authorized, network)] == [403]
    cluster["properties"]["agentPoolProfiles"] = None
    assert [u.gap.code for u in unknowns(egress_address_not_authorized, network_of(estate))] == ["NotCollected"]
    hide(cluster)
    assert [u.gap.code for u in unknowns(egress_address_not_authorized, network_of(estate))] == ["InvalidValue"]
    assert access_of(cluster)
