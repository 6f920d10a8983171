"""The operations on a cluster that exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import msgspec

from ..analysis.network_model import NetworkModel, cluster_model
from ..analysis.nodes import NodeSubnet, node_subnets
from ..errors import UsageError
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import MANAGED_CLUSTERS
from ..model import LoadBalancerProfile, ManagedCluster, Network, NodePool, Subnet
from .answer import Fix, Plan, Verdict
from .change import NewPool, find_cluster, find_pool, new_node_pool, now, pool_changed, with_clusters, with_pools
from .fixes import BEFORE, Knobs, fixes_of, room_of, side_by_side
from .judge import Operation, constraints, gaps, is_latent, judge, refusals
from .settings import MAX_PODS, Refused, Written, refused_settings

MOST: Final = 100_000
"""Of anything that is counted here; no limit of Azure's comes near it."""


def plan_pool(
    network: Network,
    cluster_name: str,
    pool_name: str,
    *,
    count: int | None = None,
    min_count: int | None = None,
    max_count: int | None = None,
    max_pods: int | None = None,
    max_surge: str | None = None,
) -> Plan:
    """Whether a pool can be scaled or set otherwise. On an autoscaled pool `count` is the present count.

    Raises:
        UsageError: no such cluster or pool, or numbers that contradict each other.
    """
    cluster = find_cluster(network, cluster_name)
    pool = find_pool(cluster, pool_name)
    check_numbers(count=count, min_count=min_count, max_count=max_count, max_pods=max_pods, max_surge=max_surge)
    given = {"count": count, "min_count": min_count, "max_count": max_count, "max_pods": max_pods}
    changed = pool_changed(pool, max_surge=max_surge, **given)
    after = with_pools(network, cluster, lambda _: changed, [pool.name])
    steps = []
    if changed.autoscaled and not pool.autoscaled:
        steps.append(f"This turns the cluster autoscaler on for pool {pool.name}.")
    if max_pods is not None and max_pods != pool.max_pods:
        steps += _recreating(network, cluster, changed)
    words = {**given, "max_surge": max_surge}
    title = ", ".join(f"{name.replace('_', '-')} {value}" for name, value in words.items() if value is not None)
    operation = Operation(before=network, after=after, cluster_ids=(cluster.id,))
    return answer(
        "scale",
        f"pool {cluster.name}/{pool.name}: {title or 'as it is'}",
        operation,
        targets=[pool.name],
        steps=steps,
        new_pools=[pool.name] if max_pods is not None and max_pods != pool.max_pods else (),
        asked=[name for name, value in given.items() if value is not None],
    )


def plan_upgrade(network: Network, cluster_name: str, pool: str | None = None) -> Plan:
    """Whether all pools of a cluster can be upgraded together, or one of them.

    Raises:
        UsageError: no such cluster or pool.
    """
    cluster = find_cluster(network, cluster_name)
    pools = [find_pool(cluster, pool)] if pool else list(cluster.node_pools)
    names = frozenset(each.name.lower() for each in pools)
    operation = Operation(
        before=network, after=network, cluster_ids=(cluster.id,), surging=names, one_pool=pool is not None
    )
    title = f"upgrade {cluster.name}/{pools[0].name}" if pool else f"upgrade all pools of {cluster.name} together"
    no_pools = Gap(
        "Microsoft.ContainerService/managedClusters/agentPools",
        cluster.id.text,
        None,
        "NotCollected",
        "the cluster lists no pools",
    )
    return answer("upgrade", title, operation, targets=names, unknown=() if pools else (no_pools,))


def plan_add_pools(network: Network, cluster_name: str, pools: Sequence[NewPool]) -> Plan:
    """Whether new pools can be added.

    Raises:
        UsageError: no such cluster or subnet, or a pool of that name is there.
    """
    cluster = changed = find_cluster(network, cluster_name)
    for wanted in pools:
        check_numbers(
            count=wanted.count,
            min_count=wanted.min_count,
            max_count=wanted.max_count,
            max_pods=wanted.max_pods,
            max_surge=wanted.max_surge,
        )
        pool = new_node_pool(network, changed, wanted)
        changed = replace(changed, node_pools=(*changed.node_pools, pool))
    after = with_clusters(network, [changed])
    names = [wanted.name for wanted in pools]
    operation = Operation(before=network, after=after, cluster_ids=(cluster.id,))
    return answer(
        "add-pool",
        f"add {', '.join(names)} to {cluster.name}",
        operation,
        targets=names,
        new_pools=names,
        asked=["count", "max_count"],
        steps=_route_table_steps(after, cluster, changed, names),
    )


