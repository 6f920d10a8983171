from aks_audit.rules.addressing.service_cidr_overlaps_subnet import service_cidr_overlaps_subnet
from tests.estate import Estate
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(other_subnet: str | list[str], service_cidr: str = "10.0.0.0/16") -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.0.0.0/8"], {"nodes": "10.1.0.0/24", "other": other_subnet})
    subnet = f"{vnet['id']}/subnets/nodes"
    estate.cluster("aks1", "cni-overlay", subnet=subnet, pod_cidr="192.168.0.0/16", service_cidr=service_cidr)
    return estate


def test_is_quiet_where_no_subnet_is_in_the_service_cidr() -> None:
    assert messages(service_cidr_overlaps_subnet, network_of(an_estate("10.2.0.0/24"))) == []


def test_finds_a_subnet_that_the_cluster_does_not_use() -> None:
    finding = only(findings(service_cidr_overlaps_subnet, network_of(an_estate("10.0.239.0/24"))))
    assert finding.message == (
        "aks1: service CIDR 10.0.0.0/16 overlaps 1 subnet of its virtual network: other (10.0.239.0/24)"
    )
    assert finding.arithmetic == "ServiceCidrOverlapExistingSubnetsCidr: 10.0.0.0/16 and 10.0.239.0/24 overlap"
    assert finding.latent
    assert [resource.name for resource in finding.affected] == ["other"]


def test_looks_at_every_prefix_of_a_subnet() -> None:
    network = network_of(an_estate(["10.2.0.0/24", "10.0.5.0/24"]))
    assert "other (10.0.5.0/24)" in only(findings(service_cidr_overlaps_subnet, network)).message


def test_lists_all_subnets_in_one_finding() -> None:
    network = network_of(an_estate("10.1.1.0/24", service_cidr="10.1.0.0/16"))
    assert (
        "2 subnets of its virtual network: nodes (10.1.0.0/24), other"
        in only(findings(service_cidr_overlaps_subnet, network)).message
    )


def test_cannot_tell_without_the_virtual_network() -> None:
    network = network_of(an_estate("10.0.239.0/24"), refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(service_cidr_overlaps_subnet, network)] == [403]


def test_cannot_tell_from_a_subnet_that_does_not_parse() -> None:
    estate = an_estate("10.2.0.0/24")
    estate.of_type("virtualNetworks")[0]["properties"]["subnets"][1]["properties"]["addressPrefix"] = "10.0.239.0/240"
    assert [u.gap.code for u in unknowns(service_cidr_overlaps_subnet, network_of(estate))] == ["InvalidValue"]


def test_has_nothing_to_say_about_answers_without_a_service_cidr() -> None:
    estate = an_estate("10.0.239.0/24")
    estate.of_type("managedClusters")[0]["properties"].pop("networkProfile")
    assert messages(service_cidr_overlaps_subnet, network_of(estate)) == []
