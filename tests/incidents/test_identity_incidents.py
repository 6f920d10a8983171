"""Incidents about the rights of clusters' identities, rebuilt from their threads."""

from __future__ import annotations

from aks_audit.findings import Severity
from aks_audit.rules.identity.outbound_address_rights_missing import outbound_address_rights_missing
from aks_audit.rules.identity.route_table_rights_missing import route_table_rights_missing
from aks_audit.rules.identity.route_table_with_system_identity import route_table_with_system_identity
from aks_audit.rules.identity.subnet_rights_missing import subnet_rights_missing
from aks_audit.rules.identity.subnet_tied_to_node_resource_group import subnet_tied_to_node_resource_group

from ..estate import Estate, subnet
from ..networks import findings, messages, network_of, only
from .scenarios import incident


@incident("https://github.com/Azure/AKS-Construction/issues/501", in_figures=False)
def test_network_contributor_on_the_network_does_not_reach_the_route_table() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet-aks", "10.240.0.0/16", {"aks-sn": "10.240.0.0/22"})
    table = estate.route_table("rt-afw-aks", {"0.0.0.0/0": "10.240.50.4"}, resource_group="rg-firewall")
    cluster = estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "aks-sn"), route_table=table)
    estate.revoke(cluster, table["id"])
    finding = only(findings(route_table_rights_missing, network_of(estate)))
    assert (finding.arithmetic or "").startswith("CustomRouteTableMissingPermission: ")
    assert finding.severity is None
    assert route_table_rights_missing.severity is Severity.CRITICAL
    estate.role_assignment(table["id"], estate.principal_of(cluster))
    assert messages(route_table_rights_missing, network_of(estate)) == []


@incident("https://github.com/MicrosoftDocs/azure-docs/issues/62754", in_figures=False)
def test_a_role_on_another_network_leaves_the_internal_load_balancer_pending() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    other = estate.virtual_network("vnet-internal", "10.2.0.0/16", {"lbs": "10.2.0.0/24"}, peer_with=[vnet])
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"))
    group = cluster["properties"]["nodeResourceGroup"]
    estate.internal_load_balancer(subnet(other, "lbs"), resource_group=group)
    finding = only(findings(subnet_rights_missing, network_of(estate)))
    assert "Microsoft.Network/virtualNetworks/subnets/read in vnet-internal on lbs" in finding.message


@incident("https://github.com/microsoft/planetary-computer-hub/pull/25", in_figures=False)
def test_a_pipeline_that_changes_the_subnet_needs_rights_in_the_node_resource_group() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    estate.cluster("pcc", "kubenet", subnet=subnet(vnet, "nodes"))
    finding = only(findings(subnet_tied_to_node_resource_group, network_of(estate)))
    assert "in MC_rg-pcc_pcc_westeurope" in finding.message
    assert subnet_tied_to_node_resource_group.severity is Severity.INFO


@incident(
    "https://learn.microsoft.com/en-us/troubleshoot/azure/azure-kubernetes/error-codes/"
    "inuseroutetablecannotbedeleted-error",
    in_figures=False,
)
def test_a_cluster_is_not_deleted_while_a_subnet_of_the_owner_s_uses_its_table() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    cluster = estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "nodes"))
    finding = only(findings(subnet_tied_to_node_resource_group, network_of(estate)))
    assert [affected.text for affected in finding.affected] == [estate.route_table_of(cluster)["id"]]
    assert "InUseRouteTableCannotBeDeleted" in subnet_tied_to_node_resource_group.page


@incident("https://github.com/Azure/AKS/issues/1945", in_figures=False)
def test_a_service_stays_pending_for_an_outbound_address_that_may_not_be_joined() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"))
    address = estate.public_ip("outbound", resource_group="rg-addresses")
    profile = cluster["properties"]["networkProfile"]["loadBalancerProfile"]
    profile["outboundIPs"] = {"publicIPs": [{"id": address["id"]}]}
    finding = only(findings(outbound_address_rights_missing, network_of(estate)))
    assert "Microsoft.Network/publicIPAddresses/join/action" in finding.message
    assert (finding.arithmetic or "").startswith("LinkedAuthorizationFailed: ")


@incident("https://github.com/MicrosoftDocs/azure-docs/issues/69777", in_figures=False)
def test_a_role_on_the_static_address_does_not_let_nodes_join_their_subnet() -> None:
    estate = Estate()
    vnet = estate.virtual_network("xx-vnet", "10.1.0.0/16", {"xxvnetsubnet": "10.1.0.0/24"})
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "xxvnetsubnet"))
    estate.revoke(cluster)
    address = estate.public_ip("static", resource_group="rg-addresses")
    estate.role_assignment(address["id"], estate.principal_of(cluster))
    finding = only(findings(subnet_rights_missing, network_of(estate)))
    assert "Microsoft.Network/virtualNetworks/subnets/join/action" in finding.message
    assert (finding.arithmetic or "").startswith("LinkedAuthorizationFailed: ")


def test_2333_an_existing_cluster_with_a_system_identity_is_told_too() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/22"})
    table = estate.route_table("rt-mine")
    cluster = estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "nodes"), route_table=table)
    cluster["identity"] = {"type": "SystemAssigned", "principalId": estate.principal_of(cluster)}
    assert len(findings(route_table_with_system_identity, network_of(estate))) == 1
