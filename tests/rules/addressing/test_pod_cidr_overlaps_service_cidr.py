from aks_audit.rules.addressing.pod_cidr_overlaps_service_cidr import pod_cidr_overlaps_service_cidr
from tests.estate import Estate, Json
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(**profile: object) -> Estate:
    estate = Estate()
    cluster: Json = estate.cluster("aks1", "cni-overlay", pod_cidr="10.244.0.0/16", service_cidr="10.0.0.0/16")
    cluster["properties"]["networkProfile"] |= profile
    return estate


def test_is_quiet_where_the_ranges_are_apart() -> None:
    assert messages(pod_cidr_overlaps_service_cidr, network_of(an_estate())) == []


def test_finds_a_service_cidr_inside_the_pod_cidr() -> None:
    estate = an_estate(serviceCidr="10.244.0.0/20", serviceCidrs=["10.244.0.0/20"])
    finding = only(findings(pod_cidr_overlaps_service_cidr, network_of(estate)))
    assert finding.message == "aks1: pod CIDR 10.244.0.0/16 overlaps service CIDR 10.244.0.0/20"
    assert [evidence.value for evidence in finding.evidence] == [("10.244.0.0/16",), ("10.244.0.0/20",)]


def test_looks_at_the_second_address_family() -> None:
    estate = an_estate(podCidrs=["10.244.0.0/16", "fd00::/64"], serviceCidrs=["10.0.0.0/16", "fd00::/108"])
    assert messages(pod_cidr_overlaps_service_cidr, network_of(estate)) == [
        "aks1: pod CIDR fd00::/64 overlaps service CIDR fd00::/108"
    ]


def test_ignores_a_pod_cidr_that_means_nothing() -> None:
    estate = an_estate(networkPluginMode=None, serviceCidr="10.244.0.0/20", serviceCidrs=["10.244.0.0/20"])
    assert messages(pod_cidr_overlaps_service_cidr, network_of(estate)) == []


def test_cannot_tell_from_a_range_that_does_not_parse() -> None:
    network = network_of(an_estate(podCidr="10.244.0.0/99", podCidrs=["10.244.0.0/99"]))
    assert [u.gap.code for u in unknowns(pod_cidr_overlaps_service_cidr, network)] == ["InvalidValue"]
