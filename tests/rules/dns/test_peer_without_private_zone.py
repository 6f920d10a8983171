from aks_audit.findings import Severity
from aks_audit.rules.dns.peer_without_private_zone import peer_without_private_zone
from tests.networks import findings, messages, only, unknowns
from tests.private_clusters import a_private_cluster


def test_is_quiet_where_peers_are_linked() -> None:
    assert messages(peer_without_private_zone, a_private_cluster(linked_to_hub=True).network()) == []


def test_is_quiet_where_the_public_name_is_on() -> None:
    there = a_private_cluster()
    there.access["enablePrivateClusterPublicFQDN"] = True
    assert messages(peer_without_private_zone, there.network()) == []
    del there.access["enablePrivateClusterPublicFQDN"]
    there.cluster["properties"]["fqdn"] = "aks1.hcp.westeurope.azmk8s.io"
    assert messages(peer_without_private_zone, there.network()) == []


def test_takes_the_flag_before_the_name_that_is_left() -> None:
    there = a_private_cluster()
    there.cluster["properties"]["fqdn"] = "aks1.hcp.westeurope.azmk8s.io"
    assert len(findings(peer_without_private_zone, there.network())) == 1


def test_lists_who_has_a_path_and_no_name_and_who_has_both() -> None:
    there = a_private_cluster(linked_to_hub=True)
    there.estate.peer(there.spoke, there.estate.virtual_network("infra-ci", "10.2.0.0/16"))
    finding = only(findings(peer_without_private_zone, there.network()))
    assert finding.message == (
        "aks1: infra-ci has a path to the API server and no answer to its name from "
        f"{there.zone['name']}; both are in spoke, hub"
    )
    assert finding.severity is None
    assert finding.cluster_id == finding.resource_id
    assert [resource.name for resource in finding.affected] == ["infra-ci"]
    assert [(e.path, e.value) for e in finding.evidence][2:] == [
        ("properties.apiServerAccessProfile.enablePrivateClusterPublicFQDN", False),
        ("virtualNetworkLinks[].properties.virtualNetwork.id", (there.hub["id"], there.spoke["id"])),
    ]


def test_lists_several_at_once() -> None:
    there = a_private_cluster()
    there.estate.peer(there.spoke, there.estate.virtual_network("infra-ci", "10.2.0.0/16"))
    (message,) = messages(peer_without_private_zone, there.network())
    assert message.startswith("aks1: hub, infra-ci have a path to the API server")


def test_takes_the_answer_of_a_dns_server_in_a_linked_network() -> None:
    there = a_private_cluster(linked_to_hub=True)
    other = there.estate.virtual_network("other", "10.2.0.0/16", dns=["10.0.4.4"], peer_with=[there.hub, there.spoke])
    assert messages(peer_without_private_zone, there.network()) == []
    other["properties"]["dhcpOptions"]["dnsServers"] = ["10.0.4.4", "192.168.0.1"]
    assert messages(peer_without_private_zone, there.network()) == [], "how a server outside forwards is not seen"
    other["properties"]["dhcpOptions"]["dnsServers"] = ["10.2.0.4"]
    assert len(findings(peer_without_private_zone, there.network())) == 1


def test_ignores_peers_without_a_path() -> None:
    there = a_private_cluster()
    there.hub["properties"]["virtualNetworkPeerings"][0]["properties"]["peeringState"] = "Disconnected"
    assert messages(peer_without_private_zone, there.network()) == []


def test_cannot_tell_without_the_links() -> None:
    network = a_private_cluster().network(refused=["Microsoft.Network/privateDnsZones/virtualNetworkLinks"])
    assert [u.gap.status for u in unknowns(peer_without_private_zone, network)] == [403]


def test_cannot_tell_without_the_network() -> None:
    network = a_private_cluster().network(refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(peer_without_private_zone, network)] == [403]


def test_is_of_low_severity_where_nothing_is_said() -> None:
    assert peer_without_private_zone.severity is Severity.LOW
