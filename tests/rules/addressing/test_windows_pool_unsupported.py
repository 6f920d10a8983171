import pytest

from aks_audit.findings import Severity
from aks_audit.rules.addressing.windows_pool_unsupported import windows_pool_unsupported
from tests.estate import Estate, Model, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(model: Model, os_type: str = "windows", dataplane: str = "azure") -> Estate:
    estate = Estate()
    pools = [Pool(), Pool(name="win", os_type=os_type, mode="User", max_pods=30)]
    estate.cluster("aks1", model, pools=pools, dataplane=dataplane)
    return estate


@pytest.mark.parametrize("model", ["cni-overlay", "cni-node-subnet"])
def test_is_quiet_about_azure_cni(model: Model) -> None:
    assert messages(windows_pool_unsupported, network_of(an_estate(model))) == []


def test_is_quiet_about_linux_with_kubenet() -> None:
    assert messages(windows_pool_unsupported, network_of(an_estate("kubenet", "Linux"))) == []


def test_finds_windows_with_kubenet() -> None:
    finding = only(findings(windows_pool_unsupported, network_of(an_estate("kubenet"))))
    assert finding.message == "aks1: win runs Windows, and the cluster has kubenet (AzureCNIOnlyForWindows)"
    assert finding.severity is None


def test_finds_windows_with_cilium() -> None:
    network = network_of(an_estate("cni-overlay", dataplane="Cilium"))
    assert messages(windows_pool_unsupported, network) == [
        "aks1: win runs Windows, and the cluster has the Cilium dataplane"
    ]


def test_is_milder_about_a_cni_that_nobody_knows() -> None:
    finding = only(findings(windows_pool_unsupported, network_of(an_estate("byo"))))
    assert finding.severity is Severity.MEDIUM


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate = an_estate("cni-overlay")
    estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns(windows_pool_unsupported, network_of(estate))] == ["InvalidValue"]
