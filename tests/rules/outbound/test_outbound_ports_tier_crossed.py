from aks_audit.rules.outbound.outbound_ports_tier_crossed import outbound_ports_tier_crossed
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(count: int, max_count: int, ports: int = 0) -> Estate:
    estate = Estate()
    pools = [Pool(count=count, max_count=max_count, max_surge="1")]
    estate.cluster("aks1", pools=pools, allocated_outbound_ports=ports)
    return estate


def test_is_quiet_within_a_step_and_where_ports_are_set() -> None:
    assert messages(outbound_ports_tier_crossed, network_of(an_estate(48, 49))) == []
    assert messages(outbound_ports_tier_crossed, network_of(an_estate(10, 100, 512))) == []


def test_finds_a_step_that_is_crossed_with_the_surge() -> None:
    finding = only(findings(outbound_ports_tier_crossed, network_of(an_estate(48, 50))))
    assert finding.message == (
        "aks1: 48 nodes have 1024 outbound ports each; at 51, the autoscaler's maximum with surge, each has 512, "
        "and connections are reset"
    )
    assert finding.arithmetic == "default allocation: 48 nodes -> 1024 ports; 51 nodes -> 512 ports"


def test_cannot_tell_without_the_count() -> None:
    estate = an_estate(1, 100)
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["count"]
    answers = unknowns(outbound_ports_tier_crossed, network_of(estate))
    assert [u.gap.message for u in answers] == ["the count of pool np1 is not known"]
