from aks_audit.rules.outbound.outbound_ports_scarce import outbound_ports_scarce
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(count: int, addresses: int = 1) -> Estate:
    estate = Estate()
    estate.cluster("aks1", pools=[Pool(count=count)], outbound_ips=addresses)
    return estate


def test_is_quiet_up_to_fifty_nodes_and_with_a_second_address() -> None:
    assert messages(outbound_ports_scarce, network_of(an_estate(50))) == []
    assert messages(outbound_ports_scarce, network_of(an_estate(52, 2))) == []


def test_finds_many_nodes_behind_one_address() -> None:
    finding = only(findings(outbound_ports_scarce, network_of(an_estate(52))))
    assert finding.message == "aks1: 52 nodes share one outbound address, 512 ports each by default"
    assert finding.arithmetic == "52 x 512 = 26624 of 64000"


def test_cannot_tell_without_the_addresses() -> None:
    estate = an_estate(52)
    profile = estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["loadBalancerProfile"]
    del profile["managedOutboundIPs"], profile["effectiveOutboundIPs"]
    assert [u.gap.code for u in unknowns(outbound_ports_scarce, network_of(estate))] == ["NotCollected"]
