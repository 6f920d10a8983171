from __future__ import annotations

from typing import Any

from aks_audit.analysis.egress_path import EgressKind, EgressPath, egress_of, pod_egress_of
from aks_audit.analysis.outbound_type import OutboundType, outbound_type_of
from aks_audit.model import Network
from tests.estate import Estate, Json, Pool, subnet
from tests.networks import network_of


def an_estate(outbound_type: str = "loadBalancer", **more: Any) -> tuple[Estate, Json]:
    """A virtual network with subnets `nodes` and `pods`, and a cluster in it."""
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "pods": "10.1.4.0/22"})
    estate.cluster("aks1", subnet=subnet(vnet, "nodes"), outbound_type=outbound_type, **more)
    return estate, vnet


def the_path(estate: Estate, **more: Any) -> EgressPath:
    return path_in(network_of(estate, **more))


def path_in(network: Network) -> EgressPath:
    cluster = network.clusters[0]
    return egress_of(network, cluster, cluster.node_pools[0])


def seen(path: EgressPath) -> list[str]:
    return [str(prefix) for prefix in path.addresses.known]


def the_profile(estate: Estate) -> Json:
    found: Json = estate.of_type("managedClusters")[0]["properties"]["networkProfile"]
    return found


def the_pool(estate: Estate) -> Json:
    found: Json = estate.of_type("managedClusters")[0]["properties"]["agentPoolProfiles"][0]
    return found


class TestByTheLoadBalancer:
    def test_leaves_by_the_outbound_rule(self) -> None:
        path = the_path(an_estate(outbound_ips=2)[0])
        assert path.kind is EgressKind.LOAD_BALANCER
        assert path.words == "loadBalancer kubernetes"
        assert path.because == "outbound rule aksOutboundRule of load balancer kubernetes"
        assert seen(path) == ["20.50.0.1/32", "20.50.0.2/32"]
        assert path.matches_outbound_type is True
        assert path.addresses.gap is None
        assert [line.path for line in path.evidence] == [
            "properties.outboundRules[aksOutboundRule].frontendIPConfigurations"
        ]

    def test_cannot_tell_where_nobody_may_read_it(self) -> None:
        path = the_path(an_estate()[0], refused=["Microsoft.Network/loadBalancers"])
        assert path.kind is EgressKind.UNKNOWN
        assert path.gap
        assert path.gap.status == 403
        assert path.matches_outbound_type is None

    def test_cannot_tell_the_addresses_where_nobody_may_read_them(self) -> None:
        path = the_path(an_estate()[0], refused=["Microsoft.Network/publicIPAddresses"])
        assert path.kind is EgressKind.LOAD_BALANCER
        assert path.addresses.gap
        assert path.addresses.gap.status == 403
        assert seen(path) == []

    def test_without_a_rule_default_access_is_left(self) -> None:
        estate, _ = an_estate()
        estate.of_type("loadBalancers")[0]["properties"]["outboundRules"] = []
        path = the_path(estate)
        assert path.kind is EgressKind.DEFAULT_ACCESS
        assert path.matches_outbound_type is False
        assert path.because == "nothing leads out of subnet nodes but Azure's default outbound access"
        assert [line.path for line in path.evidence] == ["properties.defaultOutboundAccess"]
        assert path.addresses.gap
        assert path.addresses.gap.message == "Azure chooses the address and may change it"

    def test_without_a_rule_nothing_is_left_in_a_private_subnet(self) -> None:
        estate, vnet = an_estate()
        estate.of_type("loadBalancers")[0]["properties"]["outboundRules"] = []
        subnet(vnet, "nodes")["properties"]["defaultOutboundAccess"] = False
        path = the_path(estate)
        assert path.kind is EgressKind.NONE
        assert path.because == "nothing leads out of subnet nodes, and default outbound access is off there"
        assert path.evidence[0].value is False

    def test_without_a_rule_services_lend_their_addresses_unless_they_forbid_it(self) -> None:
        estate, _ = an_estate()
        balancer = estate.of_type("loadBalancers")[0]["properties"]
        balancer["outboundRules"] = []
        frontend = {"id": balancer["frontendIPConfigurations"][0]["id"]}
        balancer["loadBalancingRules"] = [{"name": "web", "properties": {"frontendIPConfiguration": frontend}}]
        path = the_path(estate)
        assert path.kind is EgressKind.LOAD_BALANCER
        assert path.because == "load balancer kubernetes has no outbound rule and lends the addresses of its services"
        assert [line.path for line in path.evidence] == ["properties.outboundRules"]
        assert seen(path) == ["20.50.0.1/32"]
        balancer["loadBalancingRules"][0]["properties"]["disableOutboundSnat"] = True
        assert the_path(estate).kind is EgressKind.DEFAULT_ACCESS

    def test_the_nodes_own_addresses_go_before_it(self) -> None:
        estate, _ = an_estate()
        the_pool(estate)["enableNodePublicIP"] = True
        path = the_path(estate)
        assert path.kind is EgressKind.NODE_PUBLIC_IP
        assert path.because == "the nodes of pool np1 have public addresses of their own"
        assert path.via is None
        assert path.addresses.gap is not None
        assert path.addresses.gap.message == "addresses of single nodes"
        assert path.addresses.gap.scope.endswith("/aks1/agentPools/np1")
        assert path.matches_outbound_type is False
        assert [(line.path, line.value) for line in path.evidence] == [
            ("properties.agentPoolProfiles[np1].enableNodePublicIP", True)
        ]

    def test_the_nodes_own_addresses_are_those_of_their_prefix(self) -> None:
        estate, _ = an_estate()
        prefix = estate._add("Microsoft.Network/publicIPPrefixes", "prefix")
        prefix["properties"] |= {"prefixLength": 29, "ipPrefix": "20.60.0.0/29"}
        the_pool(estate).update(enableNodePublicIP=True, nodePublicIPPrefixID=prefix["id"])
        path = the_path(estate)
        assert path.words == "nodePublicIp prefix"
        assert seen(path) == ["20.60.0.0/29"]
        assert path.addresses.gap is None


