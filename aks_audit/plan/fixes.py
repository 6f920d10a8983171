"""The smallest change of each knob that makes an operation fit: searched for, and tried on the changed network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import IPv4Network

from ..analysis.addresses import overlapping, smallest_prefix_length, usable_addresses
from ..analysis.network_model import NetworkModel, cluster_model, model_of
from ..analysis.nodes import users_of_subnets
from ..analysis.subnet_consumers import consumers_of
from ..capacity.limit import Limit, LimitKind
from ..capacity.models import overlay, pod_subnet_dynamic, pod_subnet_static
from ..capacity.outbound_ports import (
    LOAD_BALANCER_PORTS_PER_ADDRESS,
    PORT_STEP,
    addresses_needed,
    highest_allocation,
)
from ..capacity.surge import surge_nodes
from ..inventory.resource_id import ResourceId
from ..model import ManagedCluster, Network, NodePool, Subnet
from .answer import Fix
from .change import now, room_for, with_clusters, with_pools, with_subnet
from .judge import Judged, Key, Operation, judge
from .settings import subnets_around

_SUBNETS = (
    LimitKind.SUBNET_ADDRESSES,
    LimitKind.POD_SUBNET_BATCHES,
    LimitKind.POD_SUBNET_BLOCKS,
    LimitKind.APISERVER_SUBNET,
)
_LONGEST_PREFIX = 29
_FEWEST_PODS = 10
_MOST_ROOMS = 4
_MOST_NODES = 1000
_MOST_ADDRESSES = 100
BEFORE = ", before the other change"
"""How the detail of a fix ends that has to come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """What may be turned for an operation."""

    operation: Operation
    judged: tuple[Judged, ...]
    targets: frozenset[str]
    """The pools that the operation is about, in lower case."""
    is_new: bool = False
    """The cluster does not exist yet, nor do its subnets need to keep their size."""
    pools_are_new: bool = False
    kind: str = ""
    asked: frozenset[str] = frozenset()
    """The numbers that the question names: `count`, `max_count` ..."""
    designed: frozenset[ResourceId] | None = None
    """The subnets that do not exist yet; None: those that nothing is in."""
    chooses_pod_cidr: bool = False
    takes: Callable[[Operation], bool] = lambda _: True
    """Whether Azure takes an operation, as far as settings go."""
    settings_refuse: bool = False

    @property
    def short(self) -> tuple[Judged, ...]:
        return tuple(item for item in self.judged if item.refuses)

    def holds(self, after: Network, wanted: Iterable[Judged]) -> bool:
        """Whether these limits fit in that network, and no other refuses that did not do so before."""
        still = {_key(item) for item in judge(replace(self.operation, after=after)) if item.refuses}
        return still <= {_key(item) for item in self.short} - {_key(item) for item in wanted}

    def has_room(self, after: Network) -> bool:
        """Whether no limit refuses the operation with that network as its outcome, nor is one unknown."""
        if any(item.refuses or item.is_unknown for item in judge(replace(self.operation, after=after))):
            return False
        return self.kind != "scale" or "max_pods" not in self.asked or not self._meets_itself(after)

    def _meets_itself(self, after: Network) -> bool:
        """Whether a pool that is made anew runs something out beside the one whose place it takes."""
        before = self.operation.before
        return any(
            side_by_side(before, cluster, pool)
            for cluster in before.all_clusters
            if cluster.id in self.operation.cluster_ids
            for pool in now(after, cluster).node_pools
            if pool.name.lower() in self.targets
        )

    def fits(self, after: Network) -> bool:
        """Whether the whole plan, asked again with that outcome, would fit."""
        return self.has_room(after) and self.takes(replace(self.operation, after=after))


