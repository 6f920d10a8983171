from aks_audit.rules.outbound.dual_stack_without_outbound_count import dual_stack_without_outbound_count
from tests.estate import Estate
from tests.networks import messages, network_of, unknowns


def an_estate(families: list[str], ipv6: int | None = None) -> Estate:
    estate = Estate()
    profile = estate.cluster("aks1", outbound_ips=3)["properties"]["networkProfile"]
    profile["ipFamilies"] = families
    if ipv6 is not None:
        profile["loadBalancerProfile"]["managedOutboundIPs"]["countIPv6"] = ipv6
    return estate


def test_is_quiet_about_a_single_family_and_about_both_counts() -> None:
    assert messages(dual_stack_without_outbound_count, network_of(an_estate(["IPv4"]))) == []
    assert messages(dual_stack_without_outbound_count, network_of(an_estate(["IPv4", "IPv6"], 2))) == []


def test_finds_a_missing_count() -> None:
    assert messages(dual_stack_without_outbound_count, network_of(an_estate(["IPv4", "IPv6"]))) == [
        "aks1: dual stack with 3 managed outbound IPv4 addresses and no count for IPv6"
    ]


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate = an_estate(["IPv4"])
    estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns(dual_stack_without_outbound_count, network_of(estate))] == ["InvalidValue"]
