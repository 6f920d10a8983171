from aks_audit.rules.addressing.subnet_name_too_long import subnet_name_too_long
from tests.estate import Estate, Model, subnet
from tests.networks import findings, messages, network_of, only, unknowns

LONG = "n" * 64


def an_estate(name: str, model: Model = "cni-overlay", group: str = "rg-network") -> Estate:
    estate = Estate(resource_group=group)
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {name: "10.1.0.0/22"})
    estate.cluster("aks1", model, subnet=subnet(vnet, name), resource_group="rg")
    return estate


def test_is_quiet_up_to_63_characters_and_for_other_models() -> None:
    assert messages(subnet_name_too_long, network_of(an_estate("n" * 63))) == []
    assert messages(subnet_name_too_long, network_of(an_estate(LONG, "cni-node-subnet"))) == []


def test_finds_a_long_subnet_name() -> None:
    finding = only(findings(subnet_name_too_long, network_of(an_estate(LONG))))
    assert finding.message == f"aks1: longer than the 63 characters of a node label: subnet {LONG} (64)"


def test_finds_a_long_group_name() -> None:
    assert (
        f"resource group {LONG} (64)" in messages(subnet_name_too_long, network_of(an_estate("nodes", group=LONG)))[0]
    )


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate = an_estate("nodes")
    estate.of_type("managedClusters")[0]["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns(subnet_name_too_long, network_of(estate))] == ["InvalidValue"]