def fixes_of(knobs: Knobs) -> tuple[Fix, ...]:
    """Every single change that makes what is short fit; those that disturb nothing first."""
    if not knobs.short and not knobs.settings_refuse:
        return ()
    found: list[Fix] = []
    for item in knobs.short:
        found += _of_limit(knobs, item)
    for cluster in knobs.operation.clusters:
        found += _of_pools(knobs, cluster)
        found += _ports(knobs, cluster)
    return tuple(sorted(dict.fromkeys(found), key=lambda fix: fix.disruptive))


def room_of(knobs: Knobs) -> tuple[str, ...]:
    """How much further each pool in question could grow by itself, and what would stop it."""
    found = []
    for cluster in knobs.operation.clusters:
        pools = [pool for pool in cluster.node_pools if _is_target(knobs, cluster.id, pool) and pool.count is not None]
        for pool in pools[:_MOST_ROOMS]:
            more = highest(0, _MOST_NODES, partial(_is_free, knobs, cluster, pool))
            if more is not None and more < _MOST_NODES:
                stops = _stops(knobs, cluster, pool, more + 1)
                what = ", ".join(f"{item.limit.kind.value} of {item.limit.resource_id.name}" for item in stops)
                found.append(f"Pool {pool.name} could have {more} more nodes; then {what} would run out.")
    return tuple(found)


def _is_free(knobs: Knobs, cluster: ManagedCluster, pool: NodePool, more: int) -> bool:
    return not _stops(knobs, cluster, pool, more)


def _stops(knobs: Knobs, cluster: ManagedCluster, pool: NodePool, more: int) -> list[Judged]:
    def grown(each: NodePool) -> NodePool:
        most = None if each.max_count is None else each.max_count + more
        return replace(each, count=(each.count or 0) + (0 if each.autoscaled else more), max_count=most)

    after = with_pools(knobs.operation.after, now(knobs.operation.after, cluster), grown, [pool.name])
    return [item for item in judge(replace(knobs.operation, after=after)) if item.refuses]


def highest(least: int, most: int, holds: Callable[[int], bool]) -> int | None:
    """The largest number from `least` to `most` that holds, where every smaller one does too; None: not even `least`.

    >>> highest(1, 100, lambda n: n * 31 <= 251), highest(1, 100, lambda n: n < 1)
    (8, None)
    """
    if least > most or not holds(least):
        return None
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if holds(middle) else (least, middle - 1)
    return least


def _of_limit(knobs: Knobs, item: Judged) -> Iterator[Fix]:
    match item.limit.kind:
        case kind if kind in _SUBNETS:
            yield from _larger_subnet(knobs, item)
        case LimitKind.POD_RANGES:
            yield from _larger_pod_cidr(knobs, item)
        case LimitKind.ROUTE_TABLE_ROUTES | LimitKind.CLUSTER_NODES if _kubenet(knobs):
            yield Fix(change="move to overlay", detail="it needs no routes; 5000 nodes a cluster", disruptive=True)
        case LimitKind.POOL_NODES:
            yield Fix(change="use a second pool", detail="1000 nodes are the most of one", disruptive=False)
        case LimitKind.VNET_ADDRESSES:
            yield Fix(change="move to overlay", detail="its pods take no address of the network", disruptive=True)


def _kubenet(knobs: Knobs) -> bool:
    return any(cluster_model(cluster) is NetworkModel.KUBENET for cluster in knobs.operation.clusters)


