"""Which clusters of what was read are meant."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import UsageError
from ..inventory import types
from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..model import Network, select


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which clusters are meant; empty means all."""

    names: tuple[str, ...] = ()
    resource_groups: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.names or self.resource_groups)

    def of(self, network: Network) -> Network:
        """The network with the chosen clusters to judge.

        Raises:
            UsageError: a name or group fits no cluster.
        """
        if not self:
            return network
        chosen = select(network, self.names, self.resource_groups)
        named = {text.lower() for cluster in chosen.clusters for text in (cluster.name, cluster.id.text)}
        groups = {cluster.id.resource_group.lower() for cluster in chosen.clusters}
        absent = [f"cluster {name!r}" for name in self.names if name.lower() not in named]
        absent += [
            f"resource group {group!r} with a cluster" for group in self.resource_groups if group.lower() not in groups
        ]
        unseen = any(_hides_clusters(gap) for gap in network.gaps)
        if absent and not (unseen and not chosen.clusters):
            have = ", ".join(sorted(cluster.name for cluster in network.all_clusters)[:10]) or "none"
            raise UsageError(f"there is no {absent[0]} in what was read", f"clusters there are: {have}")
        return chosen


def _hides_clusters(gap: Gap) -> bool:
    """A listing of clusters that Azure did not give: the cluster asked for may stand in it."""
    is_listing = gap.resource_type == types.MANAGED_CLUSTERS and not ResourceId.of(gap.scope).type
    return is_listing and gap.code != "NotInCassette"
