"""`plan size`: the smallest subnets and CIDRs for a cluster that does not exist yet. Needs no Azure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

from ..analysis.addresses import smallest_prefix_length, usable_addresses
from ..analysis.kubenet_routes import KUBENET_NODES_LIMIT
from ..analysis.network_model import NetworkModel
from ..capacity.limits.nodes import CLUSTER_NODES_LIMIT, VNET_ADDRESSES_LIMIT
from ..capacity.limits.subnets import API_SERVER_ADDRESSES
from ..capacity.models import node_subnet, pod_subnet_dynamic, pod_subnet_static
from ..capacity.surge import surge_of
from ..errors import UsageError
from ..settings import Thresholds

SIZED: Final = tuple(m for m in NetworkModel if m not in (NetworkModel.MIXED, NetworkModel.UNRECOGNISED))
_NEWEST_DEFAULT_SURGE: Final = "10%"
_LONGEST_API_SERVER_PREFIX: Final = 28
_MOST: Final = 100_000
_LARGEST_VNET: Final = 1 << 24
"""A virtual network may be a /8 at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubnetSize:
    """A subnet to make."""

    role: str
    """`nodes`, `pods`, or `apiserver` where API server VNet integration is wanted."""
    prefix_length: int
    usable: int
    """Addresses that can be handed out; with static blocks, those in whole blocks."""
    need: int
    arithmetic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PodCidrSize:
    """A pod CIDR to choose, for each cluster."""

    prefix_length: int
    nodes: int
    """How many nodes it has a range for."""
    need: int
    """How many nodes need one, surge included."""
    arithmetic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The answer."""

    model: NetworkModel
    subnets: tuple[SubnetSize, ...]
    pod_cidr: PodCidrSize | None
    routes_needed: int | None
    """Kubenet: routes of each cluster's table."""
    routes_limit: int | None
    exceeds: tuple[str, ...]
    """Azure's limits that no prefix helps against; empty where it can be built."""


def plan_size(
    *,
    model: str,
    nodes: int,
    max_pods: int,
    max_surge: str | None = None,
    max_count: int | None = None,
    clusters: int = 1,
    route_limit: int = Thresholds().route_limit,
) -> Size:
    """The smallest prefixes that hold a cluster while it upgrades at its largest.

    Args:
        model: a network model's name in the contract.
        nodes: nodes of one cluster.
        max_pods: pods a node may run.
        max_surge: `2` or `33%`; None: Azure's present default.
        max_count: the autoscaler's maximum, if there is one.
        clusters: that many clusters of this kind share the subnets. Kubenet clusters do not share: each has a
            subnet and a table of its own, and the answer is for one.
        route_limit: routes that a kubenet cluster's table takes.

    Raises:
        UsageError: a number out of range, or no such model.

    >>> plan_size(model="cni-node-subnet", nodes=50, max_pods=30, max_surge="1").subnets[0].arithmetic
    '1581 = (50 + 1 surge) x (30 + 1); a /21 has 2043'
    """
    chosen = _checked(model, max_pods, max_surge)
    if min(nodes, clusters, max_count or 1) < 1 or max(nodes, clusters, max_count or 1) > _MOST:
        raise UsageError("nodes, clusters and max-count are out of range", f"give numbers from 1 to {_MOST}")
    kubenet = chosen is NetworkModel.KUBENET
    most = max(nodes, max_count or 0)
    surge = surge_of(max_surge or _NEWEST_DEFAULT_SURGE, most)
    count = f"({most} + {surge} surge)" if surge else str(most)
    sharing = 1 if kubenet else clusters
    total = f"{sharing} x {count}" if sharing > 1 else count
    in_all = sharing * (most + surge)
    subnets = [_node_subnet(chosen, max_pods, in_all, total), *_pod_subnet(chosen, max_pods, in_all, total)]
    subnets.append(_api_server(clusters))
    with_ranges = chosen in (NetworkModel.KUBENET, NetworkModel.OVERLAY)
    return Size(
        model=chosen,
        subnets=tuple(subnets),
        pod_cidr=_pod_cidr(most + surge, count) if with_ranges else None,
        routes_needed=most + surge if kubenet else None,
        routes_limit=route_limit if kubenet else None,
        exceeds=tuple(_exceeds(chosen, most + surge, subnets[0].need)),
    )