def _larger_subnet(knobs: Knobs, item: Judged) -> Iterator[Fix]:
    limit = item.limit
    after, subnet = knobs.operation.after, knobs.operation.after.subnets.get(limit.resource_id)
    need: int | None = getattr(limit.needed, item.horizon)
    if subnet is None or need is None or limit.available is None:
        return
    in_words = _subnet_words(limit, item.horizon)
    if not _may_be_resized(knobs, subnet) and _takes_prefixes(limit, subnet):
        length = _smallest(limit, lambda n: _units(limit, (*subnet.prefixes, room_for(n))) >= need)
        if length is not None and knobs.holds(_resized(after, subnet, length, keep=True), [item]):
            yield Fix(
                change=f"add a /{length} to the address prefixes of subnet {subnet.id.name}",
                detail=f"{_units(limit, (*subnet.prefixes, room_for(length)))} {in_words}, {need} needed; several"
                " prefixes of a subnet have limits that Azure lists, one IPv4 address to a NIC among them",
                disruptive=False,
            )
    length = _smallest(limit, lambda n: _units(limit, (room_for(n),)) >= need)
    if length is not None and knobs.holds(_resized(after, subnet, length, keep=False), [item]):
        resized = _may_be_resized(knobs, subnet)
        yield Fix(
            change=f"make subnet {subnet.id.name} a /{length}" if resized else f"use a new subnet, a /{length}",
            detail=f"{_units(limit, (room_for(length),))} {in_words}, {need} needed{_full(limit, item.horizon)}",
            disruptive=not knobs.is_new,
        )
    if knobs.pools_are_new and not knobs.is_new:
        yield from _own_subnet(knobs, item)


def _may_be_resized(knobs: Knobs, subnet: Subnet) -> bool:
    """It is part of the design, and nothing is in it yet."""
    if not knobs.is_new or (knobs.designed is not None and subnet.id not in knobs.designed):
        return False
    mine = knobs.operation.cluster_ids
    users = [u.cluster.id for u in users_of_subnets(knobs.operation.after).get(subnet.id, ())]
    users += [c.id for c in knobs.operation.after.all_clusters if c.api_server_subnet_id == subnet.id]
    held = [c.cluster_id for c in consumers_of(knobs.operation.after, subnet.id)]
    return all(cluster_id in mine for cluster_id in (*users, *held))


def _takes_prefixes(limit: Limit, subnet: Subnet) -> bool:
    """Another prefix helps where each NIC holds one address, and not in delegated subnets.

    Source: https://learn.microsoft.com/azure/virtual-network/how-to-multiple-prefixes-subnet
    """
    if limit.kind is not LimitKind.SUBNET_ADDRESSES or subnet.delegations:
        return False
    return all(draw.each == 1 for draw in limit.draws)


def _own_subnet(knobs: Knobs, item: Judged) -> Iterator[Fix]:
    """The new pools in a subnet of their own."""
    mine = tuple(d for d in item.limit.draws if _is_target(knobs, d.cluster.id, d.pool))
    alone = replace(item.limit, draws=mine, others=0)
    need: int | None = getattr(alone.needed, item.horizon)
    if not need or len(mine) == len(item.limit.draws):
        return
    length = _smallest(alone, lambda n: _units(alone, (room_for(n),)) >= need)
    if length is not None:
        yield Fix(
            change=f"put {', '.join(d.pool.name for d in mine)} into a subnet of its own, a /{length}",
            detail=f"{_units(alone, (room_for(length),))} {_subnet_words(alone, item.horizon)}, {need} needed",
            disruptive=False,
        )


def _smallest(limit: Limit, holds: Callable[[int], bool]) -> int | None:
    longest = _LONGEST_PREFIX if limit.kind is not LimitKind.APISERVER_SUBNET else 28
    return next((length for length in range(longest, 0, -1) if holds(length)), None)


def _units(limit: Limit, prefixes: tuple[IPv4Network, ...] | tuple[object, ...]) -> int:
    """What prefixes yield in a limit's own unit."""
    networks = [prefix for prefix in prefixes if isinstance(prefix, IPv4Network)]
    match limit.kind:
        case LimitKind.POD_SUBNET_BATCHES:
            return pod_subnet_dynamic.whole_batches(usable_addresses(networks))
        case LimitKind.POD_SUBNET_BLOCKS:
            return pod_subnet_static.whole_blocks(networks)
        case _:
            return usable_addresses(networks)


def _subnet_words(limit: Limit, _horizon: str) -> str:
    words = {LimitKind.POD_SUBNET_BATCHES: "batches of 16", LimitKind.POD_SUBNET_BLOCKS: "whole /28 blocks"}
    return words.get(limit.kind, "usable")


