from aks_audit.rules.egress.appliance_without_ip_forwarding import appliance_without_ip_forwarding
from tests.estate import Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import TABLES, Spoke, a_spoke


def behind_an_appliance(*, ip_forwarding: bool) -> tuple[Spoke, Json]:
    spoke = a_spoke()
    nic = spoke.estate.virtual_machine_nic(
        subnet(spoke.hub, "shared"), "nva", address="10.0.4.9", ip_forwarding=ip_forwarding
    )
    spoke.default["nextHopIpAddress"] = "10.0.4.9"
    return spoke, nic


def test_is_quiet_about_an_appliance_that_forwards() -> None:
    spoke, _ = behind_an_appliance(ip_forwarding=True)
    assert messages(appliance_without_ip_forwarding, network_of(spoke.estate)) == []


def test_is_quiet_about_firewalls_load_balancers_and_dead_addresses() -> None:
    spoke = a_spoke()
    assert messages(appliance_without_ip_forwarding, network_of(spoke.estate)) == []
    spoke.estate.internal_load_balancer(subnet(spoke.hub, "shared"), "nva-lb")
    spoke.default["nextHopIpAddress"] = "10.0.4.4"
    assert messages(appliance_without_ip_forwarding, network_of(spoke.estate)) == []
    spoke.default["nextHopIpAddress"] = "10.0.4.99"
    assert messages(appliance_without_ip_forwarding, network_of(spoke.estate)) == []


def test_finds_an_appliance_that_does_not() -> None:
    spoke, nic = behind_an_appliance(ip_forwarding=False)
    finding = only(findings(appliance_without_ip_forwarding, network_of(spoke.estate)))
    assert finding.message == "nva-nic, next hop 10.0.4.9 of rt for aks1, has IP forwarding off"
    assert finding.resource_id.text == nic["id"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.enableIPForwarding", False),
        ("properties.routes[default].addressPrefix", "0.0.0.0/0"),
        ("properties.routes[default].nextHopType", "VirtualAppliance"),
        ("properties.routes[default].nextHopIpAddress", "10.0.4.9"),
    ]
    assert [each.name for each in finding.affected] == ["rt", "nodes", "more", "aks1"]
    assert finding.cluster_id
    assert finding.severity is None


def test_finds_one_nic_once_for_all_tables() -> None:
    spoke, _ = behind_an_appliance(ip_forwarding=False)
    other = spoke.estate.add_subnet(spoke.vnet, "other", "10.1.2.0/24")
    table = spoke.estate.route_table("rt2", {"0.0.0.0/0": "10.0.4.9"}, subnets=[other])
    spoke.estate.cluster("aks2", subnet=other, outbound_type="userDefinedRouting", route_table=table)
    finding = only(findings(appliance_without_ip_forwarding, network_of(spoke.estate)))
    assert finding.message == "nva-nic, next hop 10.0.4.9 of rt, rt2 for aks1, aks2, has IP forwarding off"
    assert [each.name for each in finding.affected] == ["rt", "rt2", "nodes", "more", "other", "aks1", "aks2"]
    assert finding.cluster_id is None


def test_finds_a_private_endpoint_as_next_hop() -> None:
    spoke = a_spoke()
    endpoint = spoke.estate.private_endpoint(subnet(spoke.hub, "shared"), "pe", address="10.0.4.9")
    spoke.default["nextHopIpAddress"] = "10.0.4.9"
    finding = only(findings(appliance_without_ip_forwarding, network_of(spoke.estate)))
    assert finding.message == "pe, next hop 10.0.4.9 of rt for aks1, is a private endpoint, which never forwards"
    assert finding.resource_id.text == endpoint["id"]
    assert [e.path for e in finding.evidence] == [
        f"properties.routes[default].{field}" for field in ("addressPrefix", "nextHopType", "nextHopIpAddress")
    ]


def test_a_private_endpoint_whose_nic_says_nothing_is_found_too() -> None:
    spoke = a_spoke()
    spoke.estate.private_endpoint(subnet(spoke.hub, "shared"), "pe", address="10.0.4.9")
    nic = next(n for n in spoke.estate.of_type("networkInterfaces") if "privateEndpoint" in n["properties"])
    nic["properties"].pop("enableIPForwarding")
    spoke.default["nextHopIpAddress"] = "10.0.4.9"
    assert len(messages(appliance_without_ip_forwarding, network_of(spoke.estate))) == 1


def test_is_quiet_about_kubenets_nodes() -> None:
    spoke = a_spoke("kubenet", pod_cidr="10.244.0.0/16")
    for nic in spoke.estate.nics(spoke.cluster):
        nic["properties"]["enableIPForwarding"] = False
    assert messages(appliance_without_ip_forwarding, network_of(spoke.estate)) == []


def test_cannot_tell_where_the_setting_is_absent() -> None:
    spoke, nic = behind_an_appliance(ip_forwarding=True)
    nic["properties"].pop("enableIPForwarding")
    (answer,) = unknowns(appliance_without_ip_forwarding, network_of(spoke.estate))
    assert answer.resource_id.text == nic["id"]
    assert (answer.gap.resource_type, answer.gap.scope) == ("Microsoft.Network/networkInterfaces", nic["id"])
    assert (answer.gap.status, answer.gap.code) == (None, "NotCollected")
    assert answer.gap.message == "properties.enableIPForwarding is absent"


def test_cannot_tell_without_the_nics() -> None:
    spoke, _ = behind_an_appliance(ip_forwarding=True)
    (answer,) = unknowns(
        appliance_without_ip_forwarding, network_of(spoke.estate, refused=["Microsoft.Network/networkInterfaces"])
    )
    assert answer.resource_id.text == spoke.table["id"]


def test_cannot_tell_without_the_tables() -> None:
    spoke, _ = behind_an_appliance(ip_forwarding=False)
    (answer,) = unknowns(appliance_without_ip_forwarding, network_of(spoke.estate, refused=[TABLES]))
    assert (answer.resource_id.name, answer.gap.status) == ("rt", 403)
