"""From the Network to the Report: run the rules, reconstruct the clusters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .analysis.egress_path import egress_of, pod_egress_of
from .analysis.kubenet_routes import kubenet_routes
from .analysis.network_model import NetworkModel, cluster_model, model_of
from .analysis.nodes import NodeSubnet, node_subnet_id, node_subnets, nodes_of
from .capacity.horizons import pool_nodes
from .capacity.subnets import subnet_capacities
from .findings import Finding, Rule, Severity, Unknown
from .inventory.records import Gap, gap_order
from .inventory.resource_id import ResourceId
from .inventory.types import MANAGED_CLUSTERS
from .model import ManagedCluster, Network, NodePool, NotCollected, RouteTable, Shard, Subnet
from .report import Notice, Report, ReportedCluster, ReportedFinding, ReportedNode, ReportedPool, ReportedUnknown
from .shards import ask, part_of


def audit(
    network: Network,
    rules: Iterable[Rule],
    severities: Mapping[str, Severity] | None = None,
    shard: Shard | None = None,
) -> Report:
    """Ask every rule, and put the answers beside the reconstructed clusters and subnets.

    A listing of clusters that was refused makes every rule unknown there: a cluster nobody saw is not fine.

    Args:
        severities: what the team calls the findings of a rule, by rule id; it goes before what the rule says.
        shard: the part of the clusters to report; what they share with the others is judged with all of them.
    """
    rules, severities = tuple(rules), severities or {}
    findings: list[ReportedFinding] = []
    unknowns: list[ReportedUnknown] = []
    whole = network
    if shard:
        network = part_of(whole, shard)
    unlisted = [gap for gap in network.gaps if _is_refused_listing(gap)]
    for rule in rules:
        unknowns += [ReportedUnknown(rule=rule, resource_id=ResourceId.of(gap.scope), gap=gap) for gap in unlisted]
        for answer in ask(rule, whole, network) if shard else rule.check(network):
            match answer:
                case Finding():
                    findings.append(
                        ReportedFinding(
                            rule=rule,
                            severity=severities.get(rule.id) or answer.severity or rule.severity,
                            finding=answer,
                            fingerprint=rule.fingerprint(answer),
                        )
                    )
                case Unknown():
                    unknowns.append(ReportedUnknown(rule=rule, resource_id=answer.resource_id, gap=answer.gap))
    subnets = subnet_capacities(network)
    tables = {network.route_table_of(capacity.subnet) for capacity in subnets}
    return Report(
        network=network,
        source=network.source,
        gaps=tuple(sorted({*network.gaps, *(item.gap for item in unknowns)}, key=gap_order)),
        clusters=tuple(_cluster(network, cluster) for cluster in network.clusters),
        subnets=subnets,
        route_tables=tuple(sorted((t for t in tables if isinstance(t, RouteTable)), key=lambda table: table.id)),
        findings=tuple(sorted(findings, key=_worst_first)),
        ran=tuple(sorted(rules, key=lambda rule: (rule.family, rule.id))),
        unknown=tuple(sorted(dict.fromkeys(unknowns), key=lambda u: (u.rule.id, u.resource_id, gap_order(u.gap)))),
        shard=shard,
        notices=_of_shard(shard, whole, network) if shard else (),
    )


def _is_refused_listing(gap: Gap) -> bool:
    return gap.resource_type.lower() == MANAGED_CLUSTERS.lower() and not ResourceId.of(gap.scope).type


def _worst_first(item: ReportedFinding) -> tuple[int, str, ResourceId, str, str]:
    """What tells apart two of one rule on one resource stands in the report, so that reports can be merged."""
    return -item.severity.rank, item.rule.id, item.finding.resource_id, item.finding.message, item.fingerprint


def _of_shard(shard: Shard, whole: Network, part: Network) -> tuple[Notice, ...]:
    judged = f"{len(part.clusters)} of {len(whole.clusters)} clusters are judged here"
    return (Notice("shard", f"shard {shard}: {judged}; 'aks-audit merge' joins the reports"),)


def _cluster(network: Network, cluster: ManagedCluster) -> ReportedCluster:
    nodes = nodes_of(network, cluster)
    model = cluster_model(cluster)
    joined = kubenet_routes(network, cluster) if model is NetworkModel.KUBENET else ()
    routes: dict[str, ReportedNode] = {}
    for item, table in ((item, joint.table.id) for joint in joined for item in joint.nodes):
        kept = routes.get(item.node.name)
        if kept is None or (item.carrying and not (kept.routes and kept.routes.carrying)):
            routes[item.node.name] = ReportedNode(node=item.node, routes=item, route_table_id=table)
    return ReportedCluster(
        cluster=cluster,
        model=model,
        pools=tuple(_pool(network, cluster, pool) for pool in cluster.node_pools),
        nodes=tuple(routes.get(node.name) or ReportedNode(node=node, routes=None) for node in nodes.known),
        nodes_gap=nodes.gap,
        route_table_ids=_route_tables(network, cluster),
    )


def _pool(network: Network, cluster: ManagedCluster, pool: NodePool) -> ReportedPool:
    counts, subnet_id = pool_nodes(pool), node_subnet_id(network, cluster, pool)
    return ReportedPool(
        name=pool.name,
        model=model_of(cluster, pool),
        surge_nodes=counts.surge if counts else None,
        node_subnet_id=None if isinstance(subnet_id, NotCollected) else subnet_id,
        egress=egress_of(network, cluster, pool),
        pod_egress=pod_egress_of(network, cluster, pool),
    )


def _route_tables(network: Network, cluster: ManagedCluster) -> tuple[ResourceId, ...]:
    places = [place for place in node_subnets(network, cluster) if isinstance(place, NodeSubnet)]
    tables = [network.route_table_of(place.subnet) for place in places if isinstance(place.subnet, Subnet)]
    return tuple(dict.fromkeys(table.id for table in tables if isinstance(table, RouteTable)))