def _full(limit: Limit, horizon: str) -> str:
    """The size for nodes full of pods, where ARM shows no more than the least that is taken."""
    need: int | None = getattr(limit.at_most.needed, horizon) if limit.at_most else None
    if need is None:
        return ""
    return f"; full nodes need a /{smallest_prefix_length(need * limit.unit)}"


def _resized(network: Network, subnet: Subnet, length: int, *, keep: bool) -> Network:
    prefixes = (*(subnet.prefixes if keep else ()), room_for(length))
    return with_subnet(network, replace(subnet, prefixes=prefixes))


def _larger_pod_cidr(knobs: Knobs, item: Judged) -> Iterator[Fix]:
    """Overlay's pod CIDR grows to a superset, with Linux pools and IPv4; no other can be changed at all."""
    need: int | None = getattr(item.limit.needed, item.horizon)
    cluster = next((c for c in knobs.operation.clusters if c.id == item.limit.resource_id), None)
    if cluster is None or not need:
        return
    ipv4 = [cidr for cidr in cluster.pod_cidrs if isinstance(cidr, IPv4Network)]
    length = 24 - (need - 1).bit_length()
    if len(ipv4) != 1 or not 0 < length < ipv4[0].prefixlen:
        return
    larger = ipv4[0].supernet(new_prefix=length)
    cidrs = tuple(larger if cidr is ipv4[0] else cidr for cidr in cluster.pod_cidrs)
    fits = knobs.holds(with_clusters(knobs.operation.after, [replace(cluster, pod_cidrs=cidrs)]), [item])
    taken = [p for subnet in subnets_around(knobs.operation.after, cluster) for p in subnet.prefixes]
    clashes = overlapping([larger], [*taken, *cluster.service_cidrs])
    if not fits:
        return
    detail = f"{overlay.node_ranges([larger])} nodes, {need} needed"
    if knobs.chooses_pod_cidr:
        yield Fix(change=f"choose a /{length} with --pod-cidr", detail=detail, disruptive=False)
        return
    if knobs.is_new:
        yield Fix(change=f"choose a /{length} as pod CIDR", detail=detail, disruptive=False)
    elif cluster_model(cluster) is NetworkModel.OVERLAY and not any(p.is_windows for p in cluster.node_pools):
        if not clashes:
            yield Fix(change=f"expand the pod CIDR to {larger}", detail=detail, disruptive=True)
    else:
        change = f"move to overlay with a /{length} as pod CIDR"
        yield Fix(change=change, detail=f"{detail}; this pod CIDR cannot be changed", disruptive=True)


