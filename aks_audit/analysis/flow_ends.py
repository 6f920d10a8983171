"""The ends of the flows that AKS needs: nodes, pods, subnets, with the security groups around each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import MANAGED_CLUSTERS
from ..model import ManagedCluster, Network, NotCollected, PortRange, Subnet
from .cluster_networks import pod_cidrs_in_use
from .flows import Endpoint, Flow, Layer
from .intervals import ADDRESSES, IPV4, difference, intersection, of_networks
from .network_model import NetworkModel, model_of
from .node_places import NodePlace, node_places, read_group, virtual_network_tag
from .service_tags import HOST


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredFlow:
    """One flow that has to pass, and the groups in its way."""

    what: str
    """In a message: `traffic between nodes`."""
    flow: Flow
    layers: tuple[Layer, ...]
    subnet_ids: tuple[ResourceId, ...]
    """Where it starts and ends."""
    pools: tuple[str, ...] = ()
    gap: Gap | None = None
    """A group in its way that was not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """A flow that is needed and whose ends are not known."""

    gap: Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a flow with the groups around it."""

    endpoint: Endpoint
    outbound: tuple[Layer, ...]
    inbound: tuple[Layer, ...]
    subnet_id: ResourceId
    pools: tuple[str, ...] = ()
    gap: Gap | None = None


Flows = Iterator[RequiredFlow | Unasked]


def flows_between(what: str, source: End, destination: End, protocol: str, ports: tuple[PortRange, ...] = ()) -> Flows:
    """A flow between two ends, one for each family of addresses that both have."""
    for family in (IPV4, difference(ADDRESSES, IPV4)):
        ends = [
            replace(end.endpoint, addresses=intersection(end.endpoint.addresses, family))
            for end in (source, destination)
        ]
        if all(end.place for end in ends):
            asked = Flow(source=ends[0], destination=ends[1], protocol=protocol)
            yield RequiredFlow(
                what=what,
                flow=replace(asked, ports=ports) if ports else asked,
                layers=(*source.outbound, *destination.inbound),
                subnet_ids=tuple(dict.fromkeys((source.subnet_id, destination.subnet_id))),
                pools=tuple(dict.fromkeys((*source.pools, *destination.pools))),
                gap=source.gap or destination.gap,
            )


def node_ends(network: Network, cluster: ManagedCluster) -> list[End]:
    return [_node_end(network, place) for place in node_places(network, cluster).known]


def _node_end(network: Network, place: NodePlace) -> End:
    return End(
        endpoint=place.nodes,
        outbound=place.outbound(network),
        inbound=place.inbound(network),
        subnet_id=place.subnet.id,
        pools=place.pools,
        gap=place.gap,
    )


def pod_ends(network: Network, cluster: ManagedCluster) -> Iterator[End | Unasked]:
    """Where pods have addresses of their own, apart from the nodes'. With bring-your-own CNI nobody knows here."""
    models = {model_of(cluster, pool) for pool in cluster.node_pools}
    if models & {NetworkModel.KUBENET, NetworkModel.OVERLAY}:
        pods = Endpoint(addresses=of_networks(pod_cidrs_in_use(cluster)))
        if not pods.addresses:
            message = "its pod CIDR was not read"
            yield Unasked(gap=cluster.gap or Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message))
            return
        for end in node_ends(network, cluster):
            yield replace(end, endpoint=pods)
    for subnet_id in cluster.pod_subnet_ids:
        yield from subnet_end(network, subnet_id)


def subnet_end(network: Network, subnet_id: ResourceId) -> Iterator[End | Unasked]:
    """All of a subnet, behind its own group. One that does not exist is for another rule."""
    match network.subnet(subnet_id):
        case Subnet(gap=None) as subnet:
            group, gap = read_group(network, subnet.network_security_group_id)
            tag = virtual_network_tag(network, subnet)
            yield End(
                endpoint=Endpoint(addresses=of_networks(subnet.prefixes)),
                outbound=(Layer(group=group, is_inbound=False, virtual_network=tag),) if group else (),
                inbound=(Layer(group=group, is_inbound=True, virtual_network=tag),) if group else (),
                subnet_id=subnet_id,
                gap=gap,
            )
        case Subnet(gap=Gap() as gap) | NotCollected(gap):
            yield Unasked(gap=gap)
        case _:
            return


def host_end(subnet_id: ResourceId) -> End:
    return End(endpoint=Endpoint(addresses=HOST), outbound=(), inbound=(), subnet_id=subnet_id)
