import pytest

from aks_audit.findings import Severity
from aks_audit.rules.addressing.pod_cidr_overlaps_subnet import pod_cidr_overlaps_subnet
from tests.estate import Estate, Model
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(model: Model, pod_cidr: str, other: str = "10.2.0.0/24") -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.0.0.0/8"], {"nodes": "10.1.0.0/24", "other": other})
    cluster = estate.cluster("aks1", model, subnet=f"{vnet['id']}/subnets/nodes", service_cidr="172.16.0.0/16")
    cluster["properties"]["networkProfile"] |= {"podCidr": pod_cidr, "podCidrs": [pod_cidr]}
    return estate


@pytest.mark.parametrize("model", ["kubenet", "cni-overlay", "byo"])
def test_is_quiet_where_the_pod_cidr_is_elsewhere(model: Model) -> None:
    assert messages(pod_cidr_overlaps_subnet, network_of(an_estate(model, "192.168.0.0/16"))) == []


def test_finds_a_subnet_in_an_overlay_pod_cidr() -> None:
    network = network_of(an_estate("cni-overlay", "10.244.0.0/16", other="10.244.1.0/24"))
    finding = only(findings(pod_cidr_overlaps_subnet, network))
    assert finding.message == "aks1: pod CIDR 10.244.0.0/16 overlaps subnet other (10.244.1.0/24)"
    assert finding.severity is None


def test_is_milder_where_overlay_shares_unused_space_only() -> None:
    finding = only(findings(pod_cidr_overlaps_subnet, network_of(an_estate("cni-overlay", "10.244.0.0/16"))))
    assert "the address space of vnet (10.0.0.0/8); no subnet stands there yet" in finding.message
    assert finding.severity is Severity.MEDIUM
    assert finding.latent


def test_counts_the_whole_space_with_kubenet() -> None:
    finding = only(findings(pod_cidr_overlaps_subnet, network_of(an_estate("kubenet", "10.244.0.0/16"))))
    assert finding.arithmetic == "NetworkProfileCIDROverlapVNET: 10.244.0.0/16 and 10.0.0.0/8 overlap"
    assert finding.severity is None


def test_is_one_step_milder_with_a_cni_of_ones_own() -> None:
    network = network_of(an_estate("byo", "10.2.0.0/16"))
    assert only(findings(pod_cidr_overlaps_subnet, network)).severity is Severity.HIGH


def test_ignores_a_pod_cidr_where_pods_have_addresses_of_a_subnet() -> None:
    assert messages(pod_cidr_overlaps_subnet, network_of(an_estate("cni-node-subnet", "10.1.0.0/16"))) == []


def test_cannot_tell_without_the_virtual_network() -> None:
    network = network_of(an_estate("kubenet", "10.244.0.0/16"), refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(pod_cidr_overlaps_subnet, network)] == [403]