class TestByTheNatGateway:
    def test_leaves_by_the_gateway_of_its_subnet(self) -> None:
        path = the_path(an_estate("userAssignedNATGateway")[0])
        assert path.words == "natGateway natgw-aks1"
        assert path.because == "NAT gateway natgw-aks1 is on subnet nodes"
        assert [(line.path, line.value) for line in path.evidence] == [
            ("properties.natGateway.id", path.via.text if path.via else None)
        ]
        assert seen(path) == ["20.50.0.1/32"]
        assert path.matches_outbound_type is True

    def test_the_gateway_goes_before_the_load_balancer(self) -> None:
        estate, vnet = an_estate()
        estate.nat_gateway("natgw", subnets=[subnet(vnet, "nodes")])
        path = the_path(estate)
        assert path.words == "natGateway natgw"
        assert path.matches_outbound_type is False

    def test_both_spellings_of_the_managed_gateway_are_one(self) -> None:
        for word in ("managedNATGateway", "managedNATGatewayV2", "MANAGEDNATGATEWAY"):
            estate = Estate()
            estate.cluster("aks1", outbound_type="managedNATGateway")
            the_profile(estate)["outboundType"] = word
            assert the_path(estate).matches_outbound_type is True

    def test_a_gateway_without_an_address_leads_nowhere(self) -> None:
        estate, _ = an_estate("userAssignedNATGateway")
        estate.of_type("natGateways")[0]["properties"]["publicIpAddresses"] = []
        path = the_path(estate)
        assert path.kind is EgressKind.NONE
        assert path.because == "NAT gateway natgw-aks1 is on subnet nodes and has no public address"

    def test_a_gateway_that_is_gone_leads_nowhere(self) -> None:
        estate, _ = an_estate("userAssignedNATGateway")
        estate.remove(estate.of_type("natGateways")[0])
        path = the_path(estate)
        assert path.kind is EgressKind.NONE
        assert path.because == "its NAT gateway natgw-aks1 does not exist"
        assert [line.path for line in path.evidence] == ["properties.natGateway.id"]

    def test_cannot_tell_where_nobody_may_read_the_gateway(self) -> None:
        path = the_path(an_estate("userAssignedNATGateway")[0], refused=["Microsoft.Network/natGateways"])
        assert path.kind is EgressKind.UNKNOWN
        assert path.gap
        assert path.gap.status == 403

    def test_cannot_tell_where_the_gateway_does_not_parse(self) -> None:
        estate, _ = an_estate("userAssignedNATGateway")
        estate.of_type("natGateways")[0]["properties"]["idleTimeoutInMinutes"] = "long"
        path = the_path(estate)
        assert path.kind is EgressKind.UNKNOWN
        assert path.gap
        assert path.gap.code == "InvalidValue"


