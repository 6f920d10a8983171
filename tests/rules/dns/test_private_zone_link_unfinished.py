from aks_audit.findings import Severity
from aks_audit.rules.dns.private_zone_link_unfinished import private_zone_link_unfinished
from tests.estate import subnet
from tests.networks import findings, messages, only, unknowns
from tests.private_clusters import REGION_ZONE, a_private_cluster


def test_is_quiet_where_links_are_completed() -> None:
    there = a_private_cluster(linked_to_hub=True, dns=["10.0.4.4"])
    there.links()[0]["properties"]["virtualNetworkLinkState"] = "completed"
    assert messages(private_zone_link_unfinished, there.network()) == []


def test_finds_the_clusters_own_link_in_progress() -> None:
    there = a_private_cluster()
    there.links()[0]["properties"]["virtualNetworkLinkState"] = "InProgress"
    finding = only(findings(private_zone_link_unfinished, there.network()))
    assert finding.message == (
        f"link spoke of private DNS zone {there.zone['name']} to spoke is InProgress, and aks1 asks there"
    )
    assert finding.resource_id.name == "spoke"
    assert finding.cluster_id is not None
    assert [resource.name for resource in finding.affected] == ["aks1"]
    assert [(e.path, e.value) for e in finding.evidence] == [("properties.virtualNetworkLinkState", "InProgress")]


def test_finds_that_of_the_dns_servers_and_ignores_others() -> None:
    for dns, found in ((["10.0.4.4"], 1), ([], 0)):
        there = a_private_cluster(dns=dns)
        there.link(there.hub, "hub", virtualNetworkLinkState="InProgress")
        assert len(findings(private_zone_link_unfinished, there.network())) == found


def test_finds_the_link_of_two_clusters_once() -> None:
    there = a_private_cluster(zone=REGION_ZONE)
    second = there.estate.cluster("aks2", subnet=subnet(there.spoke, "nodes"), private=True)
    second["properties"]["apiServerAccessProfile"]["privateDNSZone"] = there.zone["id"]
    there.links()[0]["properties"]["virtualNetworkLinkState"] = "InProgress"
    finding = only(findings(private_zone_link_unfinished, there.network()))
    assert finding.message.endswith("is InProgress, and aks1, aks2 asks there")
    assert finding.cluster_id is None


def test_cannot_tell_what_an_unknown_state_means() -> None:
    for state in ("Frozen", None):
        there = a_private_cluster()
        there.links()[0]["properties"]["virtualNetworkLinkState"] = state
        (told,) = unknowns(private_zone_link_unfinished, there.network())
        assert told.gap.message == f"properties.virtualNetworkLinkState is not known: {state or ''!r}"
        assert told.resource_id.name == "spoke"


def test_cannot_tell_without_the_links() -> None:
    network = a_private_cluster().network(refused=["Microsoft.Network/privateDnsZones/virtualNetworkLinks"])
    assert [u.gap.status for u in unknowns(private_zone_link_unfinished, network)] == [403]


def test_is_of_medium_severity_where_nothing_is_said() -> None:
    assert private_zone_link_unfinished.severity is Severity.MEDIUM
