from aks_audit.findings import Severity
from aks_audit.rules.outbound.node_public_ip_prefix_too_small import node_public_ip_prefix_too_small
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, properties


def with_prefix(prefix: str, *pools: Pool) -> Estate:
    """Pools whose nodes take their addresses from one prefix."""
    prefix_id = Estate().resource_id("Microsoft.Network/publicIPPrefixes", "prefix")
    for pool in pools:
        pool.extra = {"enableNodePublicIP": True, "nodePublicIPPrefixID": prefix_id}
    estate, _ = an_estate("loadBalancer", *pools)
    found = estate._add("Microsoft.Network/publicIPPrefixes", "prefix")
    found["properties"] |= {"prefixLength": int(prefix.rpartition("/")[2]), "ipPrefix": prefix}
    return estate


def test_is_quiet_where_all_nodes_and_the_surge_fit() -> None:
    estate = with_prefix("20.60.0.0/29", Pool(count=3, max_count=7, max_surge="1"))
    assert messages(node_public_ip_prefix_too_small, network_of(estate)) == []
    assert messages(node_public_ip_prefix_too_small, network_of(an_estate()[0])) == []


def test_finds_a_maximum_that_does_not_fit() -> None:
    estate = with_prefix("20.60.0.0/29", Pool(count=3, max_count=8, max_surge="1"))
    finding = only(findings(node_public_ip_prefix_too_small, network_of(estate)))
    assert finding.message == (
        "prefix prefix has 8 public addresses, and the nodes of aks1/np1 are 9 at the autoscaler's maximum with surge"
    )
    assert finding.arithmetic == "9 nodes - 8 addresses = short by 1"
    assert finding.severity is None
    assert finding.latent
    assert [(line.path, line.value) for line in finding.evidence] == [
        ("properties.prefixLength", 29),
        ("properties.agentPoolProfiles[np1].nodePublicIPPrefixID", finding.resource_id.text),
    ]


def test_finds_an_upgrade_of_two_pools_that_does_not_fit() -> None:
    pools = [Pool(count=4, max_surge="1"), Pool(name="np2", mode="User", count=3, max_surge="1")]
    finding = only(findings(node_public_ip_prefix_too_small, network_of(with_prefix("20.60.0.0/29", *pools))))
    assert finding.message == (
        "prefix prefix has 8 public addresses, and the nodes of aks1/np1, aks1/np2 are 9 in an upgrade"
    )
    assert finding.severity is Severity.CRITICAL
    assert [item.name for item in finding.affected] == ["np1", "np2"]
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks1"


def test_leaves_a_prefix_that_is_gone_to_another_rule() -> None:
    estate = with_prefix("20.60.0.0/31", Pool())
    estate.remove(estate.of_type("publicIPPrefixes")[0])
    assert messages(node_public_ip_prefix_too_small, network_of(estate)) == []


def test_cannot_tell_without_the_prefix_its_length_or_a_count() -> None:
    estate = with_prefix("20.60.0.0/31", Pool())
    network = network_of(estate, refused=["Microsoft.Network/publicIPPrefixes"])
    assert [u.gap.status for u in unknowns(node_public_ip_prefix_too_small, network)] == [403]
    del properties(estate)["agentPoolProfiles"][0]["count"]
    assert [u.gap.message for u in unknowns(node_public_ip_prefix_too_small, network_of(estate))] == [
        "the count of pool np1 is not known"
    ]
    del estate.of_type("publicIPPrefixes")[0]["properties"]["prefixLength"]
    assert [u.gap.message for u in unknowns(node_public_ip_prefix_too_small, network_of(estate))] == [
        "its length is not known"
    ]
