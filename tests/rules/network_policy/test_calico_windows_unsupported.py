from aks_audit.findings import Evidence, Finding, Unknown
from aks_audit.inventory import ResourceId
from aks_audit.rules.network_policy.calico_windows_unsupported import calico_windows_unsupported
from tests.estate import Pool
from tests.networks import findings, messages, network_of, only, unknowns
from tests.observed import answers

from .clusters import PROFILE, an_estate, hide, windows


def test_is_quiet_about_listed_editions_linux_and_other_engines() -> None:
    estate, _ = an_estate(Pool(), windows("w19", "windows2019"), windows("w22"), networkPolicy="calico")
    assert messages(calico_windows_unsupported, network_of(estate)) == []
    estate, _ = an_estate(Pool(), windows("w25", "Windows2025"), networkPolicy="azure")
    assert messages(calico_windows_unsupported, network_of(estate)) == []


def test_finds_other_editions() -> None:
    estate, cluster = an_estate(Pool(), windows("w25", "Windows2025"), windows("wan", "WindowsAnnual"), windows("w22"))
    finding = only(findings(calico_windows_unsupported, network_of(estate)))
    assert finding.message == (
        "aks1: Calico's matrix does not list the Windows edition of w25 (Windows2025), wan (WindowsAnnual)"
    )
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, f"{PROFILE}.networkPolicy", "calico"),
        Evidence(own, "properties.agentPoolProfiles[w25].osSKU", "Windows2025"),
        Evidence(own, "properties.agentPoolProfiles[wan].osSKU", "WindowsAnnual"),
    )
    assert finding.affected == (own.child("agentPools", "w25"), own.child("agentPools", "wan"))
    assert finding.cluster_id == finding.resource_id == own


def test_cannot_tell_without_the_edition() -> None:
    estate, _ = an_estate(Pool(), windows("win", None))
    (answer,) = unknowns(calico_windows_unsupported, network_of(estate))
    assert answer.gap.message == "osSKU of win is not given"


def test_tells_both_what_it_finds_and_what_it_cannot_tell() -> None:
    estate, _ = an_estate(Pool(), windows("win", None), windows("w25", "Windows2025"))
    given = answers(calico_windows_unsupported, network_of(estate))
    assert [type(answer) for answer in given] == [Finding, Unknown]


def test_cannot_tell_without_the_pools() -> None:
    estate, cluster = an_estate()
    cluster["properties"]["agentPoolProfiles"] = None
    assert [u.gap.code for u in unknowns(calico_windows_unsupported, network_of(estate))] == ["NotCollected"]
    hide(cluster)
    assert [u.gap.code for u in unknowns(calico_windows_unsupported, network_of(estate))] == ["InvalidValue"]
