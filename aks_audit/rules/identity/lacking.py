"""What the rules about rights share: asking for many places at once, and wording what is lacking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...analysis.cluster_networks import made_by_aks
from ...analysis.rights import Lacking, describe, lacking_rights
from ...findings import Evidence, Unknown, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Actions that the identity of a cluster has to be allowed at a place."""

    place: ResourceId
    what: str
    """What the place is to the cluster: `node subnet`."""
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A need, and what of it the identity lacks."""

    cluster: ManagedCluster
    need: Need
    lacking: Lacking

    @property
    def principal(self) -> str:
        return self.cluster.identity_principal_ids[0]


def unmet(network: Network, cluster: ManagedCluster, needs: Iterable[Need]) -> Iterator[Unmet | Unknown]:
    """The needs that are not met, and one Unknown for each cause that keeps from telling.

    What stands in the node resource group needs nothing: there AKS gives the identity its rights itself.
    """
    causes: dict[Gap, None] = {}
    for need in needs:
        if made_by_aks(cluster, need.place):
            continue
        match lacking_rights(network, cluster, need.place, need.actions):
            case NotCollected(gap):
                causes.setdefault(gap)
            case Lacking() as lacking:
                yield Unmet(cluster=cluster, need=need, lacking=lacking)
            case None:
                pass
    yield from (unknown(cluster.id, gap) for gap in causes)


def identity_of(cluster: ManagedCluster) -> str:
    """How a message names a cluster's identity: by its name, else by its object id."""
    principal = cluster.identity_principal_ids[0]
    return f"{cluster.identity_ids[0].name} ({principal})" if cluster.identity_ids else principal


def principal_evidence(cluster: ManagedCluster) -> Evidence:
    user = cluster.identity_ids[0].text if cluster.identity_ids else ""
    path = f"identity.userAssignedIdentities[{user}].principalId" if user else "identity.principalId"
    return Evidence(cluster.id, path, cluster.identity_principal_ids[0])


def rights_evidence(found: Unmet) -> tuple[Evidence, ...]:
    """The roles that the identity has at a place, or that it has none; none of them gives what is lacking."""
    nothing = f"providers/Microsoft.Authorization/roleAssignments[principalId={found.principal}]"
    return tuple(
        Evidence(given.id, "properties.roleDefinitionId", given.role_definition_id.text)
        for given in found.lacking.given
        if given.role_definition_id
    ) or (Evidence(found.need.place, nothing, ()),)


def had(network: Network, found: Unmet) -> str:
    """What the identity has instead: `it has Reader at ...`."""
    roles = [describe(network, given) for given in found.lacking.given]
    return f"it has {', '.join(roles)}" if roles else "no role of it reaches there"


def in_figures(found: Unmet, code: str) -> str:
    """`LinkedAuthorizationFailed: 2 actions wanted - 1 given = 1 lacking: Microsoft.Network/...`."""
    wanted, lacking = len(found.need.actions), found.lacking.actions
    given = wanted - len(lacking)
    return f"{code}: {wanted} actions wanted - {given} given = {len(lacking)} lacking: {', '.join(lacking)}"
