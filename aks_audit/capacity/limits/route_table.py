"""Kubenet's route tables: a route a node, two in dual stack, and what else is in the table."""

from __future__ import annotations

from ...analysis.kubenet_routes import (
    clusters_by_route_table,
    in_pod_range,
    kubenet_routes,
)
from ...analysis.network_model import NetworkModel, cluster_model
from ...model import ManagedCluster, Network
from ..limit import Limit, LimitKind
from .draws import draws_of, gap_of


def route_table_limits(network: Network, cluster: ManagedCluster) -> tuple[Limit, ...]:
    """The routes of each table that a kubenet cluster uses."""
    if cluster_model(cluster) is not NetworkModel.KUBENET:
        return ()
    found, limit = [], network.settings.thresholds.route_limit
    for joined in kubenet_routes(network, cluster):
        table = joined.table
        users = clusters_by_route_table(network).get(table.id, (cluster,))
        draws = tuple(draw for user in users for draw in draws_of(user, lambda node: node.routes))
        custom = sum(1 for route in table.routes if not any(in_pod_range(user, route) for user in users))
        found.append(
            Limit(
                kind=LimitKind.ROUTE_TABLE_ROUTES,
                resource_id=table.id,
                draws=draws,
                others=custom,
                others_words="other routes",
                available=limit,
                room=f"{limit} routes in a table",
                gap=table.gap or gap_of(draws),
            )
        )
    return tuple(found)
