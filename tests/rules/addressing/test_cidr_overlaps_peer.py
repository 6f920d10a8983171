import pytest

from aks_audit.rules.addressing.cidr_overlaps_peer import cidr_overlaps_peer
from tests.estate import Estate, Model
from tests.networks import findings, messages, network_of, only, unknowns


def an_estate(hub: str, model: Model = "cni-overlay", **peering: object) -> Estate:
    estate = Estate()
    vnet = estate.virtual_network("spoke", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24"})
    remote = estate.virtual_network("hub", [hub])
    subnet = f"{vnet['id']}/subnets/nodes"
    cluster = estate.cluster("aks1", model, subnet=subnet, service_cidr="10.0.0.0/16")
    cluster["properties"]["networkProfile"] |= {"podCidr": "10.244.0.0/16", "podCidrs": ["10.244.0.0/16"]}
    estate.peer(vnet, remote, **peering)
    return estate


def test_is_quiet_where_the_peer_has_other_ranges() -> None:
    assert messages(cidr_overlaps_peer, network_of(an_estate("10.2.0.0/16"))) == []


def test_finds_a_hub_in_the_default_service_cidr() -> None:
    finding = only(findings(cidr_overlaps_peer, network_of(an_estate("10.0.0.0/20"))))
    assert finding.message == "aks1: service CIDR 10.0.0.0/16 overlaps 10.0.0.0/20 of hub"
    assert [resource.name for resource in finding.affected] == ["hub"]


@pytest.mark.parametrize("model", ["kubenet", "cni-overlay", "byo"])
def test_finds_a_peer_in_the_pod_cidr(model: Model) -> None:
    network = network_of(an_estate("10.244.8.0/21", model))
    assert messages(cidr_overlaps_peer, network) == ["aks1: pod CIDR 10.244.0.0/16 overlaps 10.244.8.0/21 of hub"]


def test_ignores_a_pod_cidr_that_means_nothing() -> None:
    assert messages(cidr_overlaps_peer, network_of(an_estate("10.244.8.0/21", "cni-node-subnet"))) == []


def test_names_the_virtual_network_that_overlaps_its_peer() -> None:
    finding = only(findings(cidr_overlaps_peer, network_of(an_estate("10.1.128.0/17"))))
    assert finding.message == "spoke: address space 10.1.0.0/16 overlaps 10.1.128.0/17 of hub"
    assert [resource.name for resource in finding.affected] == ["aks1", "hub"]


def test_says_all_of_a_cluster_at_once() -> None:
    network = network_of(an_estate("10.0.0.0/8"))
    assert len(findings(cidr_overlaps_peer, network)) == 2  # the cluster's two ranges, and the network's space


def test_ignores_a_disconnected_peering() -> None:
    assert messages(cidr_overlaps_peer, network_of(an_estate("10.0.0.0/20", peeringState="Disconnected"))) == []


def test_takes_the_peered_network_where_the_peering_is_silent() -> None:
    estate = an_estate("10.0.0.0/20", remoteAddressSpace=None, remoteVirtualNetworkAddressSpace=None)
    assert len(messages(cidr_overlaps_peer, network_of(estate))) == 1


def test_cannot_tell_what_stands_behind_a_peering_to_elsewhere() -> None:
    elsewhere = "/subscriptions/00000000-0000-0000-0000-00000000000b/resourceGroups/rg/providers"
    remote = {"id": f"{elsewhere}/Microsoft.Network/virtualNetworks/far"}
    estate = an_estate(
        "10.0.0.0/20",
        remoteVirtualNetwork=remote,
        remoteAddressSpace=None,
        remoteVirtualNetworkAddressSpace=None,
    )
    assert [u.gap.code for u in unknowns(cidr_overlaps_peer, network_of(estate))] == ["NotCollected"]


def test_cannot_tell_without_the_virtual_network() -> None:
    network = network_of(an_estate("10.0.0.0/20"), refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(cidr_overlaps_peer, network)] == [403]
