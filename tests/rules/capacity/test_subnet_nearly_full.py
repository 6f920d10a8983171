import pytest

from aks_audit.findings import Severity
from aks_audit.rules.capacity.subnet_nearly_full import subnet_nearly_full
from aks_audit.settings import Settings, Thresholds
from tests.estate import Estate, Json, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(used: int, prefix: str = "10.1.0.0/24") -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": prefix})
    subnet = vnet["properties"]["subnets"][0]
    estate.cluster("aks1", "cni-overlay", subnet=subnet, pools=[Pool(count=3)])
    for number in range(used - 3):
        estate.virtual_machine_nic(subnet, f"vm{number}")
    return estate, subnet


def test_is_quiet_below_80_percent() -> None:
    assert messages(subnet_nearly_full, network_of(an_estate(200)[0])) == []


@pytest.mark.parametrize(("used", "percent", "severity"), [(201, 80, None), (225, 89, None), (226, 90, Severity.HIGH)])
def test_finds_a_subnet_that_fills_up(used: int, percent: int, severity: Severity | None) -> None:
    finding = only(findings(subnet_nearly_full, network_of(an_estate(used)[0])))
    assert finding.message == f"nodes is {percent} % full: {used} of 251 addresses are in use"
    assert finding.severity is severity


def test_counts_the_prefixes_of_a_subnet_together() -> None:
    estate, subnet = an_estate(201)
    subnet["properties"]["addressPrefixes"] = [subnet["properties"].pop("addressPrefix"), "10.1.1.0/24"]
    assert messages(subnet_nearly_full, network_of(estate)) == []


def test_leaves_a_full_subnet_to_the_other_rule() -> None:
    assert messages(subnet_nearly_full, network_of(an_estate(11, "10.1.0.0/28")[0])) == []


def test_takes_a_usage_of_minus_one_for_not_counted() -> None:
    estate, subnet = an_estate(226)
    estate.usage(subnet).update(currentValue=-1.0, limit=-1.0)
    assert "(ipConfigurations)" in (only(findings(subnet_nearly_full, network_of(estate))).arithmetic or "")


def test_cannot_tell_without_the_subnet() -> None:
    network = network_of(an_estate(226)[0], refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(subnet_nearly_full, network)] == [403]


def test_cannot_tell_from_a_prefix_that_does_not_parse() -> None:
    estate, subnet = an_estate(226)
    subnet["properties"]["addressPrefix"] = "10.1.0.0/240"
    assert [u.gap.code for u in unknowns(subnet_nearly_full, network_of(estate))] == ["InvalidValue"]


def test_finds_it_from_the_team_s_own_percentages_on() -> None:
    settings = Settings(thresholds=Thresholds(used_percent_medium=50, used_percent_high=60))
    assert messages(subnet_nearly_full, network_of(an_estate(125)[0], settings=settings)) == []  # 49.8 %
    assert only(findings(subnet_nearly_full, network_of(an_estate(126)[0], settings=settings))).severity is None
    finding = only(findings(subnet_nearly_full, network_of(an_estate(151)[0], settings=settings)))
    assert finding.severity is Severity.HIGH
