"""What a cluster's network holds besides the nodes and pods of its pools."""

from __future__ import annotations

from aks_audit.audit import audit
from aks_audit.reporters.topology import render_text

from .estate import Estate, subnet
from .networks import network_of


def an_estate() -> Estate:
    estate = Estate()
    vnet = estate.virtual_network(
        "vnet", "10.0.0.0/16", {"nodes": "10.0.0.0/24", "aci": "10.0.1.0/24", "api": "10.0.2.0/28"}
    )
    cluster = estate.cluster("aks1", "cni-overlay", subnet=subnet(vnet, "nodes"))
    properties = cluster["properties"]
    properties["nodeProvisioningProfile"] = {"mode": "Auto"}
    properties["addonProfiles"] = {"aciConnectorLinux": {"enabled": True, "config": {"SubnetName": "aci"}}}
    properties["apiServerAccessProfile"] = {"enableVnetIntegration": True, "subnetId": subnet(vnet, "api")["id"]}
    estate.virtual_machine_nic(
        subnet(vnet, "nodes"), "aks-default-x7k2p", resource_group=properties["nodeResourceGroup"]
    )
    return estate


def test_draws_the_nodes_of_node_auto_provisioning() -> None:
    drawn = render_text(audit(network_of(an_estate()), []))
    assert "node auto-provisioning" in drawn.splitlines()[0]
    assert "nodes of node auto-provisioning" in drawn
    assert "aks-default-x7k2p 10.0.0.7" in " ".join(drawn.split())


def test_names_the_subnets_of_virtual_nodes_and_of_the_api_server() -> None:
    drawn = render_text(audit(network_of(an_estate()), []))
    assert "API server in subnet vnet/api" in drawn
    assert "virtual nodes in subnet aci" in drawn


def test_nodes_of_node_auto_provisioning_are_unknown_where_nobody_may_read_them() -> None:
    network = network_of(an_estate(), refused=["Microsoft.Network/networkInterfaces"])
    (cluster,) = audit(network, []).clusters
    assert cluster.nodes_gap is not None
    assert cluster.nodes_gap.status == 403


def test_a_machine_in_the_node_group_is_no_node_without_node_auto_provisioning() -> None:
    estate = an_estate()
    del estate.of_type("managedClusters")[0]["properties"]["nodeProvisioningProfile"]
    (cluster,) = audit(network_of(estate), []).clusters
    assert len(cluster.nodes) == 3
