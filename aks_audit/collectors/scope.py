"""Which subscriptions a run is about."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import msgspec

from ..errors import AccessError, UsageError
from ..inventory.split import NOT_JSON
from .connection.answers import UNREACHABLE, NoAnswer, fault_of, unreachable
from .connection.arm import Arm
from .gather import OK
from .pages import NotAPage, read_page

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SUBSCRIPTIONS: Final = "2022-12-01"
_MANAGEMENT_GROUPS: Final = "2021-04-01"
SUBSCRIPTION_VARIABLE: Final = "AZURE_SUBSCRIPTION_ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the user asked for. All empty: the one subscription there is."""

    subscriptions: tuple[str, ...] = ()
    """Ids or names."""
    management_group: str = ""
    all_subscriptions: bool = False


class _Subscription(msgspec.Struct):
    subscription_id: str | None = msgspec.field(default=None, name="subscriptionId")
    display_name: str | None = msgspec.field(default=None, name="displayName")
    state: str | None = None


class _Descendant(msgspec.Struct):
    name: str | None = None
    type: str | None = None


def resolve(arm: Arm, scope: Scope) -> tuple[str, ...]:
    """The ids of the subscriptions that are meant, sorted.

    Raises:
        AccessError: Azure shows no such subscription or management group.
        UsageError: nothing was named and there is more than one.
    """
    if scope.management_group:
        return tuple(sorted(_below(arm, scope.management_group)))
    named = scope.subscriptions
    default = os.environ.get(SUBSCRIPTION_VARIABLE, "")
    if not named and not scope.all_subscriptions and default:
        named = (default,)
    if named and all(_GUID.fullmatch(name) for name in named):
        return tuple(sorted({name.lower() for name in named}))
    visible = list(_visible(arm))
    if scope.all_subscriptions:
        enabled = {s.subscription_id.lower() for s in visible if s.subscription_id and s.state != "Disabled"}
        if not enabled:
            raise AccessError("the credential sees no subscription", "give it Reader on one")
        return tuple(sorted(enabled))
    if named:
        return tuple(sorted({_id_of(name, visible) for name in named}))
    if len(visible) == 1 and visible[0].subscription_id:
        return (visible[0].subscription_id.lower(),)
    if not visible:
        raise AccessError("the credential sees no subscription", "give it Reader on one")
    raise UsageError(
        f"the credential sees {len(visible)} subscriptions and none was named",
        "name some with -s ID_OR_NAME, or take --all-subscriptions or --management-group",
    )


def _id_of(name: str, visible: list[_Subscription]) -> str:
    found = {
        subscription.subscription_id.lower()
        for subscription in visible
        if subscription.subscription_id
        and name.lower() in (subscription.subscription_id.lower(), (subscription.display_name or "").lower())
    }
    if len(found) > 1:
        ids = ", ".join(sorted(found))
        raise UsageError(f"{len(found)} subscriptions are named {name!r}", f"name one by id: {ids}")
    if found:
        return found.pop()
    if _GUID.fullmatch(name):
        return name.lower()
    raise AccessError(
        f"the credential sees no subscription named {name!r}", "'az account list' shows those you can see"
    )


def _visible(arm: Arm) -> Iterator[_Subscription]:
    for element in _elements(arm, f"/subscriptions?api-version={_SUBSCRIPTIONS}", "the subscriptions"):
        yield msgspec.json.decode(element, type=_Subscription)


def _below(arm: Arm, group: str) -> Iterator[str]:
    path = f"/providers/Microsoft.Management/managementGroups/{quote(group, safe='')}/descendants"
    found = False
    for element in _elements(arm, f"{path}?api-version={_MANAGEMENT_GROUPS}", f"management group {group!r}"):
        descendant = msgspec.json.decode(element, type=_Descendant)
        if (descendant.type or "").lower().endswith("/subscriptions") and descendant.name:
            found = True
            yield descendant.name.lower()
    if not found:
        raise AccessError(f"there is no subscription below management group {group!r}", "name another, or use -s")


def _elements(arm: Arm, url: str, what: str) -> Iterator[msgspec.Raw]:
    hint = "check the name, and that the credential may read it"
    next_url: str | None = url
    seen: set[str] = set()
    try:
        while next_url:
            if next_url in seen:
                raise AccessError(f"Azure does not list {what}: the nextLink leads back", hint)
            seen.add(next_url)
            answer = arm.get(next_url, "containerservice")
            if answer.status != OK:
                raise AccessError(f"Azure does not list {what}: {' '.join(fault_of(answer))}", hint)
            elements, next_url = read_page(answer.body)
            yield from elements
    except NoAnswer as error:
        if error.code in UNREACHABLE:
            raise unreachable(error.code, error.message) from error
        raise AccessError(f"Azure does not list {what}: {error}", hint) from error
    except (NotAPage, *NOT_JSON) as error:
        raise AccessError(f"Azure does not list {what}: {error}", hint) from error
