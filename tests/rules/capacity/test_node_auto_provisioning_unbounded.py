from aks_audit.rules.capacity.node_auto_provisioning_unbounded import node_auto_provisioning_unbounded
from tests.estate import Estate
from tests.networks import messages, network_of, unknowns


def an_estate(mode: str) -> Estate:
    estate = Estate()
    estate.cluster("aks1")["properties"]["nodeProvisioningProfile"] = {"mode": mode}
    return estate


def test_is_quiet_about_pools_alone() -> None:
    assert messages(node_auto_provisioning_unbounded, network_of(an_estate("Manual"))) == []


def test_finds_auto_provisioning() -> None:
    assert messages(node_auto_provisioning_unbounded, network_of(an_estate("auto"))) == [
        "aks1 makes nodes by auto-provisioning: how many there may be, ARM does not tell"
    ]


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate = an_estate("Manual")
    estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns(node_auto_provisioning_unbounded, network_of(estate))] == ["InvalidValue"]
