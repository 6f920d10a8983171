from __future__ import annotations

from aks_audit.findings import Severity
from aks_audit.rules.policy.node_public_ips_given import node_public_ips_given
from tests.estate import Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, evidence, id_of, pool_id, profile, without_pools


def public(name: str = "np2", count: int = 2, mode: str = "User") -> Pool:
    return Pool(name=name, count=count, mode=mode, extra={"enableNodePublicIP": True})


def test_is_quiet_about_private_nodes_and_gateways() -> None:
    assert messages(node_public_ips_given, network_of(an_estate(Pool(), public("gw", mode="gateway"))[0])) == []


def test_finds_a_pool_in_the_middle() -> None:
    """Checkov looks at the first pool; Prowler keeps what it thought of the last."""
    estate, cluster = an_estate(Pool(), public(), Pool(name="np3", mode="User"))
    finding = only(findings(node_public_ips_given, network_of(estate)))
    assert finding.message == "aks1: each node has a public address in np2 (2 nodes)"
    assert finding.resource_id == finding.cluster_id == id_of(cluster)
    assert evidence(finding) == [("properties.agentPoolProfiles[np2].enableNodePublicIP", True)]
    assert finding.affected == (pool_id(cluster, "np2"),)
    assert finding.severity is None
    assert node_public_ips_given.severity is Severity.MEDIUM


def test_a_pool_without_a_count_is_found_too() -> None:
    estate, cluster = an_estate(public())
    profile(cluster).pop("count")
    assert messages(node_public_ips_given, network_of(estate)) == [
        "aks1: each node has a public address in np2 (nodes unknown)"
    ]


def test_cannot_tell_without_pools() -> None:
    estate, cluster = an_estate()
    without_pools(cluster)
    assert [u.resource_id for u in unknowns(node_public_ips_given, network_of(estate))] == [id_of(cluster)]
