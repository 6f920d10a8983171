from aks_audit.rules.outbound.outbound_idle_timeout_long import outbound_idle_timeout_long
from tests.estate import Estate, Pool
from tests.networks import messages, network_of, unknowns


def an_estate(ports: int, minutes: int | None = None, count: int = 3) -> Estate:
    estate = Estate()
    cluster = estate.cluster("aks1", allocated_outbound_ports=ports, pools=[Pool(count=1)])
    cluster["properties"]["agentPoolProfiles"][0]["count"] = count
    if minutes is not None:
        cluster["properties"]["networkProfile"]["loadBalancerProfile"]["idleTimeoutInMinutes"] = minutes
    return estate


def test_is_quiet_with_many_ports_or_a_short_timeout() -> None:
    assert messages(outbound_idle_timeout_long, network_of(an_estate(0))) == []
    assert messages(outbound_idle_timeout_long, network_of(an_estate(256, 4))) == []


def test_finds_few_ports_held_for_half_an_hour() -> None:
    assert messages(outbound_idle_timeout_long, network_of(an_estate(256, 30))) == [
        "aks1: nodes have 256 outbound ports each, and idle connections hold them for 30 minutes (set)"
    ]


def test_finds_the_default_of_a_large_cluster() -> None:
    assert messages(outbound_idle_timeout_long, network_of(an_estate(0, count=101))) == [
        "aks1: nodes have 256 outbound ports each, and idle connections hold them for 30 minutes (the default)"
    ]


def test_cannot_tell_without_the_count() -> None:
    estate = an_estate(0)
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["count"]
    assert len(unknowns(outbound_idle_timeout_long, network_of(estate))) == 1
