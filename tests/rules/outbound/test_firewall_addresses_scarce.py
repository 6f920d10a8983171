from aks_audit.rules.outbound.firewall_addresses_scarce import firewall_addresses_scarce
from aks_audit.settings import Settings, Thresholds
from tests.estate import Estate, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate, properties, two_pools

FOUR = Pool(count=3, max_surge="1")
FIVE = Pool(count=4, max_surge="1")


def with_addresses(estate: Estate, count: int) -> None:
    firewall = estate.of_type("azureFirewalls")[0]["properties"]["ipConfigurations"]
    for number in range(1, count):
        address = {"publicIPAddress": {"id": estate.public_ip(f"fw-ip-{number}")["id"]}}
        firewall.append({"name": f"more{number}", "properties": address})


def test_is_quiet_in_front_of_a_small_cluster() -> None:
    assert messages(firewall_addresses_scarce, network_of(an_estate("userDefinedRouting", FOUR)[0])) == []


def test_is_quiet_about_clusters_that_leave_another_way() -> None:
    estate, vnet = an_estate("loadBalancer", FIVE)
    estate.azure_firewall(vnet)
    assert messages(firewall_addresses_scarce, network_of(estate)) == []


def test_finds_one_address_for_more_nodes_than_it_carries() -> None:
    estate, _ = an_estate("userDefinedRouting", FIVE)
    finding = only(findings(firewall_addresses_scarce, network_of(estate)))
    assert finding.message == (
        "firewall fw-aks1 has 1 public address for 5 nodes at their maximum, 998 ports for each; "
        "20 addresses are advised in production"
    )
    assert finding.arithmetic == "1 x 2 instances x 2496 / 5 = 998 ports a node"
    assert finding.evidence[0].path == "properties.ipConfigurations[].publicIPAddress.id"
    assert finding.evidence[0].value == (
        estate.find(f"{finding.resource_id}")["properties"]["ipConfigurations"][0]["properties"]["publicIPAddress"][
            "id"
        ],
    )
    assert "nextHopType" in finding.evidence[2].path
    assert finding.cluster_id
    assert [item.name for item in finding.affected] == ["np1"]


def test_counts_the_nodes_of_all_clusters_behind_it() -> None:
    estate, vnet = an_estate("userDefinedRouting", FOUR)
    two_pools(estate, vnet, "userDefinedRouting")
    with_addresses(estate, 2)
    finding = only(findings(firewall_addresses_scarce, network_of(estate)))
    assert "has 2 public addresses for 12 nodes at their maximum, 832 ports for each" in finding.message
    assert finding.cluster_id is None
    assert len(finding.affected) == 3


def test_is_quiet_from_the_advised_number_on() -> None:
    estate, _ = an_estate("userDefinedRouting", Pool(count=3, max_count=500))
    with_addresses(estate, 20)
    assert messages(firewall_addresses_scarce, network_of(estate)) == []
    settings = Settings(thresholds=Thresholds(firewall_min_public_ips=21))
    assert len(messages(firewall_addresses_scarce, network_of(estate, settings=settings))) == 1


def test_is_quiet_where_a_nat_gateway_brings_the_ports() -> None:
    estate, vnet = an_estate("userDefinedRouting", FIVE)
    estate.nat_gateway("natgw", subnets=[subnet(vnet, "AzureFirewallSubnet")])
    assert messages(firewall_addresses_scarce, network_of(estate)) == []


def test_cannot_tell_without_the_table_a_count_or_a_value_of_the_firewall() -> None:
    estate, _ = an_estate("userDefinedRouting", FIVE)
    network = network_of(estate, refused=["Microsoft.Network/routeTables"])
    assert [(u.resource_id.name, u.gap.status) for u in unknowns(firewall_addresses_scarce, network)] == [
        ("nodes", 403)
    ]
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    assert [(u.resource_id.name, u.gap.status) for u in unknowns(firewall_addresses_scarce, network)] == [
        ("nodes", 403)
    ]
    network = network_of(an_estate("loadBalancer", FIVE)[0], refused=["Microsoft.Network/virtualNetworks"])
    assert messages(firewall_addresses_scarce, network) == []
    del properties(estate)["agentPoolProfiles"][0]["count"]
    assert [u.gap.message for u in unknowns(firewall_addresses_scarce, network_of(estate))] == [
        "the count of pool np1 is not known"
    ]
    estate, _ = an_estate("userDefinedRouting", FIVE)
    estate.of_type("azureFirewalls")[0]["properties"]["sku"] = "large"
    answers = unknowns(firewall_addresses_scarce, network_of(estate))
    assert [(u.resource_id.name, u.gap.code) for u in answers] == [("fw-aks1", "InvalidValue")]


def test_cannot_tell_of_a_hub_whose_firewall_was_not_read_and_is_quiet_about_another_appliance() -> None:
    estate, _ = an_estate("userDefinedRouting", FIVE, next_hop="10.1.200.4")
    assert messages(firewall_addresses_scarce, network_of(estate)) == []
    estate, _ = an_estate("userDefinedRouting", FIVE)
    estate.of_type("azureFirewalls")[0]["properties"]["ipConfigurations"][0]["properties"].pop("publicIPAddress")
    answers = unknowns(firewall_addresses_scarce, network_of(estate))
    assert [(u.resource_id.name, u.gap.resource_type) for u in answers] == [
        ("fw-aks1", "Microsoft.Network/azureFirewalls")
    ]


def test_cannot_tell_where_it_is_not_known_what_stands_at_the_next_hop() -> None:
    estate, _ = an_estate("userDefinedRouting", FIVE)
    network = network_of(estate, refused=["Microsoft.Network/azureFirewalls"])
    assert [(u.resource_id.name, u.gap.resource_type) for u in unknowns(firewall_addresses_scarce, network)] == [
        ("nodes", "Microsoft.Network/azureFirewalls")
    ]


def test_counts_the_addresses_of_a_firewall_in_a_hub() -> None:
    estate, _ = an_estate("userDefinedRouting", FIVE, next_hop="10.100.0.4")
    firewall = estate._add("Microsoft.Network/azureFirewalls", "fw-hub")
    firewall["properties"] |= {
        "sku": {"name": "AZFW_Hub", "tier": "Standard"},
        "hubIPAddresses": {"privateIPAddress": "10.100.0.4", "publicIPs": {"addresses": [{"address": "20.70.0.1"}]}},
    }
    answers = unknowns(firewall_addresses_scarce, network_of(estate, refused=["Microsoft.Network/azureFirewalls"]))
    assert [(u.resource_id.name, u.gap.status) for u in answers] == [("nodes", 403)]
    finding = only(findings(firewall_addresses_scarce, network_of(estate)))
    assert finding.message.startswith("firewall fw-hub has 1 public address for 5 nodes at their maximum")
    assert (finding.evidence[0].path, finding.evidence[0].value) == (
        "properties.hubIPAddresses.publicIPs.addresses[].address",
        ("20.70.0.1",),
    )
