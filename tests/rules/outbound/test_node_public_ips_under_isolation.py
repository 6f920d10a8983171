from aks_audit.rules.outbound.node_public_ips_under_isolation import node_public_ips_under_isolation
from tests.estate import Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, properties

OPEN = Pool(name="np2", mode="User", extra={"enableNodePublicIP": True})


def test_is_quiet_without_public_addresses_and_under_other_types() -> None:
    assert messages(node_public_ips_under_isolation, network_of(an_estate("none")[0])) == []
    assert messages(node_public_ips_under_isolation, network_of(an_estate("loadBalancer", Pool(), OPEN)[0])) == []


def test_finds_the_pools_that_are_open() -> None:
    for outbound_type in ("none", "Block"):
        estate, _ = an_estate(outbound_type, Pool(), OPEN)
        finding = only(findings(node_public_ips_under_isolation, network_of(estate)))
        assert finding.message == f"aks1: outbound type {outbound_type}, but the nodes of np2 have public addresses"
        assert [(line.path, line.value) for line in finding.evidence] == [
            ("properties.networkProfile.outboundType", outbound_type),
            ("properties.agentPoolProfiles[np2].enableNodePublicIP", True),
        ]
        assert [item.name for item in finding.affected] == ["np2"]


def test_cannot_tell_without_the_pools() -> None:
    estate, _ = an_estate("none")
    properties(estate)["agentPoolProfiles"] = []
    assert [u.resource_id.name for u in unknowns(node_public_ips_under_isolation, network_of(estate))] == ["aks1"]


def test_goes_on_after_a_cluster_that_is_not_isolated() -> None:
    estate, vnet = an_estate()
    more = Pool(name="np3", mode="User", extra={"enableNodePublicIP": True})
    estate.cluster("aks2", subnet=subnet(vnet, "more"), pools=[Pool(), OPEN, more], outbound_type="none")
    finding = only(findings(node_public_ips_under_isolation, network_of(estate)))
    assert finding.message == "aks2: outbound type none, but the nodes of np2, np3 have public addresses"
    assert finding.cluster_id == finding.resource_id