def _exceeds(model: NetworkModel, nodes: int, addresses: int) -> Iterator[str]:
    """What no prefix helps against."""
    most = KUBENET_NODES_LIMIT if model is NetworkModel.KUBENET else CLUSTER_NODES_LIMIT
    if nodes > most:
        yield f"{nodes} nodes with surge, and a cluster of this model ends at {most}"
    if model is NetworkModel.NODE_SUBNET and addresses > VNET_ADDRESSES_LIMIT:
        yield f"{addresses} addresses, and a virtual network has {VNET_ADDRESSES_LIMIT} at most"


def _checked(model: str, max_pods: int, max_surge: str | None) -> NetworkModel:
    if model not in SIZED:
        raise UsageError(f"there is no network model {model!r} to size", f"one of {', '.join(SIZED)}")
    if not 10 <= max_pods <= 250:
        raise UsageError(f"max-pods {max_pods} is not between 10 and 250", "Azure takes 10 to 250")
    if max_surge is not None and not max_surge.removesuffix("%").isdecimal():
        raise UsageError(f"max-surge {max_surge!r} is neither a number nor a percentage", "write 2 or 33%")
    return NetworkModel(model)


def _node_subnet(model: NetworkModel, max_pods: int, nodes: int, total: str) -> SubnetSize:
    if model is NetworkModel.NODE_SUBNET:
        return _subnet("nodes", nodes * node_subnet.addresses(max_pods), f"{total} x ({max_pods} + 1)")
    return _subnet("nodes", nodes, total)


def _pod_subnet(model: NetworkModel, max_pods: int, nodes: int, total: str) -> list[SubnetSize]:
    if model is NetworkModel.POD_SUBNET_DYNAMIC:
        batches = pod_subnet_dynamic.batches_held(max_pods)
        each = f"16 x ceil(0.5 + {max_pods} / 16)"
        return [_subnet("pods", nodes * batches * pod_subnet_dynamic.BATCH, f"{total} x {each}")]
    if model is NetworkModel.POD_SUBNET_STATIC:
        return [_block_subnet(nodes * pod_subnet_static.blocks(max_pods), max_pods, total)]
    return []


def _api_server(clusters: int) -> SubnetSize:
    words = f"{clusters} x {API_SERVER_ADDRESSES}" if clusters > 1 else f"{API_SERVER_ADDRESSES} of the API server"
    return _subnet("apiserver", clusters * API_SERVER_ADDRESSES, words, longest=_LONGEST_API_SERVER_PREFIX)


def _subnet(role: str, need: int, words: str, longest: int = 29) -> SubnetSize:
    if need > _LARGEST_VNET:
        raise UsageError(f"{need} addresses are more than a virtual network can have", "plan with smaller numbers")
    length = min(longest, smallest_prefix_length(need))
    usable = usable_addresses([IPv4Network((0, length))])
    sum_of = f"{need} = {words}" if str(need) != words else words
    return SubnetSize(
        role=role, prefix_length=length, usable=usable, need=need, arithmetic=f"{sum_of}; a /{length} has {usable}"
    )


def _block_subnet(blocks: int, max_pods: int, total: str) -> SubnetSize:
    if blocks * pod_subnet_static.BLOCK > _LARGEST_VNET:
        raise UsageError(f"{blocks} /28 blocks are more than a virtual network can have", "plan with smaller numbers")
    length = next(p for p in range(28, 0, -1) if pod_subnet_static.whole_blocks([IPv4Network((0, p))]) >= blocks)
    whole = pod_subnet_static.whole_blocks([IPv4Network((0, length))])
    size = pod_subnet_static.BLOCK
    return SubnetSize(
        role="pods",
        prefix_length=length,
        usable=whole * size,
        need=blocks * size,
        arithmetic=f"{blocks} /28 blocks = {total} x ceil(({max_pods} + 1) / 16); a /{length} has {whole} whole ones",
    )


def _pod_cidr(nodes: int, count: str) -> PodCidrSize:
    length = 24 - (nodes - 1).bit_length()
    holds = 1 << (24 - length)
    return PodCidrSize(
        prefix_length=length,
        nodes=holds,
        need=nodes,
        arithmetic=f"{nodes * 256} = {count} x 256; a /{length} has {holds * 256}, {holds} nodes",
    )
