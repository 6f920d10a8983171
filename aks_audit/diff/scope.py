"""What a report looked at: what is not in it may be gone, or may not have been read."""

from __future__ import annotations

from typing import Final

from ..inventory.resource_id import ResourceId
from .document import Document, Finding
from .shapes import ThingKind

_NEEDED: Final[dict[ThingKind, frozenset[str]]] = {
    "cluster": frozenset({"managedclusters"}),
    "nodePool": frozenset({"managedclusters", "agentpools"}),
    "subnet": frozenset({"managedclusters", "agentpools", "virtualnetworks"}),
    "route": frozenset(
        {
            "managedclusters",
            "agentpools",
            "virtualnetworks",
            "routetables",
            "virtualmachinescalesets",
            "networkinterfaces",
        }
    ),
}
"""The types that must have been read for a thing to be in the report."""


class Scope:
    """What a report looked at."""

    def __init__(self, document: Document) -> None:
        named = document.source.subscriptions
        ids = [*(cluster.id for cluster in document.clusters), *(subnet.id for subnet in document.subnets)]
        seen = {ResourceId.of(text).subscription for text in ids}
        self._subscriptions = {
            ResourceId.of(f"/subscriptions/{_bare(text)}").subscription for text in named or ()
        } | seen
        self._gaps = [
            (ResourceId.of(gap.scope).subscription, set(gap.resource_type.lower().split("/"))) for gap in document.gaps
        ]
        self._unsure = {item.rule for item in document.unknown}
        self._rules = set(document.rules)

    def covers(self, resource_id: str) -> bool:
        """Whether the resource's subscription was looked at."""
        return ResourceId.of(resource_id).subscription in self._subscriptions

    def judged(self, finding: Finding) -> bool:
        """Whether the finding's resource, or a cluster that suffers from it, was looked at.

        A hub's table in another subscription is read by its id, for the sake of the cluster.
        """
        concerned = (finding.resource_id, finding.cluster_id or "", *finding.affected)
        return any(self.covers(text) for text in concerned if text)

    def would_show(self, kind: ThingKind, resource_id: str) -> bool:
        """Whether a thing that exists would be in the report."""
        own = ResourceId.of(resource_id).subscription
        refused = any(types & _NEEDED[kind] and where in (own, "") for where, types in self._gaps)
        return self.covers(resource_id) and not refused

    def ran(self, rule: str) -> bool:
        """Whether the rule ran; a report that does not say is taken at its word."""
        return not self._rules or rule in self._rules

    def could_tell(self, rule: str) -> bool:
        """Whether the rule ran and could tell everywhere."""
        return self.ran(rule) and rule not in self._unsure


def _bare(subscription: str) -> str:
    return subscription.rpartition("/")[2]