def plan_outbound(
    network: Network,
    cluster_name: str,
    *,
    allocated_outbound_ports: int | None = None,
    managed_outbound_ips: int | None = None,
) -> Plan:
    """Whether a cluster's outbound settings can be changed so. Without any it is: can the cluster be written to?

    Raises:
        UsageError: no such cluster, or a number that means nothing.
    """
    check_most({"allocated-outbound-ports": allocated_outbound_ports, "managed-outbound-ips": managed_outbound_ips})
    cluster = find_cluster(network, cluster_name)
    profile = cluster.load_balancer or LoadBalancerProfile(
        managed_outbound_ips=1,
        outbound_ip_ids=(),
        outbound_prefix_ids=(),
        effective_ids=(),
        allocated_outbound_ports=None,
    )
    words = []
    if allocated_outbound_ports is not None:
        profile = replace(profile, allocated_outbound_ports=allocated_outbound_ports)
        words.append(f"{allocated_outbound_ports} allocated outbound ports")
    if managed_outbound_ips is not None:
        profile = replace(
            profile, managed_outbound_ips=managed_outbound_ips, outbound_ip_ids=(), outbound_prefix_ids=()
        )
        words.append(f"{managed_outbound_ips} managed outbound IPs")
    changed = replace(cluster, load_balancer=profile) if words else cluster
    return answer(
        "outbound" if words else "update",
        f"{cluster.name}: {', '.join(words)}" if words else f"any write to {cluster.name} as it is",
        Operation(before=network, after=with_clusters(network, [changed]), cluster_ids=(cluster.id,)),
        targets=[],
        egress_changes=bool(words),
        asked=["ports"] if allocated_outbound_ports is not None else (),
    )


def answer(
    kind: str,
    title: str,
    operation: Operation,
    *,
    targets: Iterable[str],
    steps: Iterable[str] = (),
    new_pools: Iterable[str] = (),
    egress_changes: bool = False,
    is_new: bool = False,
    blockers: Iterable[Refused] = (),
    unknown: Iterable[Gap] = (),
    asked: Iterable[str] = (),
    designed: frozenset[ResourceId] | None = None,
    chooses_pod_cidr: bool = False,
) -> Plan:
    """Put an answer together: the limits, the settings, and what would help.

    Args:
        asked: the numbers that the question names, so that no answer changes another one.
        designed: the subnets that do not exist yet; None: all of a new cluster that nothing is in.
        chooses_pod_cidr: the pod CIDR is an argument.
    """
    judged = judge(operation)
    names, touched = (frozenset(name.lower() for name in group) for group in (new_pools, targets))
    there = {pool.name.lower() for c in operation.before.all_clusters for pool in c.node_pools}
    counts_asked = bool({"count", "min_count", "max_count"} & set(asked))

    def settings(changed: Operation) -> Iterator[Refused | Gap]:
        for cluster in changed.clusters:
            yield from refused_settings(
                Written(
                    network=changed.after,
                    cluster=cluster,
                    is_new=is_new,
                    new_pools=names,
                    kept_names=names & there if kind == "scale" else frozenset(),
                    touched_pools=touched if kind in ("scale", "upgrade", "add-pool") else frozenset(),
                    egress_changes=egress_changes,
                    counts_asked=counts_asked,
                    chooses_pod_cidr=chooses_pod_cidr,
                )
            )

    refused, unread = list(blockers), [*unknown, *gaps(judged)]
    given = any(item.blocker.refuses for item in refused)
    for found in settings(operation):
        if isinstance(found, Gap):
            unread.append(found)
        else:
            refused.append(found)
    stops = any(item.refuses for item in judged) or any(item.blocker.refuses for item in refused)
    cannot_tell = bool(unread) or any(item.is_unknown for item in judged)
    verdict = Verdict.DOES_NOT_FIT if stops else Verdict.CANNOT_TELL if cannot_tell else Verdict.FITS
    knobs = Knobs(
        operation=operation,
        judged=judged,
        targets=touched,
        is_new=is_new,
        pools_are_new=bool(names),
        kind=kind,
        asked=frozenset(asked),
        designed=designed,
        chooses_pod_cidr=chooses_pod_cidr,
        takes=partial(_takes, settings, given or bool(unread)),
        settings_refuse=any(item.blocker.refuses for item in refused),
    )
    fixes = fixes_of(knobs)
    errors = [*(item.error for item in refused if item.error and item.blocker.refuses), *refusals(judged)]
    return Plan(
        operation=kind,
        title=title,
        verdict=verdict,
        latent=verdict is Verdict.FITS and is_latent(judged),
        errors=tuple(dict.fromkeys(errors)),
        constraints=constraints(judged),
        blockers=tuple(dict.fromkeys(item.blocker for item in refused)),
        steps=(*steps, *_order(fixes), *_notes(operation)),
        fixes=fixes,
        room=room_of(knobs) if verdict is Verdict.FITS else (),
        unknown=tuple(
            sorted(dict.fromkeys((*(unread if verdict is not Verdict.FITS else ()), *_hidden(operation.after))))
        ),
    )


