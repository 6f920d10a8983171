"""Incidents about the way out that was declared and the one that was taken, rebuilt from their threads."""

from __future__ import annotations

from aks_audit.analysis.egress_path import egress_of
from aks_audit.findings import Severity
from aks_audit.rules.outbound.ipv_six_service_without_ipv_four import ipv_six_service_without_ipv_four
from aks_audit.rules.outbound.load_balancer_profile_left_behind import load_balancer_profile_left_behind
from aks_audit.rules.outbound.nat_gateway_beside_load_balancer import nat_gateway_beside_load_balancer
from aks_audit.rules.outbound.outbound_rule_edited import outbound_rule_edited

from ..estate import Estate, Pool, subnet
from ..networks import findings, messages, network_of, only
from .scenarios import incident


@incident("https://github.com/jenkins-infra/azure-net/pull/231", in_figures=False)
def test_one_pool_subnet_left_off_the_nat_gateway_leaves_by_another_address() -> None:
    estate = Estate()
    subnets = {name: f"10.1.{number}.0/24" for number, name in enumerate(("system", "agents", "infraci", "controller"))}
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", subnets)
    pools = [
        Pool(name=name, mode="System" if name == "system" else "User", subnet=subnet(vnet, name)) for name in subnets
    ]
    estate.cluster("privatek8s", "cni-node-subnet", pools=pools, service_cidr="172.16.0.0/16")
    estate.nat_gateway("natgw", subnets=[subnet(vnet, name) for name in ("system", "agents", "infraci")])
    network = network_of(estate)
    cluster = network.clusters[0]
    words = {pool.name: egress_of(network, cluster, pool).words for pool in cluster.node_pools}
    assert words == {
        "system": "natGateway natgw",
        "agents": "natGateway natgw",
        "infraci": "natGateway natgw",
        "controller": "loadBalancer kubernetes",
    }
    finding = only(findings(nat_gateway_beside_load_balancer, network))
    assert finding.message.endswith("leave by NAT gateway natgw; 1 of its node subnets has none")


@incident("https://github.com/Azure/AKS/issues/3288", in_figures=False)
def test_ports_that_were_set_on_the_load_balancer_fall_back_at_the_next_scale_out() -> None:
    estate = Estate()
    estate.cluster("aks1", kubernetes_version="1.23.5")
    rule = estate.of_type("loadBalancers")[0]["properties"]["outboundRules"][0]["properties"]
    rule["allocatedOutboundPorts"] = 8000
    finding = only(findings(outbound_rule_edited, network_of(estate)))
    assert finding.message.endswith("allocatedOutboundPorts is 8000, the default is 0")
    rule["allocatedOutboundPorts"] = 0
    assert messages(outbound_rule_edited, network_of(estate)) == []


@incident("https://github.com/hashicorp/terraform-provider-azurerm/issues/24741", in_figures=False)
def test_a_load_balancer_profile_in_the_stored_cluster_makes_every_write_fail() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"), outbound_type="userDefinedRouting")
    assert messages(load_balancer_profile_left_behind, network_of(estate)) == []
    cluster["properties"]["networkProfile"]["loadBalancerProfile"] = {"managedOutboundIPs": {"count": 1}}
    finding = only(findings(load_balancer_profile_left_behind, network_of(estate)))
    assert finding.arithmetic == "InvalidUserDefinedRoutingWithLoadBalancerProfile"
    assert finding.latent


@incident("https://github.com/kubernetes-sigs/cloud-provider-azure/issues/1831", in_figures=False)
def test_a_service_of_ipv6_alone_needs_an_ipv4_frontend_first() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
    cluster = estate.cluster("aks1", subnet=subnet(vnet, "nodes"), outbound_type="userAssignedNATGateway")
    cluster["properties"]["networkProfile"]["ipFamilies"] = ["IPv4", "IPv6"]
    finding = only(findings(ipv_six_service_without_ipv_four, network_of(estate)))
    assert finding.arithmetic == "AtleastOneIpV4RequiredForIpV6LbFrontendIpConfiguration"
    assert ipv_six_service_without_ipv_four.severity is Severity.INFO
