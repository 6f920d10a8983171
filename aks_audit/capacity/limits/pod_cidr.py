"""The pod CIDR of kubenet and overlay: a /24 for every node."""

from __future__ import annotations

from ...analysis.addresses import show
from ...analysis.network_model import NetworkModel, model_of
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster
from ..limit import AzureError, Limit, LimitKind
from ..models import overlay
from .draws import draw, gap_of


def pod_ranges(cluster: ManagedCluster) -> tuple[Limit, ...]:
    """The ranges of one node in a cluster's pod CIDRs; none for models that do not use it."""
    users = [(pool, model_of(cluster, pool)) for pool in cluster.node_pools]
    users = [(pool, model) for pool, model in users if model in (NetworkModel.KUBENET, NetworkModel.OVERLAY)]
    if not users:
        return ()
    draws = tuple(draw(cluster, pool, lambda node: node.pod_ranges, lambda _: "256") for pool, _ in users)
    cidrs = [cidr for cidr in cluster.pod_cidrs if cidr.version == 4]
    ranges = overlay.node_ranges(cidrs) if cidrs else None
    is_kubenet = users[0][1] is NetworkModel.KUBENET
    absent = Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", "no IPv4 pod CIDR is given")
    return (
        Limit(
            kind=LimitKind.POD_RANGES,
            resource_id=cluster.id,
            draws=draws,
            available=ranges,
            unit=overlay.RANGE_SIZE,
            room=f"{'?' if ranges is None else ranges * overlay.RANGE_SIZE} in {show(cidrs) or 'no pod CIDR'}",
            error=AzureError(code="InsufficientPodCidr", target="agentPoolProfile.count")
            if is_kubenet
            else AzureError(code="InsufficientSubnetSize", target="networkProfile.podCIDR"),
            gap=cluster.gap or (None if cidrs else absent) or gap_of(draws),
        ),
    )
