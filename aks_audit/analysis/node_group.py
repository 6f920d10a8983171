"""Whether anything of a cluster's node resource group was seen.

Azure lists what the caller may read, without a word about the rest: with rights on the cluster's group alone, the
listings of a subscription come whole and hold nothing of the node resource group. AKS always keeps something there.
"""

from __future__ import annotations

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..model import Missing, Network, NotCollected
from ..model.network import remembered

Group = tuple[str, str]


def doubted(network: Network, absent: Missing | NotCollected) -> Missing | NotCollected:
    """The same answer; NotCollected where the thing would stand in a node resource group that nobody saw into."""
    if isinstance(absent, Missing) and _group(absent.id) in _unseen(network):
        message = f"nothing in resource group {absent.id.resource_group} was seen, and a cluster has its nodes there"
        return NotCollected(Gap(absent.id.type, absent.id.text, None, "NotCollected", message))
    return absent


@remembered
def _unseen(network: Network) -> frozenset[Group]:
    node_groups = {(c.id.subscription, c.node_resource_group.lower()) for c in network.all_clusters}
    seen = {_group(resource_id) for resource_id in network.resource_types}
    return frozenset(node_groups - seen)


def _group(resource_id: ResourceId) -> Group:
    return resource_id.subscription, resource_id.resource_group.lower()
