from aks_audit.rules.outbound.outbound_allocation_exact import outbound_allocation_exact
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(ports: int) -> Estate:
    estate = Estate()
    pools = [Pool(count=3, max_count=49, max_surge="1")]
    estate.cluster("aks1", pools=pools, allocated_outbound_ports=ports)
    return estate


def test_is_quiet_where_one_more_node_fits_or_not_even_these_do() -> None:
    assert messages(outbound_allocation_exact, network_of(an_estate(1248))) == []  # 51 x 1248 = 63648
    assert messages(outbound_allocation_exact, network_of(an_estate(1288))) == []


def test_finds_an_allocation_without_head_room() -> None:
    finding = only(findings(outbound_allocation_exact, network_of(an_estate(1280))))
    assert finding.message == (
        "aks1: port allocation has 0 nodes of head-room: 50 nodes at the autoscaler's maximum with surge take 64000 of "
        "64000 ports; 1248 each leave room for one more"
    )
    assert finding.latent


def test_cannot_tell_without_the_count() -> None:
    estate = an_estate(1280)
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["count"]
    assert len(unknowns(outbound_allocation_exact, network_of(estate))) == 1
