"""What identities may do, as role assignments and roles tell it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aks_audit.analysis.rights import Lacking, describe, lacking_rights, unread_roles
from aks_audit.inventory import types
from aks_audit.inventory.resource_id import ResourceId
from aks_audit.model import NotCollected
from tests.estate import SUBSCRIPTION, Estate, Json, subnet, subscription_id
from tests.networks import network_of

SCOPE = f"/subscriptions/{SUBSCRIPTION}"
ABOVE = "/providers/Microsoft.Management/managementGroups/landing-zones"
JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action"
READ = "Microsoft.Network/virtualNetworks/subnets/read"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
VM_CONTRIBUTOR = "9980e02c-c2be-4d73-94e8-173b1dc7cf3c"
UNKNOWN_ROLE = "99999999-0000-0000-0000-000000000001"
GROUP = "00000000-0000-0000-0000-00000000aaaa"
Answer = Lacking | NotCollected | None


class Case:
    """A cluster in a subnet of its owner's, whose identity has no right yet."""

    def __init__(self) -> None:
        self.estate = Estate()
        vnet = self.estate.virtual_network("vnet", "10.1.0.0/16", {"nodes": "10.1.0.0/24"})
        self.nodes = subnet(vnet, "nodes")
        self.cluster = self.estate.cluster("aks1", subnet=self.nodes)
        self.estate.revoke(self.cluster)
        self.principal = self.estate.principal_of(self.cluster)

    def give(self, scope: str, role: str = CONTRIBUTOR, **words: Any) -> Json:
        return self.estate.role_assignment(scope, self.principal, role, **words)

    def give_group(self, scope: str, role: str = CONTRIBUTOR, kind: str = "Group") -> Json:
        return self.estate.role_assignment(scope, GROUP, role, principal_type=kind)

    def ask(self, *actions: str, refused: tuple[str, ...] = (), others: tuple[Estate, ...] = ()) -> Answer:
        network = network_of(self.estate, *others, refused=refused)
        place = ResourceId.of(self.nodes["id"])
        return lacking_rights(network, network.clusters[0], place, actions or (JOIN, READ))


def message(answer: Answer) -> str:
    assert isinstance(answer, NotCollected)
    assert answer.gap.code in ("NotCollected", "InvalidValue")
    return answer.gap.message


def lacking(answer: Answer) -> tuple[str, ...]:
    assert isinstance(answer, Lacking)
    return answer.actions


def test_without_any_role_everything_is_lacking() -> None:
    assert Case().ask() == Lacking(actions=(JOIN, READ), given=())


@pytest.mark.parametrize("depth", ["subnet", "network", "group", "subscription", "root"])
def test_a_role_counts_at_the_place_and_at_everything_above_it(depth: str) -> None:
    case = Case()
    here = case.nodes["id"]
    scopes = {
        "subnet": here,
        "network": here.rpartition("/subnets/")[0],
        "group": here.partition("/providers/")[0].upper(),
        "subscription": SCOPE,
        "root": "/",
    }
    case.give(scopes[depth])
    assert case.ask() is None


def test_a_role_beside_or_below_the_place_does_not_count() -> None:
    case = Case()
    case.give(f"{case.nodes['id']}-too")
    case.give(f"{SCOPE}/resourceGroups/rg-net")
    case.give(f"/subscriptions/{subscription_id(2)}")
    assert case.ask() == Lacking(actions=(JOIN, READ), given=())


def test_a_role_of_somebody_else_does_not_count() -> None:
    case = Case()
    for last, kind in enumerate(("ServicePrincipal", "User", "device")):
        case.estate.role_assignment(SCOPE, f"{GROUP[:-1]}{last}", CONTRIBUTOR, principal_type=kind)
    assert lacking(case.ask()) == (JOIN, READ)