class TestByARoute:
    def test_leaves_by_the_firewall_that_the_default_route_names(self) -> None:
        path = the_path(an_estate("userDefinedRouting")[0])
        assert path.words == "appliance fw-aks1"
        assert path.because.startswith("route ")
        assert "sends 0.0.0.0/0 to VirtualAppliance 10.1." in path.because
        assert len(seen(path)) == 1
        assert path.matches_outbound_type is True
        assert {line.path.rpartition(".")[2] for line in path.evidence} >= {"nextHopType", "addressPrefix"}

    def test_the_route_goes_before_the_gateway_and_the_load_balancer(self) -> None:
        estate, vnet = an_estate()
        estate.nat_gateway("natgw", subnets=[subnet(vnet, "nodes")])
        estate.route_table("rt", {"0.0.0.0/0": "10.1.200.4"}, subnets=[subnet(vnet, "nodes")])
        path = the_path(estate)
        assert path.kind is EgressKind.APPLIANCE
        assert path.via is None
        assert path.addresses.gap
        assert "VirtualAppliance 10.1.200.4" in path.addresses.gap.message
        assert path.matches_outbound_type is False

    def test_a_route_to_the_internet_changes_nothing(self) -> None:
        estate, vnet = an_estate()
        self.a_route(estate, vnet, "Internet")
        assert the_path(estate).kind is EgressKind.LOAD_BALANCER

    def test_a_route_to_nowhere_drops(self) -> None:
        for hop in ("None", "VnetLocal", "none"):
            estate, vnet = an_estate()
            self.a_route(estate, vnet, hop)
            path = the_path(estate)
            assert path.kind is EgressKind.NONE
            assert path.because == f"route default sends 0.0.0.0/0 to {hop}"

    def test_behind_a_network_gateway_addresses_are_not_known(self) -> None:
        estate, _vnet = an_estate("userDefinedRouting")
        estate.of_type("routeTables")[0]["properties"]["routes"][0]["properties"] |= {
            "nextHopType": "VirtualNetworkGateway",
            "nextHopIpAddress": None,
        }
        path = the_path(estate)
        assert path.kind is EgressKind.NETWORK_GATEWAY
        assert path.addresses.gap is not None
        assert path.addresses.gap.message == ("what lies behind a virtual network gateway: not in what was collected")
        assert path.matches_outbound_type is True

    def test_cannot_tell_of_a_next_hop_that_is_not_known(self) -> None:
        estate, vnet = an_estate()
        self.a_route(estate, vnet, "Teleport")
        path = the_path(estate)
        assert path.kind is EgressKind.UNKNOWN
        assert path.gap
        assert path.gap.message == ("route default has the next hop type 'Teleport', which is not known here")

    def test_cannot_tell_where_nobody_may_read_the_table(self) -> None:
        path = the_path(an_estate("userDefinedRouting")[0], refused=["Microsoft.Network/routeTables"])
        assert path.kind is EgressKind.UNKNOWN
        assert path.gap
        assert path.gap.status == 403

    @staticmethod
    def a_route(estate: Estate, vnet: Json, hop: str) -> None:
        table = estate.route_table("rt", subnets=[subnet(vnet, "nodes")])
        table["properties"]["routes"] = [
            {"name": "default", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": hop}}
        ]


class TestOfPods:
    def a_pod_subnet(self, outbound_type: str = "loadBalancer") -> tuple[Estate, Json]:
        estate = Estate()
        vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "pods": "10.1.4.0/22"})
        estate.cluster(
            "aks1",
            "cni-pod-subnet-dynamic",
            subnet=subnet(vnet, "nodes"),
            pod_subnet=subnet(vnet, "pods"),
            outbound_type=outbound_type,
        )
        return estate, vnet

    def the_path(self, estate: Estate, **more: Any) -> EgressPath | None:
        network = network_of(estate, **more)
        return pod_egress_of(network, network.clusters[0], network.clusters[0].node_pools[0])

    def test_pods_without_a_subnet_have_no_way_of_their_own(self) -> None:
        assert self.the_path(an_estate()[0]) is None

    def test_pods_leave_as_their_node_does(self) -> None:
        path = self.the_path(self.a_pod_subnet()[0])
        assert path is not None
        assert path.words == "loadBalancer kubernetes"
        assert path.subnet_id is not None
        assert path.subnet_id.name == "pods"

    def test_a_gateway_on_the_pod_subnet_takes_the_pods(self) -> None:
        estate, vnet = self.a_pod_subnet()
        estate.nat_gateway("natgw", subnets=[subnet(vnet, "pods")])
        path = self.the_path(estate)
        assert path is not None
        assert path.words == "natGateway natgw"
        assert path.matches_outbound_type is False
        assert the_path(estate).words == "loadBalancer kubernetes"


