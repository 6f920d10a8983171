"""Who may do what: role assignments and role definitions."""

from __future__ import annotations

from dataclasses import dataclass

from ..inventory.records import Gap, Resource
from ..inventory.resource_id import ResourceId
from .arm import ArmStruct, Reading


class _Assignment(ArmStruct):
    class Properties(ArmStruct):
        role_definition_id: str | None = None
        principal_id: str | None = None
        principal_type: str | None = None
        scope: str | None = None
        condition: str | None = None

    properties: Properties | None = None


class _Permission(ArmStruct):
    actions: list[str] | None = None
    not_actions: list[str] | None = None


class _Definition(ArmStruct):
    class Properties(ArmStruct):
        role_name: str | None = None
        permissions: list[_Permission] | None = None

    properties: Properties | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssignment:
    """A role given to somebody at a scope. Source: Microsoft.Authorization/roleAssignments."""

    id: ResourceId
    role_definition_id: ResourceId | None
    """Its last segment, a GUID, is the same in every tenant for Azure's own roles."""
    principal_id: str
    """The object id, in lower case."""
    principal_type: str
    """`ServicePrincipal`, `Group`, `User`, kept as sent."""
    scope: str
    """A management group, subscription, resource group or resource, in lower case; `/` is everything."""
    condition: str
    """Narrows what the role gives; "" where there is none."""
    gap: Gap | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Actions that a role gives, less some. Patterns with `*`, in lower case."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDefinition:
    """What a role gives. Source: Microsoft.Authorization/roleDefinitions."""

    id: ResourceId
    name: str
    permissions: tuple[Permission, ...]
    gap: Gap | None


def role_assignment_from_arm(resource: Resource) -> tuple[RoleAssignment, list[Gap]]:
    reading = Reading(resource)
    arm = reading.decode(resource.raw, _Assignment)
    properties = reading.present(arm.properties, "properties", _Assignment.Properties())
    for value, path in (
        (properties.principal_id, "properties.principalId"),
        (properties.role_definition_id, "properties.roleDefinitionId"),
    ):
        if not value and arm.properties is not None:
            reading.invalid(path, value)
    scope = properties.scope or resource.id.key.partition("/providers/microsoft.authorization/")[0]
    role = properties.role_definition_id
    assignment = RoleAssignment(
        id=resource.id,
        role_definition_id=ResourceId.of(role) if role else None,
        principal_id=(properties.principal_id or "").lower(),
        principal_type=properties.principal_type or "",
        scope=scope.lower().rstrip("/") or "/",
        condition=properties.condition or "",
        gap=reading.gap,
    )
    return assignment, reading.gaps


def role_definition_from_arm(resource: Resource) -> tuple[RoleDefinition, list[Gap]]:
    reading = Reading(resource)
    properties = reading.present(
        reading.decode(resource.raw, _Definition).properties, "properties", _Definition.Properties()
    )
    definition = RoleDefinition(
        id=resource.id,
        name=properties.role_name or "",
        permissions=tuple(
            Permission(
                actions=tuple(action.lower() for action in item.actions or ()),
                not_actions=tuple(action.lower() for action in item.not_actions or ()),
            )
            for item in properties.permissions or ()
        ),
        gap=reading.gap,
    )
    return definition, reading.gaps
