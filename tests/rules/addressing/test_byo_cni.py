from aks_audit.findings import Severity
from aks_audit.rules.addressing.byo_cni import byo_cni
from tests.estate import Estate, Model
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(model: Model, pod_cidr: str | None = None) -> Estate:
    estate = Estate()
    estate.cluster("aks1", model, pod_cidr=pod_cidr)
    return estate


def test_is_quiet_about_azures_own() -> None:
    assert messages(byo_cni, network_of(an_estate("cni-overlay"))) == []


def test_finds_a_cluster_with_its_own_cni_for_information() -> None:
    finding = only(findings(byo_cni, network_of(an_estate("byo", "10.244.0.0/16"))))
    assert finding.message == "aks1 brings its own CNI: room for pods cannot be judged"
    assert finding.severity is None


def test_finds_the_missing_pod_cidr() -> None:
    finding = only(findings(byo_cni, network_of(an_estate("byo"))))
    assert finding.message.endswith("its profile names no pod CIDR, by which the control plane reaches pods")
    assert finding.severity is Severity.LOW


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate = an_estate("cni-overlay")
    estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns(byo_cni, network_of(estate))] == ["InvalidValue"]
