from aks_audit.findings import Severity
from aks_audit.rules.addressing.cidr_overlaps_network_behind_hub import cidr_overlaps_network_behind_hub
from tests.estate import Estate, Json, subnet
from tests.networks import findings, messages, network_of, only, unknowns

ELSEWHERE = "/subscriptions/00000000-0000-0000-0000-00000000000b/resourceGroups/rg/providers/Microsoft.Network"


def a_hub_with(other: str, *, routed: bool = True) -> tuple[Estate, Json, Json]:
    estate = Estate()
    hub = estate.virtual_network("hub", "10.0.0.0/16")
    spoke = estate.virtual_network("spoke", "10.1.0.0/16", {"nodes": "10.1.0.0/24"}, peer_with=[hub])
    estate.virtual_network("other", other, peer_with=[hub])
    nodes = subnet(spoke, "nodes")
    estate.cluster("aks1", subnet=nodes, pod_cidr="10.244.0.0/16", service_cidr="172.16.0.0/16")
    if routed:
        estate.route_table("rt", {"0.0.0.0/0": "10.0.4.4"}, subnets=[nodes])
    return estate, hub, spoke


def test_is_quiet_where_the_other_network_has_other_ranges() -> None:
    estate, _, _ = a_hub_with("10.2.0.0/16")
    assert messages(cidr_overlaps_network_behind_hub, network_of(estate)) == []


def test_is_quiet_where_no_route_leads_there() -> None:
    estate, _, _ = a_hub_with("10.244.0.0/20", routed=False)
    assert messages(cidr_overlaps_network_behind_hub, network_of(estate)) == []


def test_finds_the_pod_cidr_in_use_behind_the_hub() -> None:
    estate, _, _ = a_hub_with("10.244.0.0/20")
    finding = only(findings(cidr_overlaps_network_behind_hub, network_of(estate)))
    assert finding.message == "aks1: pod CIDR 10.244.0.0/16 overlaps 10.244.0.0/20 of other behind hub"
    assert finding.severity is None
    assert finding.cluster_id == finding.resource_id
    assert [resource.name for resource in finding.affected] == ["other"]
    assert [(e.resource_id.name, e.path, e.value) for e in finding.evidence] == [
        ("aks1", "properties.networkProfile.podCidrs", ("10.244.0.0/16",)),
        ("aks1", "properties.networkProfile.serviceCidrs", ("172.16.0.0/16",)),
        ("other", "properties.addressSpace.addressPrefixes", ("10.244.0.0/20",)),
        ("rt", "properties.routes[default].nextHopIpAddress", "10.0.4.4"),
    ]


def test_finds_the_service_cidr_in_use_behind_the_hub() -> None:
    estate, _, _ = a_hub_with("172.16.8.0/24")
    assert messages(cidr_overlaps_network_behind_hub, network_of(estate)) == [
        "aks1: service CIDR 172.16.0.0/16 overlaps 172.16.8.0/24 of other behind hub"
    ]


def test_finds_two_spokes_of_one_space() -> None:
    estate, _, spoke = a_hub_with("10.2.0.0/16")
    zulu = estate.virtual_network("zulu", "10.1.0.0/20")
    estate.peer(zulu, next(vnet for vnet in estate.of_type("virtualNetworks") if vnet["name"] == "hub"))
    finding = only(findings(cidr_overlaps_network_behind_hub, network_of(estate)))
    assert finding.message == "spoke: address space 10.1.0.0/16 overlaps 10.1.0.0/20 of zulu behind hub"
    assert finding.resource_id.text == spoke["id"]
    assert finding.cluster_id is not None
    assert [resource.name for resource in finding.affected] == ["aks1", "zulu"]
    assert [e.resource_id.name for e in finding.evidence] == ["spoke", "zulu", "rt"]


def test_finds_them_whichever_name_comes_first() -> None:
    estate, _, spoke = a_hub_with("10.2.0.0/16")
    first = estate.virtual_network("alpha", "10.1.0.0/20")
    estate.peer(first, next(vnet for vnet in estate.of_type("virtualNetworks") if vnet["name"] == "hub"))
    finding = only(findings(cidr_overlaps_network_behind_hub, network_of(estate)))
    assert finding.message == "spoke: address space 10.1.0.0/16 overlaps 10.1.0.0/20 of alpha behind hub"
    assert finding.resource_id.text == spoke["id"]


def test_ignores_a_hub_whose_peering_is_not_connected() -> None:
    estate, hub, _ = a_hub_with("10.244.0.0/20")
    hub["properties"]["virtualNetworkPeerings"][0]["properties"]["peeringState"] = "Disconnected"
    assert messages(cidr_overlaps_network_behind_hub, network_of(estate)) == []


def test_cannot_tell_what_is_behind_a_hub_in_another_subscription() -> None:
    for routed, expected in ((True, ["far"]), (False, [])):
        estate, _, spoke = a_hub_with("10.244.0.0/20", routed=routed)
        half = spoke["properties"]["virtualNetworkPeerings"][0]["properties"]
        half["remoteVirtualNetwork"] = {"id": f"{ELSEWHERE}/virtualNetworks/far"}
        told = unknowns(cidr_overlaps_network_behind_hub, network_of(estate))
        assert [u.resource_id.name for u in told] == expected


def test_cannot_tell_without_the_network() -> None:
    network = network_of(a_hub_with("10.2.0.0/16")[0], refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(cidr_overlaps_network_behind_hub, network)] == [403]


def test_is_of_medium_severity_where_nothing_is_said() -> None:
    assert cidr_overlaps_network_behind_hub.severity is Severity.MEDIUM


def test_cannot_tell_where_a_table_may_lead_to_the_hub() -> None:
    network = network_of(a_hub_with("10.244.0.0/20")[0], refused=["Microsoft.Network/routeTables"])
    told = unknowns(cidr_overlaps_network_behind_hub, network)
    assert [u.gap.resource_type for u in told] == ["Microsoft.Network/routeTables"]