def test_rights_are_what_all_roles_give_together() -> None:
    case = Case()
    case.give(SCOPE, READER)
    assert lacking(case.ask()) == (JOIN,)
    case.give(case.nodes["id"], VM_CONTRIBUTOR)
    assert case.ask() is None


def test_what_a_custom_role_takes_away_is_lacking() -> None:
    case = Case()
    role = case.estate.role_definition("network less reading", ["Microsoft.Network/*"], ["*/READ"])
    case.give(SCOPE, role["name"])
    assert lacking(case.ask()) == (READ,)


def test_what_one_role_takes_away_another_gives() -> None:
    case = Case()
    role = case.estate.role_definition("network less reading", ["Microsoft.Network/*"], ["*/read"])
    case.give(SCOPE, role["name"])
    case.give(SCOPE, READER)
    assert case.ask() is None


def test_a_pattern_stands_for_whole_actions() -> None:
    case = Case()
    role = case.estate.role_definition(
        "half", [f"{JOIN}/more", "Network/*", "Microsoft.Network/virtualNetworks/*/read"]
    )
    case.give(SCOPE, role["name"])
    assert lacking(case.ask()) == (JOIN,)


def test_the_roles_that_did_not_suffice_are_told() -> None:
    case = Case()
    role = case.estate.role_definition("my role", ["*/read"])
    for guid in (READER, role["name"]):
        case.give(SCOPE, guid)
    answer = case.ask(JOIN)
    assert isinstance(answer, Lacking)
    network = network_of(case.estate)
    assert sorted(describe(network, given) for given in answer.given) == [f"Reader at {SCOPE}", f"my role at {SCOPE}"]


def test_a_role_without_a_name_is_told_by_its_guid() -> None:
    case = Case()
    case.give(SCOPE, UNKNOWN_ROLE)
    network = network_of(case.estate)
    [given] = network.role_assignments.values()
    assert describe(network, given) == f"role {UNKNOWN_ROLE} at {SCOPE}"


def test_a_group_that_has_the_right_leaves_it_open() -> None:
    case = Case()
    case.give_group(SCOPE)
    assert message(case.ask()) == f"Group {GROUP} has the right; ARM does not show whether the identity is a member"


def test_a_principal_of_unknown_kind_leaves_it_open() -> None:
    case = Case()
    case.give_group(SCOPE, kind="")
    assert message(case.ask()).startswith("a principal of unknown type ")
    case.give_group(f"{SCOPE}/resourceGroups/rg-network", kind="ForeignGroup")
    assert message(case.ask()).startswith("ForeignGroup ")


def test_a_group_that_would_not_suffice_leaves_nothing_open() -> None:
    case = Case()
    case.give_group(SCOPE, READER)
    assert lacking(case.ask(JOIN)) == (JOIN,)
    assert lacking(case.ask()) == (JOIN,)


def test_the_identity_itself_needs_no_principal_type() -> None:
    case = Case()
    case.give(SCOPE, principal_type="")
    assert case.ask() is None


def test_a_condition_leaves_it_open() -> None:
    case = Case()
    case.give(SCOPE, condition="@Resource[...]")
    assert message(case.ask()) == "the role is given under a condition, which is not evaluated"
    case.give(case.nodes["id"])
    assert case.ask() is None


def test_a_condition_on_a_role_that_would_not_suffice_leaves_nothing_open() -> None:
    case = Case()
    case.give(SCOPE, READER, condition="@Resource[...]")
    assert lacking(case.ask(JOIN)) == (JOIN,)


def test_a_role_that_was_not_read_leaves_it_open() -> None:
    case = Case()
    case.give(SCOPE, UNKNOWN_ROLE)
    answer = case.ask()
    assert message(answer) == "what this role gives was not read"
    assert isinstance(answer, NotCollected)
    assert answer.gap.resource_type == types.ROLE_DEFINITIONS
    assert answer.gap.scope.endswith(UNKNOWN_ROLE)
    case.give(SCOPE)
    assert case.ask() is None


