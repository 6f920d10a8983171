"""Subnets: of nodes, of pods, of the API server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ...analysis.addresses import show, usable_addresses
from ...analysis.dedicated_subnets import api_server_subnet_users
from ...analysis.network_model import NetworkModel, model_of
from ...analysis.nodes import NodeSubnet, node_subnets, pod_subnet_users, users_of_subnets
from ...analysis.subnet_consumers import consumers_of
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...inventory.types import AGENT_POOLS, SUBNETS
from ...model import ManagedCluster, Missing, Network, NodePool, NotCollected, Subnet
from ...model.network import remembered
from ..limit import AzureError, Draw, Limit, LimitKind
from ..models import pod_subnet_dynamic, pod_subnet_static
from .draws import draw, gap_of

API_SERVER_ADDRESSES: Final = 9
"""What API server VNet integration reserves for each cluster.

Source: https://learn.microsoft.com/azure/aks/api-server-vnet-integration
"""

INSUFFICIENT_SUBNET: Final = AzureError(code="InsufficientSubnetSize", target="agentPoolProfile.vnetSubnetID")
_SUBNET_FULL: Final = AzureError(code="SubnetIsFull")


def node_subnet_limits(network: Network, cluster: ManagedCluster) -> tuple[Limit, ...]:
    """The addresses of each subnet in which a cluster has nodes."""
    places = [place for place in node_subnets(network, cluster) if isinstance(place, NodeSubnet)]
    return tuple(node_subnet_limit(network, place.id) for place in places)


@remembered
def node_subnet_limit(network: Network, subnet_id: ResourceId) -> Limit:
    """The addresses of a subnet: what nodes of every cluster in it take, and what is held by others."""
    subnet = network.subnet(subnet_id)
    draws = tuple(
        draw(user.cluster, user.pool, lambda node: node.subnet_addresses, _node_words(user.cluster))
        for user in users_of_subnets(network).get(subnet_id, ())
    )
    unknown_pool = _unknown_pool(network, subnet_id, draws)
    usable = _usable(subnet)
    prefixes = show(subnet.prefixes) if isinstance(subnet, Subnet) else "a subnet that was not read"
    return Limit(
        kind=LimitKind.SUBNET_ADDRESSES,
        resource_id=subnet_id,
        draws=draws,
        others=sum(c.addresses or 0 for c in consumers_of(network, subnet_id) if c.is_stranger),
        available=usable,
        room=f"usable {usable if usable is not None else '?'} in {prefixes}",
        error=INSUFFICIENT_SUBNET,
        gap=_subnet_gap(subnet, subnet_id) or gap_of(draws) or unknown_pool,
        has_unknown_draws=unknown_pool is not None,
    )


def _unknown_pool(network: Network, subnet_id: ResourceId, draws: tuple[Draw, ...]) -> Gap | None:
    """Nodes of a pool hold addresses here, and the pool itself was not read: what it needs is not known."""
    known = {(draw.cluster.id, draw.pool.name.lower()) for draw in draws}
    for consumer in consumers_of(network, subnet_id):
        owner = consumer.cluster_id
        if owner and (owner, (consumer.node_pool or "").lower()) not in known and not consumer.is_stranger:
            message = (
                f"nodes of pool {consumer.node_pool or '?'} are in {subnet_id.name}, and the pool was not read there"
            )
            return Gap(AGENT_POOLS, owner.text, None, "NotCollected", message)
    return None


def pod_subnet_limits(network: Network, cluster: ManagedCluster) -> tuple[Limit, ...]:
    """The batches or blocks of each pod subnet of a cluster."""
    return tuple(limit for subnet_id in cluster.pod_subnet_ids for limit in pod_subnet_limit(network, subnet_id))


@remembered
def pod_subnet_limit(network: Network, subnet_id: ResourceId) -> tuple[Limit, ...]:
    """A pod subnet as batches of sixteen, or as /28 blocks; both where pools of both kinds use it, which Azure
    does not allow."""
    users = pod_subnet_users(network).get(subnet_id, ())
    dynamic = [(c, p) for c, p in users if model_of(c, p) is NetworkModel.POD_SUBNET_DYNAMIC]
    static = [(c, p) for c, p in users if model_of(c, p) is NetworkModel.POD_SUBNET_STATIC]
    subnet = network.subnet(subnet_id)
    found: list[Limit] = []
    if dynamic:
        usable = _usable(subnet)
        batches = None if usable is None else pod_subnet_dynamic.whole_batches(usable)
        stranded = "" if usable is None or batches is None else f", {usable - 16 * batches} addresses never usable"
        least, most = (
            Limit(
                kind=LimitKind.POD_SUBNET_BATCHES,
                resource_id=subnet_id,
                draws=draws,
                available=batches,
                unit=pod_subnet_dynamic.BATCH,
                room=f"{batches if batches is not None else '?'} batches of 16 in {_show(subnet)}{stranded}",
                error=_SUBNET_FULL,
                gap=_subnet_gap(subnet, subnet_id) or gap_of(draws),
            )
            for draws in (
                tuple(draw(c, p, lambda node: node.pod_batches, lambda _: "16") for c, p in dynamic),
                tuple(draw(c, p, lambda node: node.pod_batches_when_full, _batch_words) for c, p in dynamic),
            )
        )
        found.append(replace(least, at_most=most))
    if static:
        draws = tuple(draw(c, p, lambda node: node.pod_blocks, _block_words) for c, p in static)
        readable = subnet if isinstance(subnet, Subnet) and _usable(subnet) is not None else None
        blocks = pod_subnet_static.whole_blocks(readable.prefixes) if readable else None
        found.append(
            Limit(
                kind=LimitKind.POD_SUBNET_BLOCKS,
                resource_id=subnet_id,
                draws=draws,
                available=blocks,
                unit=pod_subnet_static.BLOCK,
                room=f"{blocks if blocks is not None else '?'} whole /28 blocks in {_show(subnet)}",
                error=_SUBNET_FULL,
                gap=_subnet_gap(subnet, subnet_id) or gap_of(draws),
            )
        )
    return tuple(found)


def api_server_limits(network: Network, cluster: ManagedCluster) -> tuple[Limit, ...]:
    """The subnet of API server VNet integration, nine addresses a cluster, where the owner brings it."""
    subnet_id = cluster.api_server_subnet_id
    if subnet_id is None:
        return ()
    sharing = api_server_subnet_users(network)[subnet_id]
    subnet = network.subnet(subnet_id)
    usable = _usable(subnet)
    names = ", ".join(other.name for other in sharing)
    return (
        Limit(
            kind=LimitKind.APISERVER_SUBNET,
            resource_id=subnet_id,
            others=API_SERVER_ADDRESSES * len(sharing),
            others_words=f"({len(sharing)} x {API_SERVER_ADDRESSES} [{names}])",
            available=usable,
            room=f"usable {usable if usable is not None else '?'} in {_show(subnet)}",
            gap=_subnet_gap(subnet, subnet_id),
        ),
    )


def _node_words(cluster: ManagedCluster) -> Callable[[NodePool], str]:
    def words(pool: NodePool) -> str:
        is_flat = model_of(cluster, pool) is NetworkModel.NODE_SUBNET
        return f"({pool.max_pods} + 1)" if is_flat and pool.max_pods is not None else ""

    return words


def _block_words(pool: NodePool) -> str:
    return "" if pool.max_pods is None else f"16 x ceil(({pool.max_pods} + 1) / 16)"


def _batch_words(pool: NodePool) -> str:
    return "" if pool.max_pods is None else f"16 x ceil(0.5 + {pool.max_pods} / 16)"


def _usable(subnet: Subnet | Missing | NotCollected) -> int | None:
    if not isinstance(subnet, Subnet) or subnet.gap or not any(p.version == 4 for p in subnet.prefixes):
        return None
    return usable_addresses(subnet.prefixes)


def _show(subnet: Subnet | Missing | NotCollected) -> str:
    return show(subnet.prefixes) if isinstance(subnet, Subnet) else "a subnet that was not read"


def _subnet_gap(subnet: Subnet | Missing | NotCollected, subnet_id: ResourceId) -> Gap | None:
    match subnet:
        case NotCollected(gap):
            return gap
        case Missing():
            return Gap(SUBNETS, subnet_id.text, 404, "NotFound", "there is no such subnet")
        case Subnet(gap=None) if _usable(subnet) is None:
            return Gap(SUBNETS, subnet_id.text, None, "NotCollected", "no IPv4 address prefix is given")
        case _:
            return subnet.gap
