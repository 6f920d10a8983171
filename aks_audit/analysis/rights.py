"""What the identity of a cluster may do, from role assignments and roles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ..inventory.records import Gap
from ..inventory.resource_id import ResourceId
from ..inventory.types import ROLE_ASSIGNMENTS, ROLE_DEFINITIONS
from ..model import ManagedCluster, Network, NotCollected, Permission, RoleAssignment, RoleDefinition
from ..model.network import remembered
from .azure_roles import AZURE_ROLES

_EVERYTHING: Final = "/"
_MANAGEMENT_GROUP: Final = "/providers/microsoft.management/managementgroups/"
_SINGLE: Final = ("serviceprincipal", "user", "device")
"""Principals that have no members; whatever else Azure calls a principal may have our identity as one."""
_ANYBODY: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """What an identity lacks at a place, and what it has there."""

    actions: tuple[str, ...]
    """In ARM's spelling, in the order asked for."""
    given: tuple[RoleAssignment, ...]
    """The identity's own assignments at the place or above, none of which gives them."""


def lacking_rights(
    network: Network, cluster: ManagedCluster, place: ResourceId, actions: tuple[str, ...]
) -> Lacking | NotCollected | None:
    """Which of some actions the identity of a cluster may not do at a place; None: it may do them all.

    An action is lacking only where nothing could give it. What may come from a group (its members are not in ARM), a
    conditional assignment, a role that was not read or a management group that may or may not hold the subscription
    is not collected.
    """
    nobody = _no_principal(cluster)
    if nobody:
        return nobody
    own, others = _above(network, cluster, place)
    lacking: list[str] = []
    doubt: NotCollected | None = None
    for action in actions:
        answers = [_gives(network, assignment, action, is_own=True) for assignment in own]
        if True in answers:
            continue
        answers += [_gives(network, assignment, action, is_own=False) for assignment in others]
        maybe = next((answer for answer in answers if isinstance(answer, Gap)), None)
        if maybe:
            doubt = doubt or NotCollected(maybe)
        else:
            lacking.append(action)
    if not lacking:
        return doubt
    listed = network.completeness.absent(ROLE_ASSIGNMENTS, place)
    return listed if isinstance(listed, NotCollected) else Lacking(actions=tuple(lacking), given=tuple(own))


def describe(network: Network, assignment: RoleAssignment) -> str:
    """A role assignment in words: `Reader at /subscriptions/...`."""
    guid = assignment.role_definition_id.name.lower() if assignment.role_definition_id else ""
    read = _definitions(network).get(guid)
    name = AZURE_ROLES[guid].name if guid in AZURE_ROLES else (read.name if read else "")
    return f"{name or f'role {guid}'} at {assignment.scope}"


def unread_roles(network: Network) -> list[ResourceId]:
    """The roles given to the identities of judged clusters that are neither Azure's well-known ones nor read yet."""
    principals = {principal for cluster in network.clusters for principal in cluster.identity_principal_ids}
    return sorted(
        {
            role
            for principal in principals
            for assignments in _by_principal(network).get(principal, {}).values()
            for assignment in assignments
            if (role := assignment.role_definition_id) and _permissions(network, role) is None
        }
    )


def _no_principal(cluster: ManagedCluster) -> NotCollected | None:
    if cluster.identity_principal_ids:
        return None
    if cluster.gap:
        return NotCollected(cluster.gap)
    client = cluster.service_principal_client_id
    message = (
        f"{cluster.name} signs in as service principal {client}, whose object id ARM does not show"
        if client
        else f"ARM shows no principal id for the identity of {cluster.name}"
    )
    return NotCollected(Gap(ROLE_ASSIGNMENTS, cluster.id.text, None, "NotCollected", message))


def _above(
    network: Network, cluster: ManagedCluster, place: ResourceId
) -> tuple[list[RoleAssignment], list[RoleAssignment]]:
    """The assignments at a place or above it: the identity's own, and those of whoever may have it as a member."""
    scopes = [*_scopes(place), *_management_groups(network)]
    by_principal = _by_principal(network)

    def of(principal: str) -> Iterator[RoleAssignment]:
        given = by_principal.get(principal, {})
        for scope in scopes:
            yield from given.get(scope, ())

    own = [assignment for principal in cluster.identity_principal_ids for assignment in of(principal)]
    others = [given for given in of(_ANYBODY) if given.principal_id not in cluster.identity_principal_ids]
    return own, others


