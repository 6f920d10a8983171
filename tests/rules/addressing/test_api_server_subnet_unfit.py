from aks_audit.rules.addressing.api_server_subnet_unfit import api_server_subnet_unfit
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(clusters: int = 1) -> tuple[Estate, Json]:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/22", "apiserver": "10.1.9.0/26"})
    for number in range(1, clusters + 1):
        nodes, home = subnet(vnet, "nodes"), subnet(vnet, "apiserver")
        estate.cluster(f"aks{number}", subnet=nodes, api_server_subnet=home, private=True)
    return estate, subnet(vnet, "apiserver")


def test_is_quiet_about_several_clusters() -> None:
    assert messages(api_server_subnet_unfit, network_of(an_estate(2)[0])) == []


def test_finds_a_private_endpoint() -> None:
    estate, home = an_estate()
    estate.private_endpoint(home, "pe-vault")
    finding = only(findings(api_server_subnet_unfit, network_of(estate)))
    assert finding.message == "apiserver, the subnet of the API server of aks1: it holds privateEndpoint pe-vault"


def test_finds_nodes() -> None:
    estate, home = an_estate()
    estate.cluster("aks2", "cni-overlay", subnet=home)
    assert "it holds nodes of aks2/np1" in messages(api_server_subnet_unfit, network_of(estate))[0]


def test_finds_a_lost_delegation() -> None:
    estate, home = an_estate()
    home["properties"]["delegations"] = []
    assert "is not delegated to" in messages(api_server_subnet_unfit, network_of(estate))[0]


def test_cannot_tell_without_the_subnet() -> None:
    network = network_of(an_estate()[0], refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(api_server_subnet_unfit, network)] == [403]
