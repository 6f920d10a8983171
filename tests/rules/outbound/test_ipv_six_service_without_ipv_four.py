from aks_audit.rules.outbound.ipv_six_service_without_ipv_four import ipv_six_service_without_ipv_four
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import a_prefix, an_estate, an_ipv6_address, properties


def dual(*frontends: Json, outbound_type: str = "userAssignedNATGateway") -> Estate:
    """A dual-stack cluster with a load balancer of services, if frontends are given."""
    estate, _ = an_estate(outbound_type)
    properties(estate)["networkProfile"]["ipFamilies"] = ["IPv4", "IPv6"]
    if frontends:
        balancer = estate._add("Microsoft.Network/loadBalancers", "kubernetes", properties(estate)["nodeResourceGroup"])
        balancer["sku"] = {"name": "Standard"}
        named = [{"name": f"f{number}", "properties": frontend} for number, frontend in enumerate(frontends)]
        balancer["properties"]["frontendIPConfigurations"] = named
    return estate


def of_address(address: Json) -> Json:
    return {"publicIPAddress": {"id": address["id"]}}


def test_is_quiet_with_one_family_and_where_the_cluster_leaves_by_it() -> None:
    assert messages(ipv_six_service_without_ipv_four, network_of(an_estate("userAssignedNATGateway")[0])) == []
    assert messages(ipv_six_service_without_ipv_four, network_of(dual(outbound_type="loadBalancer"))) == []


def test_is_quiet_where_an_ipv4_frontend_is_there() -> None:
    assert messages(ipv_six_service_without_ipv_four, network_of(dual({"privateIPAddress": "10.1.0.100"}))) == []
    for made in (Estate.public_ip, lambda estate: a_prefix(estate, "prefix", "20.60.0.0/30")):
        spare = Estate()
        resource = made(spare)
        word = "publicIPPrefix" if "ipPrefix" in resource["properties"] else "publicIPAddress"
        estate = dual({word: {"id": resource["id"]}})
        estate.resources.append(resource)
        assert messages(ipv_six_service_without_ipv_four, network_of(estate)) == []


def test_finds_that_there_is_no_load_balancer_yet() -> None:
    finding = only(findings(ipv_six_service_without_ipv_four, network_of(dual())))
    assert finding.message == (
        "aks1: dual stack, and load balancer kubernetes does not exist: a service of IPv6 alone is refused"
    )
    assert finding.arithmetic == "AtleastOneIpV4RequiredForIpV6LbFrontendIpConfiguration"
    assert finding.latent
    assert [(line.resource_id.name, line.path, line.value) for line in finding.evidence] == [
        ("aks1", "properties.networkProfile.ipFamilies", ("IPv4", "IPv6")),
        ("aks1", "properties.nodeResourceGroup", "MC_rg-aks1_aks1_westeurope"),
    ]


def test_finds_one_with_ipv6_alone() -> None:
    spare = Estate()
    address = an_ipv6_address(spare, "six")
    estate = dual(of_address(address), {"privateIPAddress": "fd00::5"}, {})
    estate.resources.append(address)
    finding = only(findings(ipv_six_service_without_ipv_four, network_of(estate)))
    assert finding.message == (
        "aks1: dual stack, and load balancer kubernetes has no IPv4 frontend: a service of IPv6 alone is refused"
    )
    last = finding.evidence[-1]
    assert (last.resource_id.name, last.path) == ("kubernetes", "properties.frontendIPConfigurations[].name")
    assert last.value == ("f0", "f1", "f2")


def test_waits_while_an_operation_runs() -> None:
    estate = dual()
    properties(estate)["provisioningState"] = "Updating"
    assert messages(ipv_six_service_without_ipv_four, network_of(estate)) == []


def test_cannot_tell_without_the_load_balancer_or_its_addresses() -> None:
    network = network_of(dual(), refused=["Microsoft.Network/loadBalancers"])
    assert [u.gap.status for u in unknowns(ipv_six_service_without_ipv_four, network)] == [403]
    spare = Estate()
    estate = dual(of_address(spare.public_ip("four")))
    network = network_of(estate, refused=["Microsoft.Network/publicIPAddresses"])
    assert [u.gap.status for u in unknowns(ipv_six_service_without_ipv_four, network)] == [403]


def test_goes_on_after_clusters_of_which_nothing_is_asked_and_names_the_cluster() -> None:
    for first in ("userAssignedNATGateway", "loadBalancer"):
        estate, vnet = an_estate(first)
        estate.cluster("aks2", subnet=subnet(vnet, "more"), outbound_type="userAssignedNATGateway")
        if first == "loadBalancer":
            properties(estate)["networkProfile"]["ipFamilies"] = ["IPv4", "IPv6"]
        properties(estate, 1)["networkProfile"]["ipFamilies"] = ["IPv4", "IPv6"]
        finding = only(findings(ipv_six_service_without_ipv_four, network_of(estate)))
        assert finding.cluster_id == finding.resource_id
        assert finding.cluster_id
        assert finding.cluster_id.name == "aks2"


def test_goes_on_after_a_cluster_that_has_an_ipv4_frontend() -> None:
    estate = dual({"privateIPAddress": "10.1.0.100"})
    vnet = estate.of_type("virtualNetworks")[0]
    estate.cluster("aks2", subnet=subnet(vnet, "more"), outbound_type="userAssignedNATGateway")
    properties(estate, 1)["networkProfile"]["ipFamilies"] = ["IPv4", "IPv6"]
    assert len(messages(ipv_six_service_without_ipv_four, network_of(estate))) == 1


def test_asks_nothing_of_a_type_that_is_not_known() -> None:
    estate = dual()
    properties(estate)["networkProfile"]["outboundType"] = "quantumTunnel"
    assert messages(ipv_six_service_without_ipv_four, network_of(estate)) == []


def test_reads_the_family_of_a_prefix() -> None:
    spare = Estate()
    six = a_prefix(spare, "six", "2603:1020:5::/124")
    estate = dual({"publicIPPrefix": {"id": six["id"]}})
    estate.resources.append(six)
    assert len(messages(ipv_six_service_without_ipv_four, network_of(estate))) == 1
    six["properties"].pop("ipPrefix")
    assert messages(ipv_six_service_without_ipv_four, network_of(estate)) == []
    network = network_of(estate, refused=["Microsoft.Network/publicIPPrefixes"])
    assert [u.gap.status for u in unknowns(ipv_six_service_without_ipv_four, network)] == [403]
    estate.resources.remove(six)
    assert len(messages(ipv_six_service_without_ipv_four, network_of(estate))) == 1
