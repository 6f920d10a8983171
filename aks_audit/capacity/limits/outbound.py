"""Outbound ports: of the load balancer, and of NAT gateways."""

from __future__ import annotations

from ...analysis.nodes import NodeSubnet, node_subnets
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS, PUBLIC_IP_PREFIXES
from ...model import ManagedCluster, NatGateway, Network, NotCollected, PublicIpPrefix, Subnet
from ..horizons import pool_nodes
from ..limit import AzureError, Draw, Limit, LimitKind
from ..outbound_ports import LOAD_BALANCER_PORTS_PER_ADDRESS, NAT_GATEWAY_PORTS_PER_ADDRESS
from .draws import gap_of

_REFUSED = AzureError(
    code="InvalidLoadBalancerProfileAllocatedOutboundPorts",
    target="networkProfile.loadBalancerProfile.allocatedOutboundPorts",
)


def outbound_limits(network: Network, cluster: ManagedCluster) -> tuple[Limit, ...]:
    """The ports of a cluster's way out, by what its outbound type says."""
    match cluster.outbound_type.lower():
        case "" | "loadbalancer":
            return load_balancer_ports(network, cluster)
        case "managednatgateway" | "managednatgatewayv2" | "userassignednatgateway":
            return nat_gateway_ports(network, cluster)
        case _:
            return ()


def load_balancer_ports(network: Network, cluster: ManagedCluster) -> tuple[Limit, ...]:
    """Ports that the nodes take of the load balancer's addresses, where a node's share is set.

    Where it is not (0), Azure shares the ports out by the number of nodes and nothing can be refused.
    Azure counts maxCount and the surge of every pool, in every operation.
    """
    profile = cluster.load_balancer
    if profile is None or not profile.allocated_outbound_ports:
        return ()
    ports = profile.allocated_outbound_ports
    draws = tuple(Draw(cluster=cluster, pool=pool, nodes=pool_nodes(pool), each=ports) for pool in cluster.node_pools)
    addresses = outbound_addresses(network, cluster)
    gap = addresses.gap if isinstance(addresses, NotCollected) else None
    count = None if isinstance(addresses, NotCollected) else addresses
    available = None if count is None else count * LOAD_BALANCER_PORTS_PER_ADDRESS
    room = f"{available or '?'} = {LOAD_BALANCER_PORTS_PER_ADDRESS} x {count or '?'} addresses"
    return (
        Limit(
            kind=LimitKind.OUTBOUND_PORTS,
            resource_id=cluster.id,
            draws=draws,
            available=available,
            room=room,
            counts_surge_always=True,
            error=_REFUSED,
            gap=gap or gap_of(draws),
        ),
    )


def outbound_addresses(network: Network, cluster: ManagedCluster) -> int | NotCollected:
    """How many IPv4 addresses a cluster's load balancer has for its way out: declared, else what is really there."""
    profile = cluster.load_balancer
    absent = Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", "no outbound addresses are given")
    if profile is None:
        return NotCollected(absent)
    if profile.managed_outbound_ips:
        return profile.managed_outbound_ips
    ids = profile.outbound_ip_ids + profile.outbound_prefix_ids or profile.effective_ids
    total = 0
    for resource_id in ids:
        if resource_id.type.lower() != PUBLIC_IP_PREFIXES.lower():
            total += 1
            continue
        match network.public_ip_prefix(resource_id):
            case PublicIpPrefix() as prefix if prefix.addresses is not None:
                total += prefix.addresses
            case NotCollected() as not_collected:
                return not_collected
            case _:
                message = "its length is not known, or it does not exist"
                return NotCollected(Gap(PUBLIC_IP_PREFIXES, resource_id.text, None, "NotCollected", message))
    return total or NotCollected(absent)


def nat_gateway_ports(network: Network, cluster: ManagedCluster) -> tuple[Limit, ...]:
    """The ports of the NAT gateways on a cluster's node subnets. They are shared on demand: no need can be given."""
    gateways: dict[object, NatGateway] = {}
    for place in node_subnets(network, cluster):
        if isinstance(place, NodeSubnet) and isinstance(place.subnet, Subnet):
            gateway = network.nat_gateway_of(place.subnet)
            if isinstance(gateway, NatGateway):
                gateways[gateway.id] = gateway
    return tuple(_nat_gateway(network, cluster, gateway) for gateway in gateways.values())


def _nat_gateway(network: Network, cluster: ManagedCluster, gateway: NatGateway) -> Limit:
    prefixes = [network.public_ip_prefix(prefix_id) for prefix_id in gateway.public_prefix_ids]
    sizes = [prefix.addresses if isinstance(prefix, PublicIpPrefix) else None for prefix in prefixes]
    known = [size for size in sizes if size is not None]
    addresses = len(gateway.public_ip_ids) + sum(known) if len(known) == len(sizes) else None
    available = None if addresses is None else addresses * NAT_GATEWAY_PORTS_PER_ADDRESS
    draws = tuple(
        Draw(cluster=cluster, pool=pool, nodes=pool_nodes(pool), each=None, words="on demand")
        for pool in cluster.node_pools
    )
    return Limit(
        kind=LimitKind.NAT_GATEWAY_PORTS,
        resource_id=gateway.id,
        draws=draws,
        available=available,
        room=f"{available or '?'} = {NAT_GATEWAY_PORTS_PER_ADDRESS} x {addresses or '?'} addresses, on demand",
        gap=gateway.gap,
    )
