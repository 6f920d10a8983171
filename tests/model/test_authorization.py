"""Role assignments and role definitions, as ARM sends them and as it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.inventory import Gap, Resource, ResourceId, types
from aks_audit.model import RoleAssignment, RoleDefinition
from aks_audit.model.authorization import role_assignment_from_arm, role_definition_from_arm
from tests.records import GROUP, SUBSCRIPTION_ID, VNET

PLACE = "/providers/Microsoft.Authorization"
ROLE = f"{SUBSCRIPTION_ID}{PLACE}/roleDefinitions/4D97B98B-1d4f-4787-a291-c67834d212e7"
NAME = "00000000-0000-0000-0000-0000000000aa"
WHOLE = {
    "roleDefinitionId": ROLE,
    "principalId": "00000000-0000-0000-0000-0000000000BB",
    "principalType": "ServicePrincipal",
    "scope": VNET,
    "condition": None,
    "conditionVersion": None,
    "createdOn": "2026-01-01T00:00:00.0000000Z",
    "delegatedManagedIdentityResourceId": None,
}


def assignment(properties: Any, place: str = VNET) -> tuple[RoleAssignment, list[Gap]]:
    resource_id = f"{place}{PLACE}/roleAssignments/{NAME}"
    raw = json.dumps({"id": resource_id, "name": NAME, "type": types.ROLE_ASSIGNMENTS, "properties": properties})
    return role_assignment_from_arm(Resource(ResourceId.of(resource_id), types.ROLE_ASSIGNMENTS, raw.encode()))


def definition(properties: Any) -> tuple[RoleDefinition, list[Gap]]:
    raw = json.dumps({"id": ROLE, "properties": properties}).encode()
    return role_definition_from_arm(Resource(ResourceId.of(ROLE), types.ROLE_DEFINITIONS, raw))


def test_reads_a_role_assignment() -> None:
    given, gaps = assignment(WHOLE)
    assert gaps == []
    assert given == RoleAssignment(
        id=ResourceId.of(f"{VNET}{PLACE}/roleAssignments/{NAME}"),
        role_definition_id=ResourceId.of(ROLE),
        principal_id="00000000-0000-0000-0000-0000000000bb",
        principal_type="ServicePrincipal",
        scope=VNET.lower(),
        condition="",
        gap=None,
    )


@pytest.mark.parametrize("place", [VNET, GROUP, SUBSCRIPTION_ID, "/providers/Microsoft.Management/managementGroups/X"])
def test_takes_the_scope_from_the_id_where_it_is_absent(place: str) -> None:
    given, gaps = assignment({**WHOLE, "scope": None}, place)
    assert given.scope == place.lower()
    assert gaps == []


def test_an_assignment_to_everything_has_a_scope_too() -> None:
    assert assignment({**WHOLE, "scope": None}, "")[0].scope == "/"
    assert assignment({**WHOLE, "scope": "/"}, "")[0].scope == "/"
    assert assignment({**WHOLE, "scope": f"{GROUP}/"})[0].scope == GROUP.lower()


def test_keeps_a_condition_and_an_unknown_kind_of_principal() -> None:
    given, gaps = assignment({**WHOLE, "condition": "@Resource[x]", "principalType": "Robot"})
    assert (given.condition, given.principal_type, gaps) == ("@Resource[x]", "Robot", [])


@pytest.mark.parametrize(("field", "value"), [("principalId", None), ("principalId", ""), ("roleDefinitionId", None)])
def test_an_assignment_without_its_principal_or_role_is_a_gap(field: str, value: Any) -> None:
    given, gaps = assignment({**WHOLE, field: value})
    assert [(gap.code, gap.message) for gap in gaps] == [
        ("InvalidValue", f"properties.{field} does not parse: {str(value)!r}")
    ]
    assert given.gap == gaps[0]
    assert gaps[0].scope == given.id.text


def test_an_assignment_without_properties_is_one_gap() -> None:
    given, gaps = assignment(None)
    assert [gap.message for gap in gaps] == ["properties does not parse: 'None'"]
    assert (given.principal_id, given.role_definition_id, given.gap) == ("", None, gaps[0])


def test_reads_a_custom_role() -> None:
    permissions = [
        {"actions": ["Microsoft.Network/*", "*/read"], "notActions": ["*/Delete"], "dataActions": []},
        {"actions": None},
    ]
    role, gaps = definition({"roleName": "joins", "type": "CustomRole", "permissions": permissions})
    assert (role.id, role.name, role.gap, gaps) == (ResourceId.of(ROLE), "joins", None, [])
    assert [(p.actions, p.not_actions) for p in role.permissions] == [
        (("microsoft.network/*", "*/read"), ("*/delete",)),
        ((), ()),
    ]


def test_a_role_that_does_not_parse_is_a_gap() -> None:
    for properties in (None, {"permissions": "all"}, {"permissions": [{"actions": [5]}]}):
        role, gaps = definition(properties)
        assert [gap.code for gap in gaps] == ["InvalidValue"]
        assert role.gap == gaps[0]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(WHOLE)), anything)
def test_no_value_makes_an_assignment_raise(field: str, value: Any) -> None:
    given, gaps = assignment({**WHOLE, field: value})
    assert given.gap == (gaps[0] if gaps else None)
    if field in ("principalId", "roleDefinitionId") and not isinstance(value, str):
        assert gaps


@given(st.sampled_from(["roleName", "permissions", "actions", "notActions"]), anything)
def test_no_value_makes_a_role_raise(field: str, value: Any) -> None:
    properties = {field: value} if field in ("roleName", "permissions") else {"permissions": [{field: value}]}
    role, gaps = definition(properties)
    assert role.gap == (gaps[0] if gaps else None)


@given(anything)
def test_no_properties_make_either_raise(properties: Any) -> None:
    for value, gaps in (assignment(properties), definition(properties)):
        assert bool(value.gap) is bool(gaps)
