from typing import Any

from aks_audit.findings import Severity
from aks_audit.rules.capacity.gateway_pool_unfit import gateway_pool_unfit
from tests.estate import Estate, Pool
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(count: int, prefix: int | None = 30, surge: str = "1", **changes: Any) -> Estate:
    estate = Estate()
    profile = {} if prefix is None else {"publicIPPrefixSize": prefix}
    pool = Pool(
        name="egress", count=count, mode="Gateway", max_surge=surge, extra={"gatewayProfile": profile, **changes}
    )
    estate.cluster("aks1", pools=[Pool(), pool])
    return estate


def test_is_quiet_where_the_prefix_has_room_for_nodes_and_surge() -> None:
    assert messages(gateway_pool_unfit, network_of(an_estate(3))) == []


def test_finds_more_nodes_than_addresses() -> None:
    finding = only(findings(gateway_pool_unfit, network_of(an_estate(3, 31))))
    assert finding.message == ("aks1/egress: the gateway pool has 3 nodes, and its public IP prefix, a /31, has 2")
    assert finding.severity is None


def test_finds_an_autoscaler() -> None:
    network = network_of(an_estate(2, enableAutoScaling=True, minCount=2, maxCount=2))
    assert "has the autoscaler on" in only(findings(gateway_pool_unfit, network)).message


def test_is_milder_about_the_surge_and_about_a_single_node() -> None:
    assert only(findings(gateway_pool_unfit, network_of(an_estate(4)))).severity is Severity.MEDIUM
    assert only(findings(gateway_pool_unfit, network_of(an_estate(1)))).severity is Severity.LOW


def test_cannot_tell_without_the_size_of_the_prefix() -> None:
    answers = unknowns(gateway_pool_unfit, network_of(an_estate(2, None)))
    assert [u.gap.message for u in answers] == ["the gatewayProfile.publicIPPrefixSize of pool egress is not known"]
