from aks_audit.rules.outbound.load_balancer_rules_near_limit import load_balancer_rules_near_limit
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, balancer, properties


def with_rules(count: int) -> Estate:
    estate, _ = an_estate()
    balancer(estate)["loadBalancingRules"] = [{"name": f"rule{number}", "properties": {}} for number in range(count)]
    return estate


def test_is_quiet_below_four_fifths() -> None:
    assert messages(load_balancer_rules_near_limit, network_of(with_rules(199))) == []


def test_finds_from_four_fifths_on() -> None:
    finding = only(findings(load_balancer_rules_near_limit, network_of(with_rules(200))))
    assert finding.message == "aks1: load balancer kubernetes has 200 of 250 rules, 50 more fit"
    assert finding.arithmetic == "250 - 200 = 50 rules; Azure takes 300 a NIC"
    assert finding.latent
    assert [(line.path, line.value) for line in finding.evidence] == [("length(properties.loadBalancingRules)", 200)]


def test_finds_that_not_one_more_fits() -> None:
    finding = only(findings(load_balancer_rules_near_limit, network_of(with_rules(250))))
    assert finding.message == "aks1: load balancer kubernetes has 250 of 250 rules, not one more is written"
    assert not finding.latent
    assert only(findings(load_balancer_rules_near_limit, network_of(with_rules(249)))).latent


def test_cannot_tell_without_the_load_balancers() -> None:
    network = network_of(with_rules(250), refused=["Microsoft.Network/loadBalancers"])
    assert [u.gap.status for u in unknowns(load_balancer_rules_near_limit, network)] == [403]


def test_cannot_tell_where_the_rules_do_not_parse() -> None:
    estate = with_rules(3)
    balancer(estate)["loadBalancingRules"] = "many"
    answers = unknowns(load_balancer_rules_near_limit, network_of(estate))
    assert [(u.resource_id.name, u.gap.code) for u in answers] == [("kubernetes", "InvalidValue")]


def test_asks_nothing_of_a_cluster_without_a_node_resource_group() -> None:
    estate = with_rules(250)
    del properties(estate)["nodeResourceGroup"]
    assert messages(load_balancer_rules_near_limit, network_of(estate)) == []