def test_a_refused_role_leaves_it_open_and_says_so() -> None:
    case = Case()
    role = case.estate.role_definition("joins", ["Microsoft.Network/*"])
    case.give(SCOPE, role["name"])
    answer = case.ask(refused=(types.ROLE_DEFINITIONS,))
    assert isinstance(answer, NotCollected)
    assert answer.gap.status == 403


def test_a_role_without_its_properties_was_not_read() -> None:
    case = Case()
    role = case.estate.role_definition("joins", [])
    del role["properties"]
    case.give(SCOPE, role["name"])
    assert message(case.ask()) == "properties does not parse: 'None'"


def test_an_assignment_that_does_not_parse_leaves_it_open() -> None:
    case = Case()
    del case.give(SCOPE)["properties"]["roleDefinitionId"]
    assert message(case.ask()) == "properties.roleDefinitionId does not parse: 'None'"
    other = Case()
    del other.give_group(SCOPE)["properties"]["principalId"]
    assert message(other.ask()).startswith("Group ")


def test_a_management_group_gives_to_the_one_subscription_that_was_read() -> None:
    case = Case()
    case.give(ABOVE)
    assert case.ask() is None


def test_of_several_subscriptions_nobody_knows_which_the_management_group_holds() -> None:
    case = Case()
    case.give(ABOVE)
    assert message(case.ask(others=(Estate(subscription_id(2)),))) == (
        "several subscriptions were read, and ARM does not say which of them management group landing-zones holds"
    )


def test_refused_role_assignments_are_not_collected() -> None:
    answer = Case().ask(refused=(types.ROLE_ASSIGNMENTS,))
    assert isinstance(answer, NotCollected)
    assert (answer.gap.resource_type, answer.gap.status) == (types.ROLE_ASSIGNMENTS, 403)


def test_a_service_principal_has_no_object_id_in_arm() -> None:
    case = Case()
    del case.cluster["identity"]
    case.cluster["properties"]["servicePrincipalProfile"] = {"clientId": "11111111-0000-0000-0000-000000000001"}
    assert message(case.ask()) == (
        "aks1 signs in as service principal 11111111-0000-0000-0000-000000000001, whose object id ARM does not show"
    )


def test_an_identity_without_a_principal_is_not_collected() -> None:
    case = Case()
    del case.cluster["identity"]
    assert message(case.ask()) == "ARM shows no principal id for the identity of aks1"


def test_a_cluster_that_does_not_parse_says_why() -> None:
    case = Case()
    case.cluster["identity"] = {"type": "UserAssigned", "userAssignedIdentities": {"/id": {"principalId": {}}}}
    assert "principalId" in message(case.ask())


def test_only_unread_roles_of_cluster_identities_are_wanted() -> None:
    case = Case()
    read = case.estate.role_definition("read", ["*"])
    case.give(SCOPE, READER)
    case.give(SCOPE, read["name"])
    case.give_group(SCOPE, "99999999-0000-0000-0000-000000000002")
    assert unread_roles(network_of(case.estate)) == []
    case.give(SCOPE, UNKNOWN_ROLE)
    case.give(case.nodes["id"], UNKNOWN_ROLE)
    assert [role.name for role in unread_roles(network_of(case.estate))] == [UNKNOWN_ROLE]


@given(st.text(alphabet="*ab[.", max_size=6), st.text(alphabet="ab[.", min_size=1, max_size=6))
def test_a_star_is_any_text_and_nothing_else_is_special(pattern: str, action: str) -> None:
    case = Case()
    role = case.estate.role_definition("odd", [pattern])
    case.give(SCOPE, role["name"])
    assert (case.ask(action) is None) == fits(pattern, action)


def fits(pattern: str, action: str) -> bool:
    if not pattern:
        return not action
    if pattern[0] == "*":
        return any(fits(pattern[1:], action[n:]) for n in range(len(action) + 1))
    return action[:1] == pattern[0] and fits(pattern[1:], action[1:])
