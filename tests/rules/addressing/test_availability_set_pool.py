from datetime import date

from aks_audit.findings import Severity
from aks_audit.rules.addressing.availability_set_pool import availability_set_pool
from tests.estate import Estate, Model, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(model: Model, pool_type: str = "AvailabilitySet") -> Estate:
    estate = Estate()
    estate.cluster("aks1", model, pools=[Pool(count=2, type=pool_type)])
    return estate


def test_is_quiet_about_scale_sets_and_machines() -> None:
    for pool_type in ("VirtualMachineScaleSets", "VirtualMachines"):
        assert messages(availability_set_pool, network_of(an_estate("cni-overlay", pool_type))) == []


def test_is_quiet_where_only_the_type_was_left_out() -> None:
    estate = an_estate("cni-overlay", "VirtualMachineScaleSets")
    del estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]["type"]
    assert messages(availability_set_pool, network_of(estate)) == []


def test_finds_one_in_an_overlay_cluster() -> None:
    assert messages(availability_set_pool, network_of(an_estate("cni-overlay"))) == [
        "aks1/np1 is an availability set, which overlay does not support, and out of support since 2025-09-30"
    ]


def test_finds_one_elsewhere_milder_before_the_end_of_support() -> None:
    network = network_of(an_estate("cni-node-subnet"), as_of=date(2025, 9, 30))
    finding = only(findings(availability_set_pool, network))
    assert finding.message == "aks1/np1 is an availability set, out of support after 2025-09-30"
    assert finding.severity is Severity.MEDIUM


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate = an_estate("cni-overlay", "VirtualMachineScaleSets")
    estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns(availability_set_pool, network_of(estate))] == ["InvalidValue"]
