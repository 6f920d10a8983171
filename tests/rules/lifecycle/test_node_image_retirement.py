from datetime import date

import pytest

from aks_audit.findings import Evidence, Finding, Severity, Unknown
from aks_audit.inventory import ResourceId
from aks_audit.rules.lifecycle.node_image_retirement import node_image_retirement
from tests.estate import Pool
from tests.networks import findings, messages, network_of, only, unknowns
from tests.observed import answers

from .clusters import an_estate, hide


def pool(name: str, image: str | None, sku: str | None = "Ubuntu", os_type: str = "Linux") -> Pool:
    extra = {"nodeImageVersion": image, "osSKU": sku}
    return Pool(name=name, count=1, mode="User", os_type=os_type, extra=extra)


def test_is_quiet_about_current_systems() -> None:
    estate, _ = an_estate(
        pool("np1", "AKSUbuntu-2404gen2containerd-202611.03.0"),
        pool("np2", "AKSAzureLinux-V3gen2-202611.03.0", "AzureLinux"),
        pool("np3", None, "Ubuntu2404"),
        pool("np4", None, "AzureLinux3"),
        pool("win", "AKSWindows-2025-26100.1-251108", "Windows2025", "Windows"),
    )
    assert messages(node_image_retirement, network_of(estate)) == []


def test_finds_one_system_once_for_all_its_pools() -> None:
    image = "AKSUbuntu-2204gen2containerd-202611.03.0"
    estate, cluster = an_estate(pool("np1", image), pool("np2", None, "Ubuntu2204"), pool("np3", None, "Ubuntu2404"))
    finding = only(findings(node_image_retirement, network_of(estate, as_of=date(2026, 11, 20))))
    assert finding.message == "aks1: np1, np2 run Ubuntu 22.04, which retires on 2027-06-30, in 222 days"
    own = ResourceId.of(cluster["id"])
    assert finding.evidence == (
        Evidence(own, "properties.agentPoolProfiles[np1].nodeImageVersion", image),
        Evidence(own, "properties.agentPoolProfiles[np2].osSKU", "Ubuntu2204"),
    )
    assert finding.affected == (own.child("agentPools", "np1"), own.child("agentPools", "np2"))
    assert finding.arithmetic == "2027-06-30 - 2026-11-20 = 222 days"
    assert finding.severity is Severity.MEDIUM
    assert finding.key == "Ubuntu 22.04"
    assert finding.cluster_id == finding.resource_id == own


def test_finds_each_system_for_itself() -> None:
    estate, _ = an_estate(
        pool("np1", "AKSCBLMariner-V2gen2-202508.20.0", "AzureLinux"),
        pool("win", "AKSWindows-2019-containerd-17763.1.1", "Windows2019", "Windows"),
    )
    assert messages(node_image_retirement, network_of(estate, as_of=date(2026, 11, 20))) == [
        "aks1: np1 runs Azure Linux 2.0, which retired on 2025-11-30, 355 days ago; "
        "its images are gone since 2026-10-31",
        "aks1: win runs Windows Server 2019, which retired on 2026-03-01, 264 days ago",
    ]


@pytest.mark.parametrize(
    ("as_of", "severity"),
    [
        (date(2026, 6, 29), Severity.LOW),
        (date(2026, 6, 30), Severity.MEDIUM),
        (date(2027, 6, 30), Severity.MEDIUM),
        (date(2027, 7, 1), Severity.HIGH),
        (date(2028, 4, 29), Severity.HIGH),
        (date(2028, 4, 30), Severity.CRITICAL),
    ],
)
def test_grows_with_time(as_of: date, severity: Severity) -> None:
    estate, _ = an_estate(pool("np1", "AKSUbuntu-2204gen2containerd-202611.03.0"))
    assert only(findings(node_image_retirement, network_of(estate, as_of=as_of))).severity is severity


def test_the_image_counts_before_the_sku() -> None:
    estate, _ = an_estate(pool("np1", "AKSUbuntu-2004gen2containerd-202506.03.0", "Ubuntu2404"))
    finding = only(findings(node_image_retirement, network_of(estate)))
    assert "Ubuntu 20.04" in finding.message
    assert finding.evidence[0].path.endswith(".nodeImageVersion")


def test_cannot_tell_what_a_name_does_not_say() -> None:
    for image, sku in ((None, "Ubuntu"), (None, "AzureLinux"), ("AKSBeOS-5", "BeOS"), (None, None)):
        estate, cluster = an_estate(pool("np1", image, sku))
        (answer,) = unknowns(node_image_retirement, network_of(estate))
        assert answer.resource_id == ResourceId.of(cluster["id"])
        assert answer.gap.message == (
            f"osSKU {sku or '(absent)'} and nodeImageVersion {image or '(absent)'} of pool np1 do not tell "
            "which version of an operating system it runs"
        )


def test_tells_what_it_finds_beside_what_it_cannot_tell() -> None:
    estate, _ = an_estate(pool("np1", None), pool("np2", None), pool("np3", None, "Flatcar"))
    given = answers(node_image_retirement, network_of(estate))
    assert [type(answer) for answer in given] == [Finding, Unknown]


def test_cannot_tell_without_the_pools() -> None:
    estate, cluster = an_estate()
    cluster["properties"]["agentPoolProfiles"] = None
    assert [u.gap.code for u in unknowns(node_image_retirement, network_of(estate))] == ["NotCollected"]
    hide(cluster)
    assert [u.gap.code for u in unknowns(node_image_retirement, network_of(estate))] == ["InvalidValue"]
