import pytest

from aks_audit.findings import Severity
from aks_audit.rules.addressing.node_subnet_unfit import node_subnet_unfit
from tests.estate import Estate, Json
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(name: str = "nodes") -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {name: "10.1.0.0/24", "pods": "10.1.16.0/20"})
    subnet, pods = vnet["properties"]["subnets"]
    estate.cluster("aks1", "cni-pod-subnet-dynamic", subnet=subnet, pod_subnet=pods)
    return estate, subnet


def test_is_quiet_about_a_delegated_pod_subnet() -> None:
    assert messages(node_subnet_unfit, network_of(an_estate()[0])) == []


def test_finds_a_subnet_delegated_to_another_service() -> None:
    estate, subnet = an_estate()
    estate.delegate(subnet, "Microsoft.Web/serverFarms")
    finding = only(findings(node_subnet_unfit, network_of(estate)))
    assert finding.message == (
        "nodes has nodes in it, but is delegated to Microsoft.Web/serverFarms (SubnetIsDelegated)"
    )
    assert finding.severity is None


def test_is_milder_where_it_is_delegated_to_aks() -> None:
    estate, subnet = an_estate()
    estate.delegate(subnet)
    assert only(findings(node_subnet_unfit, network_of(estate))).severity is Severity.HIGH


def test_finds_the_link_of_another_service() -> None:
    estate, subnet = an_estate()
    link = {"linkedResourceType": "Microsoft.DBforPostgreSQL/flexibleServers"}
    subnet["properties"]["serviceAssociationLinks"] = [{"name": "pg", "properties": link}]
    assert (
        "SubnetWithExternalResourcesCannotBeUsedByOtherResources"
        in only(findings(node_subnet_unfit, network_of(estate))).message
    )


@pytest.mark.parametrize("name", ["GatewaySubnet", "azurebastionsubnet"])
def test_finds_a_name_that_azure_keeps(name: str) -> None:
    assert messages(node_subnet_unfit, network_of(an_estate(name)[0])) == [
        f"{name} has nodes in it, but is reserved by its name for another service"
    ]


def test_says_nothing_of_what_aks_did_to_its_own_subnet() -> None:
    estate = Estate()
    estate.cluster("aks1", "cni-overlay")
    estate.delegate(estate.of_type("virtualNetworks")[0]["properties"]["subnets"][0])
    assert messages(node_subnet_unfit, network_of(estate)) == []


def test_cannot_tell_without_the_subnet() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(node_subnet_unfit, network)] == [403]
