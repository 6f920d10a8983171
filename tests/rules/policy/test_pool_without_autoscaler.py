from __future__ import annotations

from aks_audit.findings import Severity
from aks_audit.rules.policy.pool_without_autoscaler import pool_without_autoscaler
from tests.estate import Pool
from tests.networks import findings, messages, network_of, only, unknowns

from .clusters import an_estate, evidence, id_of, pool_id, profile, without_pools


def test_is_quiet_about_autoscaled_pools() -> None:
    assert messages(pool_without_autoscaler, network_of(an_estate(Pool(max_count=5))[0])) == []


def test_finds_the_second_pool_too() -> None:
    """APRL 902c82ff looks at the first alone."""
    estate, cluster = an_estate(Pool(max_count=5), Pool(name="np2", count=4, mode="User"))
    finding = only(findings(pool_without_autoscaler, network_of(estate)))
    assert finding.message == "aks1: no autoscaler in np2 (fixed at 4)"
    assert finding.resource_id == finding.cluster_id == id_of(cluster)
    assert evidence(finding) == [("properties.agentPoolProfiles[np2].enableAutoScaling", False)]
    assert finding.affected == (pool_id(cluster, "np2"),)
    assert pool_without_autoscaler.severity is Severity.MEDIUM


def test_a_pool_without_a_count_is_found_too() -> None:
    estate, cluster = an_estate()
    profile(cluster).pop("count")
    assert messages(pool_without_autoscaler, network_of(estate)) == ["aks1: no autoscaler in np1 (size unknown)"]


def test_does_not_ask_gateways_machines_and_provisioned_nodes() -> None:
    gateway = Pool(name="gw", count=2, mode="Gateway")
    machines = Pool(name="vms", count=2, mode="User", type="VirtualMachines")
    assert messages(pool_without_autoscaler, network_of(an_estate(Pool(max_count=5), gateway, machines)[0])) == []
    estate, cluster = an_estate()
    cluster["properties"]["nodeProvisioningProfile"] = {"mode": "Auto"}
    assert messages(pool_without_autoscaler, network_of(estate)) == []


def test_cannot_tell_without_pools() -> None:
    estate, cluster = an_estate(Pool(max_count=5))
    without_pools(cluster)
    assert [u.resource_id for u in unknowns(pool_without_autoscaler, network_of(estate))] == [id_of(cluster)]
