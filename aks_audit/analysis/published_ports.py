"""The ports at which a cluster's services answer: the rules of the load balancers in its node resource group."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network

from ..inventory.records import Gap
from ..model import (
    Frontend,
    LoadBalancer,
    LoadBalancingRule,
    ManagedCluster,
    Network,
    NotCollected,
    PortRange,
    PublicIp,
    PublicIpPrefix,
)
from ..model.network import remembered
from ..model.security_group import ANY_PORT
from .intervals import NOTHING, Intervals, of_networks


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPort:
    """One port of one frontend, as the packets for it look when they reach a node."""

    balancer: LoadBalancer
    rule: LoadBalancingRule
    frontend: Frontend
    frontend_address: Intervals
    """Empty where none is allocated."""
    protocol: str
    """`Tcp`, `Udp`, or `*` for every port."""
    ports: tuple[PortRange, ...]
    """With floating IP the frontend's, else the backend's."""


@remembered
def published_ports(network: Network, cluster: ManagedCluster) -> tuple[PublishedPort | Gap, ...]:
    """The ports of all frontends with an address, and what was not read of them."""
    balancers = network.load_balancers_of(cluster)
    if isinstance(balancers, NotCollected):
        return (balancers.gap,)
    found: list[PublishedPort | Gap] = []
    for balancer in balancers:
        if is_of_api_server(cluster, balancer):
            continue
        if balancer.gap:
            found.append(balancer.gap)
            continue
        for rule in balancer.rules:
            frontend = balancer.frontend(rule.frontend_id)
            if frontend is None:
                continue
            address = _address(network, frontend)
            if isinstance(address, Gap):
                found.append(address)
            elif address:
                found.append(_port(balancer, rule, frontend, address))
    return tuple(dict.fromkeys(found))


def is_of_api_server(cluster: ManagedCluster, balancer: LoadBalancer) -> bool:
    """Whether it stands in front of the API server, not of services: with API server VNet integration there is one."""
    homes = {frontend.subnet_id for frontend in balancer.frontends}
    in_subnet = cluster.api_server_subnet_id is not None and cluster.api_server_subnet_id in homes
    return cluster.api_server_vnet_integration and (in_subnet or balancer.id.name.lower() == "kube-apiserver")


def _port(balancer: LoadBalancer, rule: LoadBalancingRule, frontend: Frontend, address: Intervals) -> PublishedPort:
    number = rule.frontend_port if rule.floating_ip else rule.backend_port
    is_every = rule.protocol.lower() not in ("tcp", "udp") or not number
    return PublishedPort(
        balancer=balancer,
        rule=rule,
        frontend=frontend,
        frontend_address=address,
        protocol="*" if is_every else rule.protocol,
        ports=(ANY_PORT,) if is_every or number is None else (PortRange(number, number),),
    )


def _address(network: Network, frontend: Frontend) -> Intervals | Gap:
    if frontend.address:
        return of_networks([ip_network(frontend.address)])
    if frontend.public_ip_id:
        match network.public_ip(frontend.public_ip_id):
            case PublicIp(gap=Gap() as gap) | NotCollected(gap):
                return gap
            case PublicIp(address=address) if address:
                return of_networks([ip_network(address)])
    if frontend.public_prefix_id:
        match network.public_ip_prefix(frontend.public_prefix_id):
            case PublicIpPrefix(gap=Gap() as gap) | NotCollected(gap):
                return gap
            case PublicIpPrefix(prefix=prefix) if prefix:
                return of_networks([prefix])
    return NOTHING
