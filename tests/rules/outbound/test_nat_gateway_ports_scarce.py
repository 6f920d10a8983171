from aks_audit.rules.outbound.nat_gateway_ports_scarce import nat_gateway_ports_scarce
from aks_audit.settings import Settings, Thresholds
from tests.estate import Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import a_prefix, an_estate, properties, two_pools

SIXTY_THREE = Pool(count=3, max_count=62, max_surge="1")
SIXTY_FOUR = Pool(count=3, max_count=63, max_surge="1")


def test_is_quiet_where_each_node_finds_enough() -> None:
    assert messages(nat_gateway_ports_scarce, network_of(an_estate("userAssignedNATGateway", SIXTY_THREE)[0])) == []
    assert messages(nat_gateway_ports_scarce, network_of(an_estate("loadBalancer", SIXTY_FOUR)[0])) == []


def test_finds_one_address_for_too_many_nodes() -> None:
    estate, _ = an_estate("userAssignedNATGateway", SIXTY_FOUR)
    finding = only(findings(nat_gateway_ports_scarce, network_of(estate)))
    assert finding.message == (
        "NAT gateway natgw-aks1 has 1008 ports for each of 64 nodes at their maximum; "
        "1024 each take 2 addresses instead of 1"
    )
    assert finding.arithmetic == "1 x 64512 / 64 = 1008 ports a node"
    assert [line.path for line in finding.evidence] == [
        "properties.natGateway.id",
        "properties.publicIpAddresses[].id",
    ]
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks1"
    assert [item.name for item in finding.affected] == ["np1"]


def test_counts_the_nodes_of_all_clusters_behind_it() -> None:
    estate, vnet = an_estate("userAssignedNATGateway", SIXTY_THREE)
    two_pools(estate, vnet, "userAssignedNATGateway")
    finding = only(findings(nat_gateway_ports_scarce, network_of(estate)))
    assert "of 71 nodes" in finding.message
    assert finding.cluster_id is None
    assert [item.name for item in finding.affected] == ["np1", "np1", "np2"]


def test_counts_the_addresses_of_a_prefix() -> None:
    estate, _ = an_estate("userAssignedNATGateway", SIXTY_FOUR)
    gateway = estate.of_type("natGateways")[0]["properties"]
    gateway |= {"publicIpAddresses": [], "publicIpPrefixes": [{"id": a_prefix(estate, "p", "20.60.0.0/31")["id"]}]}
    assert messages(nat_gateway_ports_scarce, network_of(estate)) == []
    gateway["publicIpPrefixes"] = [{"id": a_prefix(estate, "single", "20.61.0.1/32")["id"]}]
    last = only(findings(nat_gateway_ports_scarce, network_of(estate))).evidence[-1]
    assert (last.resource_id.name, last.path) == ("natgw-aks1", "properties.publicIpPrefixes[].id")
    assert last.value == (gateway["publicIpPrefixes"][0]["id"],)


def test_takes_the_threshold_of_the_settings() -> None:
    estate, _ = an_estate("userAssignedNATGateway", SIXTY_FOUR)
    settings = Settings(thresholds=Thresholds(nat_ports_per_node=1008))
    assert messages(nat_gateway_ports_scarce, network_of(estate, settings=settings)) == []


def test_cannot_tell_without_the_addresses_or_the_gateway() -> None:
    estate, _ = an_estate("userAssignedNATGateway", SIXTY_FOUR)
    network = network_of(estate, refused=["Microsoft.Network/publicIPAddresses"])
    assert [u.resource_id.name for u in unknowns(nat_gateway_ports_scarce, network)] == ["natgw-aks1"]
    network = network_of(estate, refused=["Microsoft.Network/natGateways"])
    assert [u.resource_id.name for u in unknowns(nat_gateway_ports_scarce, network)] == ["nodes"]
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert [(u.resource_id.name, u.gap.status) for u in unknowns(nat_gateway_ports_scarce, network)] == [("nodes", 403)]
    network = network_of(an_estate(model="cni-overlay")[0], refused=["Microsoft.Network/virtualNetworks"])
    assert messages(nat_gateway_ports_scarce, network) == []


def test_cannot_tell_without_a_count() -> None:
    estate, _ = an_estate("userAssignedNATGateway")
    del properties(estate)["agentPoolProfiles"][0]["count"]
    answers = unknowns(nat_gateway_ports_scarce, network_of(estate))
    assert [u.gap.message for u in answers] == ["the count of pool np1 is not known"]


def test_leaves_an_address_that_is_gone_to_another_rule() -> None:
    estate, vnet = an_estate("userAssignedNATGateway")
    subnet(vnet, "nodes")["properties"].pop("natGateway")
    assert messages(nat_gateway_ports_scarce, network_of(estate)) == []
