from aks_audit.rules.outbound.outbound_ports_exhausted import outbound_ports_exhausted
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(ports: int, *pools: Pool, addresses: int = 1, outbound_type: str = "loadBalancer") -> Estate:
    estate = Estate()
    estate.cluster(
        "aks1", pools=pools, outbound_ips=addresses, allocated_outbound_ports=ports, outbound_type=outbound_type
    )
    return estate


def test_is_quiet_where_nodes_and_surge_fit() -> None:
    assert messages(outbound_ports_exhausted, network_of(an_estate(16000, Pool(count=3, max_surge="1")))) == []


def test_is_quiet_about_the_default_and_about_other_ways_out() -> None:
    many = Pool(count=60)
    assert messages(outbound_ports_exhausted, network_of(an_estate(0, many))) == []
    estate = an_estate(64000, Pool(), outbound_type="managedNATGateway")
    assert messages(outbound_ports_exhausted, network_of(estate)) == []


def test_finds_the_surge_node_that_is_counted_too() -> None:
    finding = only(findings(outbound_ports_exhausted, network_of(an_estate(21000, Pool(count=3, max_surge="1")))))
    assert finding.message == (
        "aks1: 4 nodes, 1 of them surge, with 21000 ports each take 84000 of 64000 outbound ports; "
        "the highest valid value for 4 nodes is 16000, or 2 addresses instead of 1"
    )
    assert finding.arithmetic == (
        "InvalidLoadBalancerProfileAllocatedOutboundPorts: pre-allocated 84000 = (3 + 1 surge) x 21000 [aks1/np1]; "
        "64000 = 64000 x 1 addresses; short by 20000"
    )
    assert finding.severity is None
    assert finding.latent


def test_finds_the_autoscalers_maximum_summed_over_pools() -> None:
    pools = [Pool(count=1, max_count=10, max_surge="1"), Pool(name="np2", count=1, max_count=30, max_surge="1")]
    finding = only(findings(outbound_ports_exhausted, network_of(an_estate(1600, *pools))))
    assert "42 nodes at the autoscaler's maximum, 2 of them surge, with 1600 ports each take 67200" in finding.message
    assert "for 42 nodes is 1520" in finding.message
    assert finding.severity is None  # critical: Azure counts the maximum at every write
    assert finding.latent


def test_counts_a_prefix_of_the_owners_as_its_addresses() -> None:
    estate = an_estate(16000, Pool(count=7, max_surge="1"))
    prefix = estate._add("Microsoft.Network/publicIPPrefixes", "prefix")
    prefix["properties"]["prefixLength"] = 31
    profile = estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["loadBalancerProfile"]
    del profile["managedOutboundIPs"]
    profile["outboundIPPrefixes"] = {"publicIPPrefixes": [{"id": prefix["id"]}]}
    assert messages(outbound_ports_exhausted, network_of(estate)) == []


def test_cannot_tell_without_the_addresses() -> None:
    estate = an_estate(16000, Pool(count=7))
    profile = estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["loadBalancerProfile"]
    del profile["managedOutboundIPs"], profile["effectiveOutboundIPs"]
    answers = unknowns(outbound_ports_exhausted, network_of(estate))
    assert [u.gap.message for u in answers] == ["no outbound addresses are given"]
