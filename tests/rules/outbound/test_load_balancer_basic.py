from datetime import date

from aks_audit.findings import Severity
from aks_audit.rules.outbound.load_balancer_basic import load_balancer_basic
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, properties


def test_is_quiet_about_standard() -> None:
    estate, _ = an_estate()
    assert messages(load_balancer_basic, network_of(estate)) == []
    properties(estate)["networkProfile"]["loadBalancerSku"] = "Standard"
    assert messages(load_balancer_basic, network_of(estate)) == []


def test_finds_basic_in_any_case() -> None:
    for sku in ("basic", "Basic"):
        estate, _ = an_estate()
        properties(estate)["networkProfile"]["loadBalancerSku"] = sku
        finding = only(findings(load_balancer_basic, network_of(estate, as_of=date(2025, 10, 10))))
        assert finding.message == "aks1: the load balancer is Basic, which retired on 2025-09-30, 10 days ago"
        assert finding.severity is None
        assert finding.arithmetic == "2025-10-10 - 2025-09-30 = 10 days"
        assert [(line.path, line.value) for line in finding.evidence] == [
            ("properties.networkProfile.loadBalancerSku", sku)
        ]


def test_finds_it_high_before_the_day() -> None:
    estate, _ = an_estate()
    properties(estate)["networkProfile"]["loadBalancerSku"] = "basic"
    finding = only(findings(load_balancer_basic, network_of(estate, as_of=date(2025, 9, 29))))
    assert finding.message == "aks1: the load balancer is Basic, which retires on 2025-09-30, in 1 days"
    assert finding.severity is Severity.HIGH
    finding = only(findings(load_balancer_basic, network_of(estate, as_of=date(2025, 9, 30))))
    assert finding.severity is None


def test_cannot_tell_without_the_sku() -> None:
    estate, _ = an_estate()
    del properties(estate)["networkProfile"]["loadBalancerSku"]
    answers = unknowns(load_balancer_basic, network_of(estate))
    assert [u.gap.message for u in answers] == ["properties.networkProfile.loadBalancerSku is absent"]


def test_names_the_cluster_and_the_kind_of_gap() -> None:
    estate, _ = an_estate()
    properties(estate)["networkProfile"]["loadBalancerSku"] = "basic"
    finding = only(findings(load_balancer_basic, network_of(estate, as_of=date(2025, 9, 30))))
    assert finding.cluster_id == finding.resource_id
    assert finding.message.endswith("which retired on 2025-09-30, 0 days ago")
    del properties(estate)["networkProfile"]["loadBalancerSku"]
    assert [u.gap.code for u in unknowns(load_balancer_basic, network_of(estate))] == ["NotCollected"]
