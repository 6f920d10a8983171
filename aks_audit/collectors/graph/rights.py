"""What the caller may read in a subscription as a whole.

Resource Graph shows whatever the caller may read and is silent about the rest: with rights on one resource group it
answers with that group's rows as if there were no more. What it says counts as all there is only where the caller's own
permissions say so, and they are one request a subscription.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from ...analysis.rights import allows
from ...inventory.split import NOT_JSON
from ...model import Permission
from ..connection.answers import NoAnswer
from ..connection.arm import Arm
from ..pages import NotAPage, read_page

VERSION: Final = "api-version=2022-04-01"
_OK: Final = 200
_MAX_PAGES: Final = 20


class _Permission(msgspec.Struct, rename="camel"):
    """What one of the caller's roles gives, less what it takes away again."""

    actions: list[str] = []
    not_actions: list[str] = []


def path_of(subscription: str) -> str:
    """Where the caller's own permissions in a subscription are asked for."""
    return f"/subscriptions/{subscription}/providers/Microsoft.Authorization/permissions"


def readable(arm: Arm, subscription: str, resource_types: Iterable[str]) -> frozenset[str]:
    """The types that the caller may read wherever they lie in a subscription; none where that cannot be told."""
    permissions = _permissions(arm, subscription)
    return frozenset(t for t in resource_types if allows(permissions, f"{t}/read".lower()))


def _permissions(arm: Arm, subscription: str) -> list[Permission]:
    """What came of the list: that much at least is given."""
    found: list[_Permission] = []
    url: str | None = f"{path_of(subscription)}?{VERSION}"
    pages = 0
    try:
        while url and pages < _MAX_PAGES:
            answer = arm.get(url, "authorization")
            if answer.status != _OK:
                break
            elements, url = read_page(answer.body)
            found += [msgspec.json.decode(element, type=_Permission) for element in elements]
            pages += 1
    except (NoAnswer, NotAPage, *NOT_JSON):
        pass
    return [
        Permission(
            actions=tuple(action.lower() for action in each.actions),
            not_actions=tuple(action.lower() for action in each.not_actions),
        )
        for each in found
    ]