def _takes(settings: Callable[[Operation], Iterator[Refused | Gap]], never: bool, changed: Operation) -> bool:
    """Whether Azure takes an operation, as far as settings go."""
    found = () if never else settings(changed)
    return not never and not any(isinstance(item, Gap) or item.blocker.refuses for item in found)


def _hidden(network: Network) -> Iterator[Gap]:
    """Clusters whose listing was refused may draw on the same subnets: what they come to later is not known."""
    for gap in network.gaps:
        if (
            gap.resource_type.lower() == MANAGED_CLUSTERS.lower()
            and f"/{MANAGED_CLUSTERS}/".lower() not in gap.scope.lower()
        ):
            words = "clusters that were not listed may draw on the same subnets, so what comes later is not known"
            yield msgspec.structs.replace(gap, message=f"{gap.message}; {words}" if gap.message else words)


def check_numbers(
    *,
    count: int | None = None,
    min_count: int | None = None,
    max_count: int | None = None,
    max_pods: int | None = None,
    max_surge: str | None = None,
) -> None:
    """
    Raises:
        UsageError: a number that means nothing.
    """
    for name, value in (("count", count), ("min-count", min_count)):
        if value is not None and value < 0:
            raise UsageError(f"{name} {value} is below 0", "give the number of nodes")
    if max_count is not None and max_count < 1:
        raise UsageError(f"max-count {max_count} is below 1", "give the number of nodes")
    if max_pods is not None and max_pods not in MAX_PODS:
        raise UsageError(f"max-pods {max_pods} is not between 10 and 250", "Azure takes 10 to 250")
    if max_surge is not None and not re.fullmatch("[0-9]+%?", max_surge):
        raise UsageError(f"max-surge {max_surge!r} is neither a number nor a percentage", "write 2 or 33%")
    if max_surge is not None and len(max_surge.lstrip("0").removesuffix("%")) > len(str(MOST)):
        raise UsageError(f"max-surge is above {MOST}", "write 2 or 33%")
    check_most({"count": count, "min-count": min_count, "max-count": max_count, "max-pods": max_pods})


def check_most(numbers: Mapping[str, int | None]) -> None:
    """
    Raises:
        UsageError: a number beyond anything that Azure could mean.
    """
    for name, value in numbers.items():
        if value is not None and abs(value) > MOST:
            raise UsageError(f"{name} is above {MOST}" if value > 0 else f"{name} is below 0", "see if it was mistyped")


def _recreating(network: Network, cluster: ManagedCluster, changed: NodePool) -> list[str]:
    """maxPods is fixed when a pool is made: what it takes to change it, and whether both fit side by side."""
    short = side_by_side(network, cluster, changed)
    sums = f" ({short[0].limit.arithmetic(short[0].horizon)}): replace it in another subnet" if short else ""
    return [
        f"maxPods of a pool cannot be changed: make a pool with maxPods {changed.max_pods}, move the workloads,"
        f" and delete {changed.name}. The figures here are those after that.",
        f"While both pools exist, {'they do not fit side by side' if short else 'both fit side by side'}{sums}.",
    ]


def _route_table_steps(
    after: Network, cluster: ManagedCluster, changed: ManagedCluster, names: Iterable[str]
) -> list[str]:
    """Kubenet: AKS associates its table with a new subnet only at the next write, and a different one never."""
    if cluster_model(cluster) is not NetworkModel.KUBENET:
        return []
    new = {name.lower() for name in names}
    tables = {
        place.subnet.route_table_id
        for place in node_subnets(after, cluster)
        if isinstance(place, NodeSubnet) and isinstance(place.subnet, Subnet)
    }
    steps = []
    for place in node_subnets(after, now(after, changed)):
        if not isinstance(place, NodeSubnet) or not isinstance(place.subnet, Subnet):
            continue
        table = place.subnet.route_table_id
        if all(pool.name.lower() in new for pool in place.pools) and table not in tables:
            theirs = next((t.name for t in tables if t), "the cluster's route table")
            has = f"has route table {table.name}" if table else "has no route table"
            steps.append(
                f"Subnet {place.id.name} {has}: associate {theirs} with it before the pool is made, or its pods"
                " cannot be reached from the other nodes."
            )
    return steps


def _order(fixes: Iterable[Fix]) -> list[str]:
    """Every pool is written on its own, and each write is tested against what is stored of the others."""
    if not any(BEFORE in fix.detail for fix in fixes):
        return []
    return ["Shrink first, grow last: each write is tested against the maxima that are stored for the other pools."]


def _notes(operation: Operation) -> list[str]:
    return [
        f"{cluster.name} provisions nodes automatically: those are in no pool, and come on top of these figures."
        for cluster in operation.clusters
        if cluster.node_auto_provisioning
    ]
