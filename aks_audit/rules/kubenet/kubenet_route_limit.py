from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...analysis.kubenet_routes import (
    KubenetTable,
    kubenet_tables,
    looks_like_node,
    node_name_of,
)
from ...capacity.horizons import Horizons, PoolNodes, pool_nodes, sum_up
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network, NodePool
from ...settings import Thresholds
from .answers import unread_associations, unread_of_table

_HORIZONS = {
    "now": (Severity.CRITICAL, "the present nodes"),
    "upgrade": (Severity.CRITICAL, "an upgrade of all pools"),
    "autoscale_max": (Severity.HIGH, "the autoscaler's maximum"),
    "worst": (Severity.HIGH, "an upgrade at the autoscaler's maximum"),
}
"""In the order of judgement: the first that does not fit decides."""


@rule(
    title="A kubenet route table runs out of routes",
    severity=Severity.HIGH,
    source="https://learn.microsoft.com/azure/aks/configure-kubenet",
    covers=("KBN-11",),
    disrupts="nothing; the move to overlay recreates all nodes",
)
def kubenet_route_limit(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A route table of kubenet clusters whose own routes and one route a node (two in a dual-stack cluster), summed
    over all clusters on it, exceed 400: critical with the present nodes or those that an upgrade adds, high with
    the autoscaler's maximum, medium from 80 % of the limit.

    400 is the limit that AKS documents and enforces when it creates and upgrades. Azure is reported to allow 1,000
    routes a table since May 2026; that is not verified for kubenet, and AKS's own limit of 400 nodes stays.

    ## Why it matters
    A node whose route does not fit gets none: it stays `NetworkUnavailable` with the event `FailedToCreateRoute`,
    and its pods cannot be reached. An upgrade stops at its first surge node. Routes of nodes that are gone and
    routes of one's own take the same places.

    ## How to fix it
    Delete routes that are not needed, and lower the autoscaler's maximum or the surge. Larger nodes need fewer
    routes. Overlay has no routes at all and is the way out before kubenet retires on 2028-03-31.

    ```azurecli
    az network route-table route delete -g RG --route-table-name TABLE -n ROUTE
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL -u --min-count MIN --max-count MAX
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL --max-surge N
    # or leave kubenet
    az aks update -g RG -n CLUSTER --network-plugin azure --network-plugin-mode overlay
    ```

    ```bicep
    resource np1 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np1'
      properties: {
        enableAutoScaling: true
        minCount: 1
        maxCount: 100
        upgradeSettings: { maxSurge: '1' }
      }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np1" {
      auto_scaling_enabled = true
      min_count            = 1
      max_count            = 100

      upgrade_settings {
        max_surge = "1"
      }
    }
    ```
    """
    yield from unread_associations(network)
    for table in kubenet_tables(network):
        yield from unread_of_table(table)
        demands = [_demand(cluster, pool) for cluster in table.clusters for pool in cluster.node_pools]
        unsure = [demand for demand in demands if demand.nodes is None]
        yield from (unknown(demand.cluster.id, demand.gap) for demand in unsure)
        if not unsure:
            yield from _judge(table, demands, network.settings.thresholds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demand:
    """The routes that one pool needs."""

    cluster: ManagedCluster
    pool: NodePool
    nodes: PoolNodes | None

    @property
    def routes_per_node(self) -> int:
        return 2 if self.cluster.is_dual_stack else 1

    @property
    def gap(self) -> Gap:
        message = f"the count of pool {self.pool.name} is not known"
        return self.cluster.gap or Gap(MANAGED_CLUSTERS, self.cluster.id.text, None, "NotCollected", message)

    def term(self, horizon: str) -> str:
        if self.nodes is None:
            return "?"
        at_maximum = horizon in ("autoscale_max", "worst")
        base = self.nodes.maximum if at_maximum else self.nodes.now
        surge = self.nodes.surge_at_maximum if at_maximum else self.nodes.surge
        count = f"({base} + {surge} surge)" if surge and horizon in ("upgrade", "worst") else str(base)
        each = " x 2" if self.routes_per_node == 2 else ""
        return f"{count}{each} [{self.cluster.name}/{self.pool.name}]"


def _demand(cluster: ManagedCluster, pool: NodePool) -> _Demand:
    return _Demand(cluster=cluster, pool=pool, nodes=pool_nodes(pool))


def _judge(table: KubenetTable, demands: list[_Demand], thresholds: Thresholds) -> Iterator[Finding]:
    limit, percent = thresholds.route_limit, thresholds.used_percent_medium
    others = _routes_of_no_node(table)
    needed = sum_up([(demand.nodes, demand.routes_per_node) for demand in demands]) + others
    for horizon, (severity, label) in _HORIZONS.items():
        need = getattr(needed, horizon)
        if need > limit:
            trouble = f"{need} routes are needed for {label}, {need - limit} more than"
            yield _finding(table, demands, (others, needed, limit), (horizon, severity, trouble))
            return
    if (needed.now or 0) * 100 >= limit * percent:
        trouble = f"{needed.now} routes are needed now, {percent} % or more of"
        yield _finding(table, demands, (others, needed, limit), ("now", Severity.MEDIUM, trouble))


def _routes_of_no_node(table: KubenetTable) -> int:
    """Routes that take a place besides the nodes' own: the owner's, and those of nodes that are gone.

    Where not all nodes are known, whatever is named like a node counts as one's.
    """
    return sum(
        not table.is_of_node(route) and not (table.nodes_gap and looks_like_node(node_name_of(route)))
        for route in table.table.routes
    )


def _finding(
    table: KubenetTable, demands: list[_Demand], sums: tuple[int, Horizons, int], verdict: tuple[str, Severity, str]
) -> Finding:
    (others, needed, limit), (horizon, severity, trouble) = sums, verdict
    need = getattr(needed, horizon)
    terms = [demand.term(horizon) for demand in demands]
    over = need - limit
    tail = f"over by {over}" if over > 0 else f"{-over} left"
    evidence = [Evidence(table.table.id, "length(properties.routes)", len(table.table.routes))]
    for demand in demands:
        path = f"properties.agentPoolProfiles[{demand.pool.name}]"
        values = {"count": demand.pool.count, "maxCount": demand.pool.max_count}
        evidence += [Evidence(demand.cluster.id, f"{path}.{k}", value) for k, value in values.items() if value]
    return Finding(
        table.table.id,
        f"{table.table.id.name}: {trouble} the {limit} of a table "
        f"(now {needed.now}, upgrade {needed.upgrade}, autoscaler's maximum {needed.autoscale_max}, "
        f"upgrade at the maximum {needed.worst})",
        tuple(evidence),
        cluster_id=table.clusters[0].id if len(table.clusters) == 1 else None,
        affected=tuple(cluster.id for cluster in table.clusters),
        arithmetic=f"{need} routes = {others} of no node + {' + '.join(terms)}; limit {limit}, {tail}",
        severity=severity,
        latent=horizon == "upgrade",
    )
