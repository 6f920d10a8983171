"""The rights that the collectors need: one for each thing that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..inventory import types
from ..inventory.read_actions import read_action
from ..reporters.permissions import Right
from ..rules import catalogue
from ..rules.needs import needs
from .listings import ASKED_FOR

_OTHERWISE: Final = {
    types.APPLICATION_GATEWAYS: "names who holds a subnet's addresses",
    types.PRIVATE_ENDPOINTS: "names who holds a subnet's addresses",
    types.ROLE_DEFINITIONS: "tells what custom roles allow, for the rules about the rights of clusters' identities",
    types.USAGES: "counts a subnet's addresses as Azure does; without it they are counted from what holds them",
}
"""What those are for that no rule is without an answer for lack of."""
OF_MANAGEMENT_GROUPS: Final = "Microsoft.Management/managementGroups/descendants/read"
_SOMETIMES: Final = (
    Right(
        action="Microsoft.Resources/subscriptions/read",
        purpose="finds subscriptions by name, and those of --all-subscriptions",
        optional=True,
    ),
    Right(
        action="Microsoft.ResourceGraph/resources/read",
        purpose="asks Resource Graph, which shows what may be read anyway",
        optional=True,
    ),
    Right(
        action="Microsoft.Authorization/permissions/read",
        purpose="tells whether what Resource Graph shows is whole",
        optional=True,
    ),
)
_OF_GROUPS: Final = Right(
    action=OF_MANAGEMENT_GROUPS,
    purpose="finds the subscriptions of --management-group; counts where the role is assigned at the group",
    optional=True,
)


def rights(needed: Mapping[str, tuple[str, ...]] | None = None, *, management_group: bool = False) -> tuple[Right, ...]:
    """Every right, those that most rules need first.

    Args:
        needed: the types that each rule needs; None: as the package says.
        management_group: with the one that only a role of a management group can give.
    """
    wanting: dict[str, list[str]] = {resource_type: [] for resource_type in ASKED_FOR}
    wanting[types.MANAGED_CLUSTERS] = [rule.id for rule in catalogue()]
    for rule, wanted in (needs() if needed is None else needed).items():
        for resource_type in wanted:
            wanting.get(resource_type, []).append(rule)  # what nobody asks for, no right gives
    found = [
        Right(action=read_action(resource_type), rules=tuple(rules), purpose=_OTHERWISE.get(resource_type, ""))
        for resource_type, rules in wanting.items()
    ]
    found.sort(key=lambda right: (-len(right.rules), right.action.lower()))
    return (*found, *_SOMETIMES, *((_OF_GROUPS,) if management_group else ()))