def test_isolation_is_kept_as_long_as_nothing_leads_out() -> None:
    estate, vnet = an_estate("none")
    subnet(vnet, "nodes")["properties"]["defaultOutboundAccess"] = False
    assert the_path(estate).kind is EgressKind.NONE
    assert the_path(estate).matches_outbound_type is True
    subnet(vnet, "nodes")["properties"]["defaultOutboundAccess"] = None
    assert the_path(estate).kind is EgressKind.DEFAULT_ACCESS
    assert the_path(estate).matches_outbound_type is False


def test_block_lets_nothing_out_whatever_leads_there() -> None:
    estate, vnet = an_estate("block")
    estate.nat_gateway("natgw", subnets=[subnet(vnet, "nodes")])
    path = the_path(estate)
    assert path.kind is EgressKind.NONE
    assert path.because == "outbound type block denies what leaves"
    assert [(line.path, line.value) for line in path.evidence] == [("properties.networkProfile.outboundType", "block")]
    assert path.matches_outbound_type is True


def test_nothing_is_concluded_from_a_type_that_is_not_known() -> None:
    estate, _ = an_estate()
    the_profile(estate)["outboundType"] = "quantumTunnel"
    path = the_path(estate)
    assert path.kind is EgressKind.LOAD_BALANCER
    assert path.matches_outbound_type is None


def test_an_absent_type_is_the_load_balancer() -> None:
    estate, _ = an_estate()
    del the_profile(estate)["outboundType"]
    assert outbound_type_of(network_of(estate).clusters[0]) is OutboundType.LOAD_BALANCER
    assert the_path(estate).matches_outbound_type is True


def test_cannot_tell_without_the_subnet() -> None:
    path = the_path(an_estate()[0], refused=["Microsoft.Network/virtualNetworks"])
    assert path.kind is EgressKind.UNKNOWN
    assert path.gap
    assert path.gap.status == 403


def test_cannot_tell_of_a_subnet_that_does_not_exist() -> None:
    estate, vnet = an_estate()
    vnet["properties"]["subnets"] = []
    path = the_path(estate)
    assert path.gap
    assert path.gap.message == "the subnet does not exist"


def test_says_where_a_gateway_may_teach_a_default_route() -> None:
    estate, vnet = an_estate()
    assert the_path(estate).may_be_learned is False
    gateways = estate.add_subnet(vnet, "GatewaySubnet", "10.1.250.0/27")
    gateway = estate.resource_id("Microsoft.Network/virtualNetworkGateways", "vgw")
    gateways["properties"]["ipConfigurations"] = [{"id": f"{gateway}/ipConfigurations/default"}]
    assert the_path(estate).may_be_learned is True
    table = estate.route_table("rt", subnets=[subnet(vnet, "nodes")])
    table["properties"]["disableBgpRoutePropagation"] = True
    assert the_path(estate).may_be_learned is False


