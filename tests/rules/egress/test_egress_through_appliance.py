from aks_audit.findings import Finding, Severity
from aks_audit.rules.egress.egress_through_appliance import egress_through_appliance
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import FIREWALL, TABLES, VNETS, Spoke, a_spoke

EVERYWHERE = (
    "mcr.microsoft.com:443, *.data.mcr.microsoft.com:443, mcr-0001.mcr-msedge.net:443, management.azure.com:443, "
    "login.microsoftonline.com:443, packages.microsoft.com:443, packages.aks.azure.com:443"
)


def the_finding(spoke: Spoke) -> Finding:
    return only(findings(egress_through_appliance, network_of(spoke.estate)))


def test_is_quiet_about_other_outbound_types_and_next_hops() -> None:
    assert messages(egress_through_appliance, network_of(a_spoke(outbound_type="loadBalancer").estate)) == []
    spoke = a_spoke()
    spoke.default["nextHopType"] = "VirtualNetworkGateway"
    assert messages(egress_through_appliance, network_of(spoke.estate)) == []
    spoke.table["properties"]["routes"] = []
    assert messages(egress_through_appliance, network_of(spoke.estate)) == []


def test_finds_the_appliance_and_names_what_it_has_to_allow() -> None:
    spoke = a_spoke()
    finding = the_finding(spoke)
    assert finding.message == (
        "rt: egress of nodes, more of aks1 goes to VirtualAppliance 10.0.1.4, which has to allow "
        f"*.hcp.westeurope.azmk8s.io:443, {EVERYWHERE}"
    )
    assert egress_through_appliance.severity is Severity.INFO
    assert finding.severity is None
    assert finding.resource_id.text == spoke.table["id"]
    assert [(e.path, e.value) for e in finding.evidence] == [
        ("properties.routes[default].addressPrefix", "0.0.0.0/0"),
        ("properties.routes[default].nextHopType", "VirtualAppliance"),
        ("properties.routes[default].nextHopIpAddress", FIREWALL),
        ("properties.networkProfile.outboundType", "userDefinedRouting"),
    ]
    assert [each.name for each in finding.affected] == ["nodes", "more", "aks1"]
    assert finding.cluster_id


def test_a_private_cluster_needs_no_way_to_its_api_server() -> None:
    assert the_finding(a_spoke(private=True)).message.endswith(f"which has to allow {EVERYWHERE}")


def test_nor_does_one_whose_api_server_is_in_the_network() -> None:
    spoke = a_spoke()
    spoke.cluster["properties"]["apiServerAccessProfile"] = {"enableVnetIntegration": True}
    assert "azmk8s.io" not in the_finding(spoke).message


def test_windows_needs_more() -> None:
    spoke = a_spoke()
    spoke.cluster["properties"]["agentPoolProfiles"][1]["osType"] = "Windows"
    assert the_finding(spoke).message.endswith(f"{EVERYWHERE}, onegetcdn.azureedge.net:443, go.microsoft.com:443")


def test_the_national_clouds_have_names_of_their_own() -> None:
    spoke = a_spoke()
    spoke.cluster["location"] = "China East 2"
    assert the_finding(spoke).message.endswith("which has to allow what AKS needs in its cloud")


def test_cannot_tell_without_the_tables() -> None:
    (answer,) = unknowns(egress_through_appliance, network_of(a_spoke().estate, refused=[TABLES]))
    assert (answer.resource_id.name, answer.gap.status) == ("rt", 403)


def test_cannot_tell_without_the_subnets() -> None:
    answers = unknowns(egress_through_appliance, network_of(a_spoke().estate, refused=[VNETS]))
    assert [(answer.resource_id.name, answer.gap.status) for answer in answers] == [("nodes", 403), ("more", 403)]