def _ports(knobs: Knobs, cluster: ManagedCluster) -> Iterator[Fix]:
    """More outbound addresses, or the highest number of ports that is valid."""
    item = next((i for i in knobs.judged if _key(i) == (LimitKind.OUTBOUND_PORTS, cluster.id)), None)
    need: int | None = getattr(item.limit.needed, item.horizon) if item else None
    if item is None or cluster.load_balancer is None or not need or not item.limit.available:
        return
    profile, after = cluster.load_balancer, knobs.operation.after
    ports = profile.allocated_outbound_ports or 1
    if not item.refuses and not (ports > 1 and ports % PORT_STEP) and ports <= LOAD_BALANCER_PORTS_PER_ADDRESS:
        return
    nodes, have = need // ports, item.limit.available // LOAD_BALANCER_PORTS_PER_ADDRESS
    wanted = addresses_needed(nodes, ports)
    more = replace(profile, managed_outbound_ips=wanted)
    if have < wanted <= _MOST_ADDRESSES and knobs.fits(with_clusters(after, [replace(cluster, load_balancer=more)])):
        own = not profile.managed_outbound_ips
        yield Fix(
            change=f"{wanted - have} more outbound IP{'s' if wanted - have > 1 else ''} of your own"
            if own
            else f"managed outbound IPs: {wanted} (now {have})",
            detail=f"{wanted} x {LOAD_BALANCER_PORTS_PER_ADDRESS} = {wanted * LOAD_BALANCER_PORTS_PER_ADDRESS} ports,"
            f" {need} needed",
            disruptive=False,
        )
    nearest = PORT_STEP * ((ports + PORT_STEP // 2) // PORT_STEP)
    fewer = min(highest_allocation(nodes, have), nearest)
    less = replace(profile, allocated_outbound_ports=fewer)
    if fewer >= PORT_STEP and knobs.fits(with_clusters(after, [replace(cluster, load_balancer=less)])):
        most = "the highest that fits" if fewer < nearest else "the nearest that is valid"
        yield Fix(
            change=f"allocated outbound ports: {fewer} ({'asked' if 'ports' in knobs.asked else 'now'} {ports})",
            detail=f"{nodes} x {fewer} = {nodes * fewer} of {item.limit.available}; {most}",
            disruptive=False,
        )


def _of_pools(knobs: Knobs, cluster: ManagedCluster) -> Iterator[Fix]:
    mine = [item for item in knobs.short if any(draw.cluster.id == cluster.id for draw in item.limit.draws)]
    if knobs.operation.surging is not None:
        yield from _gentler_upgrade(knobs, cluster, mine)
        yield from _lower_pools(knobs, cluster, mine)
        return
    yield from _asked_numbers(knobs, cluster, mine)
    yield from _lower_pools(knobs, cluster, mine)
    yield from _fewer_pods(knobs, cluster, mine)
    always = [item for item in mine if item.limit.counts_surge_always]
    if always:
        yield from _lower_surge(knobs, cluster, always)


def _lower_pools(knobs: Knobs, cluster: ManagedCluster, mine: list[Judged]) -> Iterator[Fix]:
    """A lower maximum of a pool that the operation is not about, before it."""
    for pool in cluster.node_pools:
        draws = any(_is_pool(d.cluster.id, d.pool, cluster, pool) for item in mine for d in item.limit.draws)
        if _is_target(knobs, cluster.id, pool) and knobs.operation.surging is None and knobs.kind != "migrate":
            continue
        if not draws or pool.count is None or not (pool.autoscaled and pool.max_count and pool.max_count > pool.count):
            continue
        least, most = max(1, pool.count, pool.min_count or 0), pool.max_count
        found = highest(least, most - 1, lambda nodes: knobs.has_room(_with_most(knobs, cluster, pool, nodes)))  # noqa: B023
        if found is not None and knobs.fits(_with_most(knobs, cluster, pool, found)):
            yield Fix(
                change=f"max-count {found} on pool {pool.name} (now: {most})",
                detail=f"the most that fits{BEFORE}; {found + 1} does not",
                disruptive=False,
            )


def _with_most(knobs: Knobs, cluster: ManagedCluster, pool: NodePool, nodes: int) -> Network:
    after = knobs.operation.after
    return with_pools(after, now(after, cluster), lambda each: replace(each, max_count=nodes), [pool.name])


def _asked_numbers(knobs: Knobs, cluster: ManagedCluster, mine: list[Judged]) -> Iterator[Fix]:
    """Fewer nodes of a pool that the operation is about: of those numbers alone that were asked for."""
    for pool in cluster.node_pools:
        draws = any(_is_pool(d.cluster.id, d.pool, cluster, pool) for item in mine for d in item.limit.draws)
        if not _is_target(knobs, cluster.id, pool) or pool.count is None or not (draws or knobs.settings_refuse):
            continue
        if not pool.autoscaled:
            if "count" in knobs.asked:
                yield from _fewest(knobs, cluster, pool, ("count",), range(pool.count))
            continue
        if pool.max_count is None:
            continue
        alone: list[Fix] = []
        if "max_count" in knobs.asked:
            yield from _fewest(knobs, cluster, pool, ("max_count",), range(1, pool.max_count))
        elif "count" in knobs.asked:
            within = range(pool.min_count or 0, min(pool.count, pool.max_count + 1))
            alone = list(_fewest(knobs, cluster, pool, ("count",), within))
            yield from alone
            as_asked = _numbered(pool, ("max_count",), pool.count)
            if pool.count > pool.max_count and knobs.fits(_in_place(knobs, cluster, as_asked)):
                yield Fix(
                    change=f"max-count {pool.count} with count {pool.count} on pool {pool.name}"
                    f" (now: {pool.max_count})",
                    detail="both in one change",
                    disruptive=False,
                )
            elif not alone:
                most = max(pool.count, pool.max_count)
                yield from _fewest(knobs, cluster, pool, ("count", "max_count"), range(1, most))


def _fewest(
    knobs: Knobs, cluster: ManagedCluster, pool: NodePool, words: tuple[str, ...], among: range
) -> Iterator[Fix]:
    """The largest number that fits, with the other numbers no larger."""

    def has_room(nodes: int) -> bool:
        return knobs.has_room(_in_place(knobs, cluster, _numbered(pool, words, nodes)))

    found = highest(among.start, among.stop - 1, has_room)
    if found is None:
        return
    changed = _numbered(pool, words, found)
    if not knobs.fits(_in_place(knobs, cluster, changed)):
        return
    others = [
        f"{name.replace('_', '-')} {getattr(changed, name)}"
        for name in ("count", "max_count", "min_count")
        if name != words[0] and getattr(changed, name) != getattr(pool, name)
    ]
    asked = getattr(pool, words[0])
    with_ = f" with {' and '.join(others)}" if others else ""
    tail = f"; {found + 1} does not" if not has_room(found + 1) else ""
    yield Fix(
        change=f"{words[0].replace('_', '-')} {found}{with_} on pool {pool.name} (asked: {asked})",
        detail=f"the most that fits{tail}",
        disruptive=False,
    )


def _numbered(pool: NodePool, words: tuple[str, ...], nodes: int) -> NodePool:
    """The pool with so many nodes, or at most so many, and its other numbers in order."""
    if words == ("count",):
        return replace(pool, count=nodes)
    least = None if pool.min_count is None else min(pool.min_count, nodes)
    return replace(pool, count=min(pool.count or 0, nodes), max_count=nodes, min_count=least)


def _in_place(knobs: Knobs, cluster: ManagedCluster, pool: NodePool) -> Network:
    return with_pools(knobs.operation.after, now(knobs.operation.after, cluster), lambda _: pool, [pool.name])


def side_by_side(network: Network, cluster: ManagedCluster, changed: NodePool) -> list[Judged]:
    """What runs out while a pool and the one that shall take its place both exist."""
    double = replace(changed, name=f"{changed.name}2")
    both = with_clusters(network, [replace(cluster, node_pools=(*cluster.node_pools, double))])
    return [i for i in judge(Operation(before=network, after=both, cluster_ids=(cluster.id,))) if i.refuses]


def _fewer_pods(knobs: Knobs, cluster: ManagedCluster, mine: list[Judged]) -> Iterator[Fix]:
    """A smaller maxPods of the pools that the operation is about; of pools that exist, by making them anew."""
    flat = (NetworkModel.NODE_SUBNET, NetworkModel.POD_SUBNET_STATIC)
    pools = [
        pool
        for pool in cluster.node_pools
        if _is_target(knobs, cluster.id, pool) and model_of(cluster, pool) in flat and pool.max_pods
    ]
    kinds = (LimitKind.SUBNET_ADDRESSES, LimitKind.POD_SUBNET_BLOCKS, LimitKind.VNET_ADDRESSES)
    wanted = [item for item in mine if item.limit.kind in kinds]
    if not pools or not wanted:
        return
    names, most = [pool.name for pool in pools], max(pool.max_pods or 0 for pool in pools)

    anew = not (knobs.kind == "add-pool" or knobs.is_new)

    def capped(pool: NodePool, max_pods: int) -> NodePool:
        return replace(pool, max_pods=min(pool.max_pods or 0, max_pods))

    def outcome(max_pods: int) -> Network:
        after = knobs.operation.after
        return with_pools(after, now(after, cluster), partial(capped, max_pods=max_pods), names)

    def has_room(max_pods: int) -> bool:
        if not knobs.has_room(outcome(max_pods)):
            return False
        before = knobs.operation.before
        return not anew or not any(side_by_side(before, now(before, cluster), capped(p, max_pods)) for p in pools)

    found = highest(_FEWEST_PODS, most - 1, has_room)
    if found is not None and knobs.fits(outcome(found)):
        again = "; maxPods is fixed, so the pool has to be made anew, and both fit side by side" if anew else ""
        yield Fix(
            change=f"max-pods {found} on {_pools(names)} ({'now' if again else 'asked'}: {most})",
            detail=f"the most that fits; {found + 1} does not{again}",
            disruptive=anew,
        )


def _gentler_upgrade(knobs: Knobs, cluster: ManagedCluster, mine: list[Judged]) -> Iterator[Fix]:
    operation = knobs.operation
    if not operation.one_pool and len(operation.surging or ()) > 1:
        alone = {
            pool.name: not any(
                item.refuses or item.is_unknown
                for item in judge(replace(operation, surging=frozenset([pool.name.lower()]), one_pool=True))
            )
            for pool in cluster.node_pools
        }
        if all(alone.values()) and knobs.takes(operation):
            yield Fix(change="upgrade one pool at a time", detail="each fits alone", disruptive=False)
    yield from _lower_surge(knobs, cluster, mine)


def _lower_surge(knobs: Knobs, cluster: ManagedCluster, wanted: list[Judged]) -> Iterator[Fix]:
    """The highest surge that fits, the same for every pool that surges more."""
    names = knobs.operation.surging
    pools = [pool for pool in cluster.node_pools if names is None or pool.name.lower() in names]
    surges = {pool.name: surge_nodes(pool, max(pool.count or 0, pool.max_count or 0)) for pool in pools}
    most = max(surges.values(), default=0)

    def holds(surge: int) -> bool:
        return knobs.has_room(_with_surge(knobs, cluster, [n for n, s in surges.items() if s > surge], surge))

    found = highest(1, most - 1, holds) if wanted else None
    if found is not None and knobs.takes(knobs.operation):
        names_ = [name for name, surge in surges.items() if surge > found]
        yield Fix(
            change=f"max-surge {found} on {_pools(names_)} (now {most})",
            detail=f"the most that fits; {found + 1} does not. The upgrade takes longer",
            disruptive=False,
        )
        return
    users = [pool.name for pool in pools if pool.mode.lower() != "system" and surges[pool.name]]
    if wanted and users and knobs.fits(_with_surge(knobs, cluster, users, 0)):
        yield Fix(
            change=f"max-surge 0 with max-unavailable 1 on {_pools(users)}",
            detail="the upgrade takes a node away before it brings a new one",
            disruptive=True,
        )


def _with_surge(knobs: Knobs, cluster: ManagedCluster, names: list[str], surge: int) -> Network:
    def gentler(pool: NodePool) -> NodePool:
        return replace(pool, max_surge=str(surge), max_unavailable="1" if not surge else pool.max_unavailable)

    return with_pools(knobs.operation.after, now(knobs.operation.after, cluster), gentler, names)


def _pools(names: list[str]) -> str:
    return f"pool{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _key(item: Judged) -> Key:
    return item.limit.kind, item.limit.resource_id


def _is_pool(cluster_id: ResourceId, drawing: NodePool, cluster: ManagedCluster, pool: NodePool) -> bool:
    return cluster_id == cluster.id and drawing.name == pool.name


def _is_target(knobs: Knobs, cluster_id: ResourceId, pool: NodePool) -> bool:
    return cluster_id in knobs.operation.cluster_ids and pool.name.lower() in knobs.targets
