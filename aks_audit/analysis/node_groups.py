"""Whether anybody looked into a cluster's node resource group."""

from __future__ import annotations

from ..model import ManagedCluster, Network
from ..model.network import remembered


@remembered
def _groups(network: Network) -> frozenset[tuple[str, str]]:
    return frozenset((each.subscription, each.resource_group.lower()) for each in network.resource_types)


def seen_in_node_group(network: Network, cluster: ManagedCluster) -> bool:
    """Whether anything at all of the node resource group was read.

    A running cluster has at least nodes there. Where input has no header, a type counts as listed whole for the
    subscription as soon as one resource of it is there; an empty group then means that its resources were left out.
    """
    return (cluster.id.subscription, cluster.node_resource_group.lower()) in _groups(network)
