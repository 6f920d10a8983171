"""The flows that AKS needs, in each network model: between which ends, and through which groups.

Sources: https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay (nodes and pods),
https://learn.microsoft.com/azure/aks/outbound-rules-control-egress (ways out),
https://learn.microsoft.com/azure/aks/api-server-vnet-integration (the API server's subnet).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from ipaddress import ip_address, ip_network
from itertools import product
from typing import Final

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import NETWORK_INTERFACES, VIRTUAL_NETWORKS
from ..model import ManagedCluster, Network, NotCollected, PortRange, PrivateEndpoint
from ..model.network import remembered
from .default_security_rules import PASSED
from .flow_ends import (
    End,
    Flows,
    RequiredFlow,
    Unasked,
    flows_between,
    host_end,
    node_ends,
    pod_ends,
    subnet_end,
)
from .flows import Allowed, Denied, Endpoint, Flow, Layer, PartlyDenied, Undecided, Verdict
from .intervals import IPV4, Intervals, intersection, is_within, of_networks
from .published_ports import is_of_api_server
from .security_rules import judge
from .service_tags import HOST, PLATFORM_DNS

HTTPS: Final = (PortRange(443, 443),)
DNS: Final = (PortRange(53, 53),)
NODE_PORTS: Final = (PortRange(30000, 32767),)
"""Kubernetes' own range, from which probes take their port unless a load balancer says otherwise."""
WIREGUARD: Final = (PortRange(51871, 51871),)
"""Source: https://learn.microsoft.com/azure/aks/how-to-apply-wireguard"""
API_SERVER: Final = (PortRange(443, 443), PortRange(4443, 4443))
API_SERVER_PROBE: Final = (PortRange(9988, 9988),)
REGISTRY: Final = "MicrosoftContainerRegistry"
_WITHOUT_EGRESS: Final = frozenset({"none", "block"})


class Need(StrEnum):
    """What a flow is for."""

    NODES = "node to node"
    NODES_AND_PODS = "node and pod"
    PODS = "pod to pod"
    PROBES = "health probe"
    EGRESS = "required egress"
    DNS = "custom DNS"
    WIREGUARD = "WireGuard"
    API_SERVER_SUBNET = "API server subnet"
    AZURE_DNS = "Azure DNS"


@remembered
def judged(network: Network, cluster: ManagedCluster, need: Need) -> tuple[tuple[RequiredFlow, Verdict] | Unasked, ...]:
    """Each flow of a kind that a cluster needs, with what becomes of it."""
    answers: list[tuple[RequiredFlow, Verdict] | Unasked] = []
    for item in _FLOWS[need](network, cluster):
        if isinstance(item, Unasked):
            answers.append(item)
            continue
        verdict: Verdict = judge(item.layers, item.flow) if item.layers else Allowed(())
        if item.gap and not isinstance(verdict, Denied | PartlyDenied):
            verdict = Undecided(item.gap)
        answers.append((item, verdict))
    return tuple(dict.fromkeys(answers))


def _nodes(network: Network, cluster: ManagedCluster) -> Flows:
    for one, other in product(node_ends(network, cluster), repeat=2):
        yield from flows_between("traffic between nodes", one, other, "*")


def _nodes_and_pods(network: Network, cluster: ManagedCluster) -> Flows:
    nodes = node_ends(network, cluster)
    for pods in pod_ends(network, cluster):
        if isinstance(pods, End):
            for end in nodes:
                yield from flows_between("traffic from nodes to pods", end, pods, "*")
                yield from flows_between("traffic from pods to nodes", pods, end, "*")
        elif isinstance(pods, Unasked):
            yield pods


def _pods(network: Network, cluster: ManagedCluster) -> Flows:
    found = list(pod_ends(network, cluster))
    yield from (item for item in found if isinstance(item, Unasked))
    for one, other in product([item for item in found if isinstance(item, End)], repeat=2):
        yield from flows_between("traffic between pods", one, other, "*")


def _probes(network: Network, cluster: ManagedCluster) -> Flows:
    balancers = network.load_balancers_of(cluster)
    of_services = () if isinstance(balancers, NotCollected) else balancers
    probes = [probe for each in of_services if not is_of_api_server(cluster, each) for probe in each.probes]
    asked = tuple(sorted({PortRange(probe.port, probe.port) for probe in probes if probe.port})) or NODE_PORTS
    for end in node_ends(network, cluster):
        yield from flows_between("health probes of the load balancer", host_end(end.subnet_id), end, "Tcp", asked)


def _wireguard(network: Network, cluster: ManagedCluster) -> Flows:
    if cluster.encrypts_transit:
        for one, other in product(node_ends(network, cluster), repeat=2):
            yield from flows_between("WireGuard between nodes", one, other, "Udp", WIREGUARD)


def _egress(network: Network, cluster: ManagedCluster) -> Flows:
    for end in node_ends(network, cluster):
        if not cluster.is_private and not cluster.api_server_vnet_integration:
            region = cluster.location.replace(" ", "").lower()
            yield _to_tag("HTTPS to the API server", end, f"AzureCloud.{region}" if region else "AzureCloud")
        if cluster.outbound_type.lower() not in _WITHOUT_EGRESS:
            yield _to_tag("HTTPS to Microsoft's registry of system images", end, REGISTRY)
        if cluster.is_private and not cluster.api_server_vnet_integration:
            yield from _to_private_endpoint(network, cluster, end)


