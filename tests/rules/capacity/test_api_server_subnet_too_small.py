from aks_audit.rules.capacity.api_server_subnet_too_small import api_server_subnet_too_small
from tests.estate import Estate, subnet
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(prefix: str, clusters: int = 1) -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/22", "apiserver": prefix})
    for number in range(1, clusters + 1):
        estate.cluster(
            f"aks{number}", subnet=subnet(vnet, "nodes"), api_server_subnet=subnet(vnet, "apiserver"), private=True
        )
    return estate


def test_is_quiet_about_one_cluster_in_a_28_and_three_in_a_27() -> None:
    assert messages(api_server_subnet_too_small, network_of(an_estate("10.1.9.0/28"))) == []
    assert messages(api_server_subnet_too_small, network_of(an_estate("10.1.9.0/27", 3))) == []


def test_finds_a_29() -> None:
    finding = only(findings(api_server_subnet_too_small, network_of(an_estate("10.1.9.0/29"))))
    assert finding.message == ("apiserver: 1 API server takes 9 addresses, 9 each; usable 3 in 10.1.9.0/29")


def test_finds_two_clusters_in_a_28() -> None:
    finding = only(findings(api_server_subnet_too_small, network_of(an_estate("10.1.9.0/28", 2))))
    assert "2 API servers take 18 addresses, 9 each; usable 11 in 10.1.9.0/28" in finding.message
    assert finding.arithmetic == ("pre-allocated 18 = 18 (2 x 9 [aks1, aks2]); usable 11 in 10.1.9.0/28; short by 7")
    assert len(finding.affected) == 2


def test_cannot_tell_without_the_subnet() -> None:
    network = network_of(an_estate("10.1.9.0/29"), refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(api_server_subnet_too_small, network)] == [403]
