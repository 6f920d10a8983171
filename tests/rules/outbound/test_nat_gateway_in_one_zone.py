from aks_audit.rules.outbound.nat_gateway_in_one_zone import nat_gateway_in_one_zone
from tests.estate import Estate, Pool, subnet
from tests.networks import findings, messages, network_of, only, unknowns

from .estates import an_estate

SPREAD = Pool(extra={"availabilityZones": ["1", "2", "3"]})
SINGLE = Pool(extra={"availabilityZones": ["1"]})


def zonal(*pools: Pool, sku: str = "Standard") -> Estate:
    estate, _ = an_estate("userAssignedNATGateway", *pools)
    estate.of_type("natGateways")[0].update(zones=["1"], sku={"name": sku})
    return estate


def test_is_quiet_where_the_zones_go_together() -> None:
    assert messages(nat_gateway_in_one_zone, network_of(zonal(SINGLE))) == []
    assert messages(nat_gateway_in_one_zone, network_of(zonal(SPREAD, sku="StandardV2"))) == []
    assert messages(nat_gateway_in_one_zone, network_of(an_estate("userAssignedNATGateway", SPREAD)[0])) == []
    assert messages(nat_gateway_in_one_zone, network_of(an_estate("loadBalancer", SPREAD)[0])) == []


def test_finds_the_pools_that_are_spread() -> None:
    other = Pool(name="np2", mode="User", extra={"availabilityZones": ["1"]})
    finding = only(findings(nat_gateway_in_one_zone, network_of(zonal(SPREAD, other))))
    assert finding.message == (
        "NAT gateway natgw-aks1 stands in zone 1 alone, and aks1/np1 (zones 1, 2, 3) leaves by it"
    )
    assert [(line.path, line.value) for line in finding.evidence] == [
        ("zones", ("1",)),
        ("properties.agentPoolProfiles[np1].availabilityZones", ("1", "2", "3")),
    ]
    assert [item.name for item in finding.affected] == ["np1"]
    assert finding.cluster_id
    assert finding.cluster_id.name == "aks1"


def test_finds_one_gateway_once() -> None:
    other = Pool(name="np2", mode="User", extra={"availabilityZones": ["2", "3"]})
    assert messages(nat_gateway_in_one_zone, network_of(zonal(SPREAD, other))) == [
        "NAT gateway natgw-aks1 stands in zone 1 alone, and aks1/np1 (zones 1, 2, 3), aks1/np2 (zones 2, 3) leave by it"
    ]


def test_cannot_tell_without_the_gateway() -> None:
    other = Pool(name="np2", mode="User", extra={"availabilityZones": ["2", "3"]})
    for refused in ("Microsoft.Network/natGateways", "Microsoft.Network/virtualNetworks"):
        answers = unknowns(nat_gateway_in_one_zone, network_of(zonal(SPREAD, other), refused=[refused]))
        assert [(u.resource_id.name, u.gap.status) for u in answers] == [("nodes", 403)]


def test_asks_for_no_gateway_where_a_cluster_leaves_by_its_load_balancer() -> None:
    network = network_of(an_estate("loadBalancer", SPREAD)[0], refused=["Microsoft.Network/virtualNetworks"])
    assert messages(nat_gateway_in_one_zone, network) == []


def test_names_no_cluster_alone_where_several_leave_by_the_gateway() -> None:
    estate = zonal(SPREAD)
    nodes = subnet(estate.of_type("virtualNetworks")[0], "nodes")
    gateway = estate.of_type("natGateways")[0]
    estate.cluster("aks2", subnet=nodes, pools=[SPREAD], outbound_type="userAssignedNATGateway", nat_gateway=gateway)
    finding = only(findings(nat_gateway_in_one_zone, network_of(estate)))
    assert finding.cluster_id is None
    assert [f"{item.parent.name if item.parent else ''}/{item.name}" for item in finding.affected] == [
        "aks1/np1",
        "aks2/np1",
    ]
