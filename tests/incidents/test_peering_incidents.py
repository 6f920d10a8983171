"""What happened to real people with peerings, and with ranges that somebody else was using."""

from __future__ import annotations

from ipaddress import ip_network

from aks_audit.analysis.overlaps import overlap_matrix
from aks_audit.analysis.ranges import Relation
from aks_audit.audit import audit
from aks_audit.findings import Severity
from aks_audit.rules import catalogue
from aks_audit.settings import ExternalPrefix, Settings
from tests.estate import Estate, Pool, subnet
from tests.networks import network_of

from .scenarios import a_network, found, incident, is_silent, report_of, the_vnet

FAMILIES = ("peering", "dns", "addressing")


@incident("https://github.com/MicrosoftDocs/azure-docs/issues/48390", in_figures=False)
def test_traffic_flows_although_the_flag_for_forwarded_traffic_is_off() -> None:
    estate = Estate()
    hub = estate.virtual_network("hub", "10.0.0.0/16", {"nva": "10.0.4.0/24"})
    spokes = [
        estate.virtual_network(f"spoke{n}", f"10.{n}.0.0/16", {"nodes": f"10.{n}.0.0/24"}, peer_with=[hub])
        for n in (1, 2)
    ]
    estate.cluster("aks1", subnet=subnet(spokes[0], "nodes"), outbound_type="userDefinedRouting", next_hop="10.0.4.4")
    (to_hub,) = spokes[0]["properties"]["virtualNetworkPeerings"]
    to_hub["properties"]["allowForwardedTraffic"] = False
    finding = found(estate, "forwarded-traffic-refused")
    assert finding.severity is Severity.MEDIUM, "a warning: one half alone is no proof of a block"
    assert "spoke1-to-hub of spoke1 has allowForwardedTraffic false" in finding.finding.message
    assert "hub-to-spoke1, for the other direction, has true" in finding.finding.message
    to_hub["properties"]["allowForwardedTraffic"] = True
    hub["properties"]["virtualNetworkPeerings"][0]["properties"]["allowForwardedTraffic"] = False
    assert is_silent(estate, *FAMILIES), "the hub's half is not the one that receives"


@incident("https://github.com/jenkins-infra/azure-net/pull/434", in_figures=False)
def test_the_peering_to_the_build_agents_was_forgotten_after_a_rebuild() -> None:
    estate = Estate()
    public = estate.virtual_network("public", "10.244.0.0/14", {"nodes": "10.245.0.0/24"})
    agents = estate.virtual_network("infra-ci", "10.228.0.0/16", {"agents": "10.228.0.0/24"})
    nodes = subnet(public, "nodes")
    cluster = estate.cluster("publick8s", subnet=nodes, private=True, pod_cidr="100.100.0.0/14")
    (zone,) = estate.of_type("privateDnsZones")
    (link,) = estate.of_type("virtualNetworkLinks")
    id_of_link = f"{zone['id']}/virtualNetworkLinks/infra-ci"
    properties = {**link["properties"], "virtualNetwork": {"id": agents["id"]}}
    estate.resources.append({**link, "id": id_of_link, "name": "infra-ci", "properties": properties})
    finding = found(estate, "private-zone-link-without-path")
    assert finding.finding.message.startswith("infra-ci is linked")
    assert finding.finding.message.endswith("has no path to publick8s")
    assert finding.severity is Severity.MEDIUM
    estate.peer(public, agents)
    assert is_silent(estate, "peering", "dns")
    cluster["properties"]["apiServerAccessProfile"]["enablePrivateClusterPublicFQDN"] = False
    estate.resources = [resource for resource in estate.resources if resource["id"] != id_of_link]
    listed = found(estate, "peer-without-private-zone").finding.message
    assert listed.startswith("publick8s: infra-ci has a path to the API server and no answer to its name")
    assert listed.endswith("both are in public")


def test_a_site_behind_the_gateway_uses_the_pod_and_the_service_cidr() -> None:
    """Source: https://github.com/sassoftware/viya4-iac-azure/issues/259"""
    estate = a_network(
        model="kubenet",
        nodes="10.1.0.0/22",
        space="10.1.0.0/16",
        pod_cidr="10.244.0.0/16",
        service_cidr="10.0.0.0/16",
        dns_service_ip="10.0.0.10",
    )
    declared = [("10.244.0.0/16", "plant"), ("10.0.64.0/18", "office")]
    prefixes = tuple(ExternalPrefix(prefix=ip_network(text), name=name) for text, name in declared)
    report = audit(network_of(estate, settings=Settings(external_prefixes=prefixes)), catalogue())
    (finding,) = [item for item in report.findings if item.rule.id == "range-in-use-outside-azure"]
    assert finding.severity is Severity.HIGH
    assert finding.finding.message == (
        "aks1: pod CIDR 10.244.0.0/16 overlaps 10.244.0.0/16, in use at plant, "
        "service CIDR 10.0.0.0/16 overlaps 10.0.64.0/18, in use at office"
    )
    assert is_silent(estate, *FAMILIES), "nothing says so where it is not declared"


def test_two_clusters_of_the_old_default_cannot_be_peered_and_do_no_harm_alone() -> None:
    """Source: https://github.com/Azure/AKS/issues/2727"""
    estate = Estate()
    for name in ("aks1", "aks2"):
        cluster = estate.cluster(name, "cni-node-subnet", pools=[Pool(count=3)])
        cluster["properties"]["networkProfile"] |= {
            "serviceCidr": "10.0.0.0/16",
            "serviceCidrs": ["10.0.0.0/16"],
            "dnsServiceIP": "10.0.0.10",
        }
    for vnet in estate.of_type("virtualNetworks"):
        vnet["properties"]["addressSpace"]["addressPrefixes"] = ["10.0.0.0/8"]
        (home,) = vnet["properties"]["subnets"]
        home["properties"]["addressPrefix"] = "10.240.0.0/16"
    assert is_silent(estate, *FAMILIES)
    reused = {str(o.shared): o for o in overlap_matrix(network_of(estate)) if o.relation is Relation.REUSED}
    assert set(reused) == {"10.0.0.0/8", "10.0.0.0/16"}
    assert len(reused["10.0.0.0/8"].owners) == 2
    assert reused["10.0.0.0/8"].why == "nothing connects them, and nothing can: Azure peers no networks that overlap"
    assert not any(overlap.is_relevant for overlap in overlap_matrix(network_of(estate)))


def test_the_block_of_a_peer_copied_into_a_subnet() -> None:
    """Source: https://github.com/jenkins-infra/azure/pull/231"""
    estate = a_network(nodes="10.249.0.0/16", space="10.248.0.0/14")
    estate.peer(the_vnet(estate), estate.virtual_network("other", "10.244.0.0/14"))
    assert [overlap for overlap in overlap_matrix(network_of(estate)) if overlap.is_relevant] == []
    assert not {item.rule.id for item in report_of(estate).findings} & {
        "cidr-overlaps-peer",
        "subnet-outside-virtual-network",
    }