def test_a_basic_cluster_leaves_by_its_services_addresses() -> None:
    estate, _ = an_estate()
    the_profile(estate)["loadBalancerSku"] = "Basic"
    balancer = estate.of_type("loadBalancers")[0]
    balancer["sku"]["name"] = "Basic"
    frontend = {"id": balancer["properties"]["frontendIPConfigurations"][0]["id"]}
    rule = {"frontendIPConfiguration": frontend, "disableOutboundSnat": True}
    balancer["properties"] |= {"outboundRules": None, "loadBalancingRules": [{"name": "web", "properties": rule}]}
    assert the_path(estate).kind is EgressKind.LOAD_BALANCER


def test_leaves_by_the_addresses_of_a_firewall_in_a_hub() -> None:
    estate, _ = an_estate("userDefinedRouting", next_hop="10.100.0.4")
    firewall = estate._add("Microsoft.Network/azureFirewalls", "fw-hub")
    firewall["properties"]["hubIPAddresses"] = {
        "privateIPAddress": "10.100.0.4",
        "publicIPs": {"count": 2, "addresses": [{"address": "20.70.0.1"}, {"address": "20.70.0.2"}]},
    }
    path = the_path(estate)
    assert path.words == "appliance fw-hub"
    assert seen(path) == ["20.70.0.1/32", "20.70.0.2/32"]
    assert path.addresses.gap is None


def test_a_firewall_without_addresses_leaves_by_somebody_elses() -> None:
    estate, _ = an_estate("userDefinedRouting")
    firewall = estate.of_type("azureFirewalls")[0]["properties"]
    firewall["ipConfigurations"][0]["properties"].pop("publicIPAddress")
    path = the_path(estate)
    assert path.words == "appliance fw-aks1"
    assert path.addresses.gap
    assert path.addresses.gap.resource_type == "Microsoft.Network/azureFirewalls"


def test_pools_of_one_cluster_leave_by_ways_of_their_own() -> None:
    estate = Estate()
    vnet = estate.virtual_network("vnet", ["10.1.0.0/16"], {"nodes": "10.1.0.0/24", "more": "10.1.1.0/24"})
    pools = [Pool(subnet=subnet(vnet, "nodes")), Pool(name="np2", mode="User", subnet=subnet(vnet, "more"))]
    estate.cluster("aks1", pools=pools)
    estate.nat_gateway("natgw", subnets=[subnet(vnet, "more")])
    network = network_of(estate)
    cluster = network.clusters[0]
    words = [egress_of(network, cluster, pool).words for pool in cluster.node_pools]
    assert words == ["loadBalancer kubernetes", "natGateway natgw"]


def test_an_empty_table_under_user_defined_routing_leaves_by_an_address_that_nobody_chose() -> None:
    """As in https://github.com/Azure/AKS/issues/2710, unnoticed: egress worked."""
    estate, _ = an_estate("userDefinedRouting")
    estate.of_type("routeTables")[0]["properties"]["routes"] = []
    path = the_path(estate)
    assert path.kind is EgressKind.DEFAULT_ACCESS
    assert path.matches_outbound_type is False


def test_none_leaves_the_way_to_the_owner() -> None:
    for hop, kind in (
        ({"nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.1.200.4"}, EgressKind.APPLIANCE),
        ({"nextHopType": "VirtualNetworkGateway"}, EgressKind.NETWORK_GATEWAY),
    ):
        estate, vnet = an_estate("none")
        table = estate.route_table("rt", subnets=[subnet(vnet, "nodes")])
        table["properties"]["routes"] = [{"name": "default", "properties": {"addressPrefix": "0.0.0.0/0", **hop}}]
        path = the_path(estate)
        assert path.kind is kind
        assert path.matches_outbound_type is True
    estate, vnet = an_estate("none")
    estate.nat_gateway("natgw", subnets=[subnet(vnet, "nodes")])
    assert the_path(estate).matches_outbound_type is True


def test_the_words_of_the_report_are_a_promise() -> None:
    assert [kind.value for kind in EgressKind] == [
        *("loadBalancer", "natGateway", "appliance", "virtualNetworkGateway", "nodePublicIp"),
        *("defaultOutboundAccess", "none", "unknown"),
    ]
