import pytest

from aks_audit.rules.capacity.surge_impossible import surge_impossible
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(settings: dict[str, str], mode: str = "User", priority: str = "Regular") -> Estate:
    estate = Estate()
    pool = Pool(name="np2", mode=mode, extra={"upgradeSettings": settings, "scaleSetPriority": priority})
    estate.cluster("aks1", "cni-overlay", pools=[Pool(), pool])
    return estate


@pytest.mark.parametrize(
    "settings", [{}, {"maxSurge": "1"}, {"maxSurge": "0", "maxUnavailable": "1"}, {"maxUnavailable": "0"}]
)
def test_is_quiet_where_a_node_can_be_added_or_dropped(settings: dict[str, str]) -> None:
    assert messages(surge_impossible, network_of(an_estate(settings))) == []


@pytest.mark.parametrize("surge", ["0", "0%"])
def test_finds_a_pool_that_can_do_neither(surge: str) -> None:
    finding = only(findings(surge_impossible, network_of(an_estate({"maxSurge": surge}))))
    assert finding.message == f"aks1/np2: maxSurge {surge} and no maxUnavailable: no node can be replaced"
    assert finding.latent


def test_finds_a_system_pool_without_surge() -> None:
    network = network_of(an_estate({"maxSurge": "0", "maxUnavailable": "1"}, mode="System"))
    assert messages(surge_impossible, network) == ["aks1/np2: maxSurge 0 is not allowed in a system pool"]


def test_is_quiet_about_spot_pools() -> None:
    assert messages(surge_impossible, network_of(an_estate({"maxSurge": "0"}, priority="Spot"))) == []


def test_cannot_tell_where_the_surge_does_not_parse() -> None:
    answers = unknowns(surge_impossible, network_of(an_estate({"maxSurge": "some"})))
    assert [u.gap.code for u in answers] == ["InvalidValue"]