def _scopes(place: ResourceId) -> Iterator[str]:
    outer: ResourceId | None = place
    while outer is not None:
        yield outer.key
        outer = outer.parent
    subscription = place.subscription_id
    if subscription:
        yield f"{subscription}/resourcegroups/{place.resource_group}".lower()
        yield subscription
    yield _EVERYTHING


@remembered
def _by_principal(network: Network) -> dict[str, dict[str, list[RoleAssignment]]]:
    """By principal and scope. Groups, and whoever is not told, stand under "" as well."""
    found: dict[str, dict[str, list[RoleAssignment]]] = {}
    for assignment in network.role_assignments.values():
        names = {assignment.principal_id}
        if assignment.principal_type.lower() not in _SINGLE:
            names.add(_ANYBODY)
        for name in names:
            found.setdefault(name, {}).setdefault(assignment.scope, []).append(assignment)
    return found


@remembered
def _management_groups(network: Network) -> tuple[str, ...]:
    scopes = {assignment.scope for assignment in network.role_assignments.values()}
    return tuple(sorted(scope for scope in scopes if scope.startswith(_MANAGEMENT_GROUP)))


@remembered
def _definitions(network: Network) -> dict[str, RoleDefinition]:
    """By GUID: a role read at one scope is the same at every other."""
    return {definition.id.name.lower(): definition for definition in network.role_definitions.values()}


def _permissions(network: Network, role: ResourceId) -> tuple[Permission, ...] | None:
    """What a role gives; None where it was not read."""
    guid = role.name.lower()
    if guid in AZURE_ROLES:
        return AZURE_ROLES[guid].permissions
    read = _definitions(network).get(guid)
    return None if read is None or read.gap else read.permissions


def _gives(network: Network, assignment: RoleAssignment, action: str, *, is_own: bool) -> bool | Gap:
    """Whether an assignment gives the identity an action; a Gap where nobody can tell."""
    role = assignment.role_definition_id
    permissions = _permissions(network, role) if role else None
    if permissions is None:
        if assignment.gap:
            return assignment.gap
        where = role.text if role else assignment.id.text
        answer = network.completeness.absent(ROLE_DEFINITIONS, role or assignment.id)
        if isinstance(answer, NotCollected) and answer.gap.code != "NotCollected":
            return answer.gap
        return Gap(ROLE_DEFINITIONS, where, None, "NotCollected", "what this role gives was not read")
    if not allows(permissions, action.lower()):
        return False
    doubt = _doubt(network, assignment, is_own=is_own)
    return Gap(ROLE_ASSIGNMENTS, assignment.id.text, None, "NotCollected", doubt) if doubt else True


def _doubt(network: Network, assignment: RoleAssignment, *, is_own: bool) -> str:
    """Why an assignment of a role that gives the action may still not give it; "" where it does."""
    if not is_own:
        kind = assignment.principal_type or "a principal of unknown type"
        return f"{kind} {assignment.principal_id} has the right; ARM does not show whether the identity is a member"
    if assignment.condition:
        return "the role is given under a condition, which is not evaluated"
    if assignment.scope.startswith(_MANAGEMENT_GROUP) and not _is_of_one_subscription(network):
        group = assignment.scope.rpartition("/")[2]
        return f"several subscriptions were read, and ARM does not say which of them management group {group} holds"
    return ""


def _is_of_one_subscription(network: Network) -> bool:
    """Whether one subscription was listed: then what is inherited from a management group holds for it."""
    header = network.source.header
    return header is not None and len({text.lower() for text in header.subscriptions}) == 1


def allows(permissions: Iterable[Permission], action: str) -> bool:
    """Whether one of some permissions gives an action, in lower case, and does not take it away again."""
    return any(
        any(_matches(pattern, action) for pattern in permission.actions)
        and not any(_matches(pattern, action) for pattern in permission.not_actions)
        for permission in permissions
    )


def _matches(pattern: str, action: str) -> bool:
    return _compiled(pattern).fullmatch(action) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of actions; `*` stands for anything, slashes included."""
    return re.compile(re.escape(pattern).replace(r"\*", ".*"))
