"""What happened to real people with the names of private API servers."""

from __future__ import annotations

from aks_audit.findings import Severity
from tests.estate import Pool
from tests.private_clusters import a_private_cluster

from .scenarios import found, incident, is_silent, report_of


@incident("https://github.com/Azure/AKS/issues/2004", in_figures=False)
def test_nodes_of_a_private_cluster_with_custom_dns_servers_cannot_resolve_its_name() -> None:
    there = a_private_cluster(dns=["10.0.4.4", "10.0.4.5"], pools=[Pool(count=2)], kubernetes_version="1.18.10")
    finding = found(there.estate, "private-zone-hidden-from-dns-servers")
    assert finding.severity is Severity.CRITICAL
    assert "spoke of aks1 asks 10.0.4.4 (in hub), 10.0.4.5 (in hub)" in finding.finding.message
    assert "VMExtensionProvisioningError" in finding.rule.page
    assert "exit 52" in finding.rule.page
    there.link(there.hub, "hub")
    assert is_silent(there.estate, "dns", "peering"), "the servers' network is linked, and they forward to Azure's"


@incident("https://github.com/MicrosoftDocs/azure-docs/issues/45463", in_figures=False)
def test_a_jump_box_finds_the_name_and_has_no_path() -> None:
    there = a_private_cluster(linked_to_hub=True)
    jump = there.estate.virtual_network("jump", "10.7.0.0/16", {"boxes": "10.7.0.0/24"})
    there.link(jump, "jump")
    finding = found(there.estate, "private-zone-link-without-path")
    assert finding.severity is Severity.MEDIUM
    assert finding.finding.message.startswith("jump is linked to private DNS zone")
    there.estate.peer(jump, there.spoke)
    assert is_silent(there.estate, "dns", "peering")


@incident("https://github.com/Azure/AKS/issues/2171", in_figures=False)
def test_a_stopped_cluster_does_not_start_since_nobody_answers_its_name() -> None:
    there = a_private_cluster(dns=["10.0.4.4"])
    there.cluster["properties"]["powerState"] = {"code": "Stopped"}
    finding = found(there.estate, "private-zone-hidden-from-dns-servers")
    assert finding.severity is Severity.CRITICAL
    assert "LookupNoSuchHost" in finding.rule.page


def test_one_zone_of_a_name_is_linked_and_the_other_holds_the_record() -> None:
    """Source: https://github.com/MicrosoftDocs/azure-docs/issues/53153"""
    name = "privatelink.westeurope.azmk8s.io"
    there = a_private_cluster(zone=name)
    (own,) = there.links()
    there.estate.remove(own)
    other = there.estate.private_dns_zone(name, [there.spoke], resource_group="rg-other")
    finding = found(there.estate, "private-zone-name-ambiguous")
    assert finding.severity is Severity.CRITICAL
    assert other["id"] in {resource.text for resource in finding.finding.affected}
    rules = {item.rule.id for item in report_of(there.estate).findings if item.rule.family == "dns"}
    assert rules == {"private-zone-name-ambiguous", "peer-without-private-zone"}, "one finding for one cause"
