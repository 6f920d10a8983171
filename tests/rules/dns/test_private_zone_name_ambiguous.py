from dataclasses import replace

from aks_audit.findings import Severity
from aks_audit.inventory.records import Gap
from aks_audit.inventory.types import PRIVATE_DNS_ZONE_LINKS
from aks_audit.model.network import Completeness
from aks_audit.rules.dns.private_zone_name_ambiguous import private_zone_name_ambiguous
from tests.estate import Json, subnet
from tests.networks import findings, messages, only, unknowns
from tests.private_clusters import REGION_ZONE, PrivateCluster, a_private_cluster, link_zone


def with_another_zone(linked_to: str, *, own_link: bool = False, dns: tuple[str, ...] = ()) -> PrivateCluster:
    there = a_private_cluster(zone=REGION_ZONE, dns=dns)
    if not own_link:
        (own,) = there.links()
        there.estate.remove(own)
    other = there.estate.private_dns_zone(REGION_ZONE.upper(), resource_group="rg-other")
    vnet: Json = getattr(there, linked_to)
    link_zone(there.estate, other, vnet, "theirs")
    return there


def test_is_quiet_with_one_zone_of_the_name() -> None:
    assert messages(private_zone_name_ambiguous, a_private_cluster(zone=REGION_ZONE).network()) == []


def test_is_quiet_about_another_zone_elsewhere() -> None:
    assert messages(private_zone_name_ambiguous, with_another_zone("hub", own_link=True).network()) == []


def test_finds_the_clusters_network_linked_to_another_zone() -> None:
    there = with_another_zone("spoke")
    finding = only(findings(private_zone_name_ambiguous, there.network()))
    assert finding.message == (
        f"spoke is linked not to the cluster's but to zone {REGION_ZONE} of rg-other; "
        "the record of aks1 is in that of rg-dns"
    )
    assert finding.resource_id.name == "spoke"
    assert finding.key == there.zone["id"].lower()
    assert finding.cluster_id is not None
    assert [(r.name.lower(), r.resource_group) for r in finding.affected] == [
        ("aks1", "rg-aks1"),
        (REGION_ZONE, "rg-dns"),
        (REGION_ZONE, "rg-other"),
    ]
    assert [(e.resource_id.name, e.value) for e in finding.evidence] == [
        ("aks1", there.zone["id"]),
        ("aks1", f"aks1-0123.{REGION_ZONE}"),
        ("theirs", there.spoke["id"]),
        (REGION_ZONE, ()),
    ]


def test_finds_a_network_linked_to_both() -> None:
    (message,) = messages(private_zone_name_ambiguous, with_another_zone("spoke", own_link=True).network())
    assert message.startswith(f"spoke is linked also to zone {REGION_ZONE} of rg-other")


def test_finds_the_network_of_the_dns_servers() -> None:
    there = with_another_zone("hub", own_link=True, dns=("10.0.4.4",))
    assert only(findings(private_zone_name_ambiguous, there.network())).resource_id.name == "hub"


def test_finds_one_network_of_two_clusters_once() -> None:
    there = with_another_zone("spoke")
    second = there.estate.cluster("aks2", subnet=subnet(there.spoke, "nodes"), private=True)
    second["properties"] |= {"privateFQDN": f"aks2.{REGION_ZONE}"}
    second["properties"]["apiServerAccessProfile"]["privateDNSZone"] = there.zone["id"]
    finding = only(findings(private_zone_name_ambiguous, there.network()))
    assert "the record of aks1, aks2 is in" in finding.message
    assert finding.cluster_id is None


def test_cannot_tell_where_links_of_another_zone_were_not_read() -> None:
    there = a_private_cluster(zone=REGION_ZONE)
    (own,) = there.links()
    there.estate.remove(own)
    other = there.estate.private_dns_zone(REGION_ZONE, resource_group="rg-other")
    network = there.network()
    gap = Gap(PRIVATE_DNS_ZONE_LINKS, other["id"], 403, "AuthorizationFailed", "no right to read")
    assert network.source.header is not None
    network = replace(network, completeness=Completeness(network.source.header.complete, [gap]))
    told = unknowns(private_zone_name_ambiguous, network)
    assert [(u.resource_id.resource_group, u.gap) for u in told] == [("rg-other", gap)]
    linked = a_private_cluster(zone=REGION_ZONE)
    linked.estate.private_dns_zone(REGION_ZONE, resource_group="rg-other")
    network = linked.network()
    assert network.source.header is not None
    network = replace(network, completeness=Completeness(network.source.header.complete, [gap]))
    assert messages(private_zone_name_ambiguous, network) == [], "Azure allows one link, and it is the right one"


def test_cannot_tell_without_the_network() -> None:
    network = a_private_cluster(zone=REGION_ZONE).network(refused=["Microsoft.Network/virtualNetworks"])
    assert [u.gap.status for u in unknowns(private_zone_name_ambiguous, network)] == [403]


def test_is_of_critical_severity_where_nothing_is_said() -> None:
    assert private_zone_name_ambiguous.severity is Severity.CRITICAL
