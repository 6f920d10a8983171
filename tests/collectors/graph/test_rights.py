"""What the caller's permissions say about whole subscriptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aks_audit.collectors.connection.arm import Arm
from aks_audit.collectors.graph.rights import readable
from aks_audit.inventory import types

from ...arm import StandIn
from ...estate import SUBSCRIPTION

Serve = Callable[..., StandIn]
Connect = Callable[..., Arm]
TABLES, CLUSTERS = types.ROUTE_TABLES, types.MANAGED_CLUSTERS


def role(*actions: str, less: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"actions": list(actions), "notActions": list(less), "dataActions": [], "notDataActions": []}


@pytest.mark.parametrize(
    ("roles", "whole"),
    [
        ([role("*/read")], {TABLES, CLUSTERS}),
        ([role("*")], {TABLES, CLUSTERS}),
        ([], set()),
        ([role("Microsoft.Network/*/read")], {TABLES}),
        ([role("microsoft.network/ROUTETABLES/READ")], {TABLES}),
        ([role("Microsoft.Network/routeTables/write")], set()),
        ([role("Microsoft.Network/routeTables/*/read")], set()),
        ([role("*/read", less=("Microsoft.Network/*",))], {CLUSTERS}),
        ([role("*/read", less=("Microsoft.Network/*",)), role("Microsoft.Network/*")], {TABLES, CLUSTERS}),
        ([role("*/rea?"), role("*/[r]ead")], set()),
        ([{"actions": ["*/read"]}], {TABLES, CLUSTERS}),
    ],
)
def test_each_role_gives_its_actions_less_what_it_takes_away(
    roles: list[dict[str, Any]], whole: set[str], serve: Serve, connect: Connect
) -> None:
    standin = serve([], subscriptions=[SUBSCRIPTION], rights={SUBSCRIPTION: roles})
    assert readable(connect(standin), SUBSCRIPTION, (TABLES, CLUSTERS)) == whole


def test_roles_of_all_pages_count(serve: Serve, connect: Connect) -> None:
    roles = [role("Microsoft.Storage/*"), role("Microsoft.Network/*"), role("Microsoft.ContainerService/*")]
    standin = serve([], subscriptions=[SUBSCRIPTION], rights={SUBSCRIPTION: roles}, page_size=1)
    assert readable(connect(standin), SUBSCRIPTION, (TABLES, CLUSTERS)) == {TABLES, CLUSTERS}


@pytest.mark.parametrize("how", ["next-loop", "next-other-host", "truncate", "reset"])
def test_a_list_without_an_end_gives_no_more_than_it_says(how: str, serve: Serve, connect: Connect) -> None:
    standin = serve([], subscriptions=[SUBSCRIPTION], rights={SUBSCRIPTION: [role("Microsoft.Network/*")]})
    standin.fault("*/permissions", how=how)
    assert readable(connect(standin, retries=0), SUBSCRIPTION, (TABLES, CLUSTERS)) <= {TABLES}