def _to_tag(what: str, source: End, tag: str, ports: tuple[PortRange, ...] = HTTPS) -> RequiredFlow:
    return RequiredFlow(
        what=what,
        flow=Flow(
            source=replace(source.endpoint, addresses=intersection(source.endpoint.addresses, IPV4)),
            destination=Endpoint(service_tag=tag),
            protocol="Tcp",
            ports=ports,
        ),
        layers=source.outbound,
        subnet_ids=(source.subnet_id,),
        pools=source.pools,
        gap=source.gap,
    )


def _to_private_endpoint(network: Network, cluster: ManagedCluster, source: End) -> Flows:
    what = "HTTPS to the API server's private endpoint"
    endpoints = network.private_endpoints_of(cluster)
    if isinstance(endpoints, NotCollected):
        yield Unasked(gap=endpoints.gap)
        return
    for nic_id in (nic_id for item in endpoints if _is_api_server(cluster, item) for nic_id in item.nic_ids):
        nic = network.network_interfaces.get(nic_id)
        if nic is None:
            absent = network.completeness.absent(NETWORK_INTERFACES, nic_id)
            if isinstance(absent, NotCollected):
                yield Unasked(gap=absent.gap)
            continue
        subnet_id = next((c.subnet_id for c in nic.ip_configurations if c.subnet_id), None)
        if not nic.primary_address or subnet_id is None:
            continue
        address = Endpoint(addresses=of_networks([ip_network(nic.primary_address)]))
        for end in subnet_end(network, subnet_id):
            if isinstance(end, Unasked):
                yield end
            else:
                asked = _is_filtered(network, subnet_id)
                there = (
                    replace(end, endpoint=address) if asked else replace(end, endpoint=address, inbound=(), gap=None)
                )
                yield from flows_between(what, source, there, "Tcp", HTTPS)


def _is_api_server(cluster: ManagedCluster, endpoint: PrivateEndpoint) -> bool:
    return endpoint.id.name.lower() == "kube-apiserver" or any(c.target_id == cluster.id for c in endpoint.connections)


def _is_filtered(network: Network, subnet_id: ResourceId) -> bool:
    """Whether security groups are asked about what arrives at private endpoints in a subnet."""
    subnet = network.subnets.get(subnet_id)
    return subnet is not None and subnet.private_endpoint_network_policies.lower() in _WITH_SECURITY_GROUP


_WITH_SECURITY_GROUP: Final = frozenset({"enabled", "networksecuritygroupenabled"})


def _dns(network: Network, cluster: ManagedCluster) -> Flows:
    for end, servers in _name_servers(network, cluster):
        if isinstance(servers, Unasked):
            yield servers
            continue
        for text, server in servers.items():
            if not is_within(server, HOST):
                there = End(endpoint=Endpoint(addresses=server), outbound=(), inbound=(), subnet_id=end.subnet_id)
                yield from flows_between(f"DNS to {text}", end, there, "Udp", DNS)


def _azure_dns(network: Network, cluster: ManagedCluster) -> Flows:
    for end, servers in _name_servers(network, cluster):
        if isinstance(servers, Unasked):
            yield servers
        elif not servers or any(is_within(server, HOST) for server in servers.values()):
            asked = _to_tag("DNS to Azure's resolver", end, "AzurePlatformDNS", DNS)
            layers = tuple(_naming_only(layer, PLATFORM_DNS) for layer in end.outbound)
            yield replace(asked, flow=replace(asked.flow, protocol="Udp"), layers=layers)


def _naming_only(layer: Layer, tag: str) -> Layer:
    """A group as platform traffic meets it: rules that do not name its tag leave it alone."""
    rules = layer.group.rules
    named = tuple(rule for rule in rules if tag in {each.lower() for each in rule.destination.tags})
    return replace(layer, group=replace(layer.group, rules=(*named, PASSED)))


def _name_servers(network: Network, cluster: ManagedCluster) -> Iterator[tuple[End, dict[str, Intervals] | Unasked]]:
    """For each place: the servers that its network names, none for Azure's own."""
    for end in node_ends(network, cluster):
        vnet = network.virtual_networks.get(end.subnet_id.parent or end.subnet_id)
        if vnet is None:
            yield end, Unasked(gap=_unread(network, end.subnet_id))
            continue
        servers: dict[str, Intervals] = {}
        for text in vnet.dns_servers:
            try:
                servers[text.strip()] = of_networks([ip_network(ip_address(text.strip()))])
            except ValueError:
                continue
        yield end, servers


def _unread(network: Network, subnet_id: ResourceId) -> Gap:
    answer = network.virtual_network(subnet_id.parent or subnet_id)
    if isinstance(answer, NotCollected):
        return answer.gap
    return Gap(VIRTUAL_NETWORKS, subnet_id.text, None, "NotCollected", "its virtual network was not read")


def _api_server_subnet(network: Network, cluster: ManagedCluster) -> Flows:
    if not cluster.api_server_vnet_integration or cluster.api_server_subnet_id is None:
        return
    for there in subnet_end(network, cluster.api_server_subnet_id):
        if isinstance(there, Unasked):
            yield there
            continue
        for end in node_ends(network, cluster):
            yield from flows_between("traffic from nodes to the API server", end, there, "Tcp", API_SERVER)
        yield from flows_between(
            "health probes of the API server", host_end(there.subnet_id), there, "Tcp", API_SERVER_PROBE
        )


_FLOWS: Final = {
    Need.NODES: _nodes,
    Need.NODES_AND_PODS: _nodes_and_pods,
    Need.PODS: _pods,
    Need.PROBES: _probes,
    Need.EGRESS: _egress,
    Need.DNS: _dns,
    Need.WIREGUARD: _wireguard,
    Need.API_SERVER_SUBNET: _api_server_subnet,
    Need.AZURE_DNS: _azure_dns,
}
