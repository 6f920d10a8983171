from aks_audit.rules.outbound.outbound_rule_edited import outbound_rule_edited
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, balancer, profile, properties


def test_is_quiet_where_the_rule_is_as_the_profile_says() -> None:
    assert messages(outbound_rule_edited, network_of(an_estate()[0])) == []
    assert messages(outbound_rule_edited, network_of(an_estate(allocated_outbound_ports=4000)[0])) == []
    estate, _ = an_estate()
    profile(estate)["idleTimeoutInMinutes"] = 30
    assert messages(outbound_rule_edited, network_of(estate)) == []


def test_is_quiet_about_other_outbound_types() -> None:
    assert messages(outbound_rule_edited, network_of(an_estate("userAssignedNATGateway")[0])) == []


def test_finds_ports_and_a_timeout_that_the_next_write_undoes() -> None:
    estate, _ = an_estate(allocated_outbound_ports=1024)
    balancer(estate)["outboundRules"][0]["properties"] |= {"allocatedOutboundPorts": 4000, "idleTimeoutInMinutes": 4}
    finding = only(findings(outbound_rule_edited, network_of(estate)))
    assert finding.message == (
        "aks1: outbound rule aksOutboundRule differs from the load balancer profile: "
        "allocatedOutboundPorts is 4000, the cluster says 1024; idleTimeoutInMinutes is 4, the default is 30"
    )
    assert [(line.resource_id.name, line.path, line.value) for line in finding.evidence] == [
        ("kubernetes", "properties.outboundRules[aksOutboundRule].allocatedOutboundPorts", 4000),
        ("aks1", "properties.networkProfile.loadBalancerProfile.allocatedOutboundPorts", 1024),
        ("kubernetes", "properties.outboundRules[aksOutboundRule].idleTimeoutInMinutes", 4),
        ("aks1", "properties.networkProfile.loadBalancerProfile.idleTimeoutInMinutes", None),
    ]
    assert finding.key == "aksOutboundRule"
    assert finding.resource_id.name == "kubernetes"


def test_leaves_what_the_rule_does_not_say_and_clusters_at_work() -> None:
    estate, _ = an_estate(allocated_outbound_ports=1024)
    rule = balancer(estate)["outboundRules"][0]["properties"]
    rule |= {"allocatedOutboundPorts": None, "idleTimeoutInMinutes": None}
    assert messages(outbound_rule_edited, network_of(estate)) == []
    rule["allocatedOutboundPorts"] = 8
    properties(estate)["provisioningState"] = "Updating"
    assert messages(outbound_rule_edited, network_of(estate)) == []


def test_leaves_a_load_balancer_that_is_gone_to_another_rule() -> None:
    estate, _ = an_estate()
    estate.remove(estate.of_type("loadBalancers")[0])
    assert messages(outbound_rule_edited, network_of(estate)) == []


def test_cannot_tell_without_the_load_balancer() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/loadBalancers"])
    assert [u.gap.status for u in unknowns(outbound_rule_edited, network)] == [403]
