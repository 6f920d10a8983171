from aks_audit.findings import Severity
from aks_audit.rules.outbound.load_balancer_outbound_rule_missing import load_balancer_outbound_rule_missing
from tests.estate import Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, balancer, properties, two_pools


def test_is_quiet_where_the_rule_is_there_and_about_other_types() -> None:
    assert messages(load_balancer_outbound_rule_missing, network_of(an_estate()[0])) == []
    for outbound_type in ("userAssignedNATGateway", "userDefinedRouting", "none"):
        assert messages(load_balancer_outbound_rule_missing, network_of(an_estate(outbound_type)[0])) == []


def test_finds_a_load_balancer_without_the_rule() -> None:
    estate, _ = an_estate()
    balancer(estate)["outboundRules"] = []
    finding = only(findings(load_balancer_outbound_rule_missing, network_of(estate)))
    assert finding.message == (
        "aks1: outbound type loadBalancer, but load balancer kubernetes has no outbound rule; np1: nothing leads out "
        "of subnet nodes but Azure's default outbound access"
    )
    assert finding.severity is None
    assert [(line.resource_id.name, line.path, line.value) for line in finding.evidence] == [
        ("kubernetes", "properties.outboundRules", ()),
        ("aks1", "properties.networkProfile.outboundType", "loadBalancer"),
        ("nodes", "properties.defaultOutboundAccess", None),
    ]
    assert [item.name for item in finding.affected] == ["np1"]


def test_finds_a_rule_without_a_frontend() -> None:
    estate, _ = an_estate()
    balancer(estate)["outboundRules"][0]["properties"]["frontendIPConfigurations"] = []
    finding = only(findings(load_balancer_outbound_rule_missing, network_of(estate)))
    assert finding.message.startswith(
        "aks1: outbound type loadBalancer, but load balancer kubernetes has no outbound rule with a frontend; np1: "
    )
    seen = finding.evidence[0]
    assert (seen.path, seen.value) == ("properties.outboundRules[].frontendIPConfigurations[].id", ())


def test_finds_a_load_balancer_that_is_gone_critical_in_a_private_subnet() -> None:
    estate, vnet = an_estate()
    estate.remove(estate.of_type("loadBalancers")[0])
    subnet(vnet, "nodes")["properties"]["defaultOutboundAccess"] = False
    finding = only(findings(load_balancer_outbound_rule_missing, network_of(estate)))
    assert finding.message == (
        "aks1: outbound type loadBalancer, but load balancer kubernetes does not exist; np1: nothing leads out of "
        "subnet nodes, and default outbound access is off there"
    )
    assert finding.severity is Severity.CRITICAL
    seen = finding.evidence[0]
    assert (seen.resource_id.name, seen.path) == ("aks1", "properties.nodeResourceGroup")
    assert seen.value == "MC_rg-aks1_aks1_westeurope"


def test_is_quiet_where_another_way_leads_out() -> None:
    estate, vnet = an_estate()
    balancer(estate)["outboundRules"] = []
    estate.nat_gateway("natgw", subnets=[subnet(vnet, "nodes")])
    assert messages(load_balancer_outbound_rule_missing, network_of(estate)) == []


def test_names_only_the_pools_that_have_nothing_else() -> None:
    estate, vnet = an_estate("none")
    two_pools(estate, vnet, "loadBalancer")
    balancer(estate)["outboundRules"] = []
    estate.nat_gateway("natgw", subnets=[subnet(vnet, "nodes")])
    finding = only(findings(load_balancer_outbound_rule_missing, network_of(estate)))
    assert [item.name for item in finding.affected] == ["np2"]


def test_waits_for_clusters_at_work_and_leaves_stopped_and_basic_ones() -> None:
    for change in (
        {"provisioningState": "Creating"},
        {"powerState": {"code": "Stopped"}},
        {"networkProfile": {"loadBalancerSku": "Basic"}},
    ):
        estate, _ = an_estate()
        estate.remove(estate.of_type("loadBalancers")[0])
        properties(estate).update(change)
        assert messages(load_balancer_outbound_rule_missing, network_of(estate)) == []


def test_says_what_is_left_was_not_read() -> None:
    estate, _ = an_estate("loadBalancer", Pool())
    balancer(estate)["outboundRules"] = []
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    finding = only(findings(load_balancer_outbound_rule_missing, network))
    assert finding.message.endswith("np1: what is left was not read")


def test_cannot_tell_without_the_load_balancer() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/loadBalancers"])
    answers = unknowns(load_balancer_outbound_rule_missing, network)
    assert [(u.resource_id.name, u.gap.status) for u in answers] == [("aks1", 403)]


def test_cannot_tell_without_the_pools() -> None:
    estate, _ = an_estate()
    balancer(estate)["outboundRules"] = []
    properties(estate)["agentPoolProfiles"] = []
    assert len(unknowns(load_balancer_outbound_rule_missing, network_of(estate))) == 1
