"""What people and programs get to see of a plan."""

from __future__ import annotations

import json

from aks_audit.plan import plan_pool, plan_upgrade, render_json, render_text

from ..networks import network_of
from .clusters import in_subnet, network_in

HOSTILE = "aks\x1b[2J\u202eevil"


def test_a_name_that_steers_the_terminal_is_shown_as_characters() -> None:
    estate, arm = in_subnet("10.1.0.0/24", "cni-overlay", [{}])
    arm["name"] = HOSTILE
    arm["properties"]["agentPoolProfiles"][0]["name"] = HOSTILE
    plan = plan_upgrade(network_of(estate), HOSTILE)
    for text in (render_text(plan), render_json(plan)):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert json.loads(render_json(plan))["operation"] == "upgrade"


def test_what_is_not_known_stays_null() -> None:
    estate, _ = in_subnet("10.1.0.0/24", "cni-overlay", [{}])
    network = network_of(estate, refused=["Microsoft.Network/virtualNetworks"])
    plan = plan_pool(network, "aks1", "np1", count=4)
    (limit,) = [c for c in json.loads(render_json(plan))["constraints"] if c["kind"] == "subnet-addresses"]
    assert [limit[key] for key in ("need", "available", "short", "free")] == [4, None, None, None]
    assert render_text(plan).startswith("CANNOT TELL: pool aks1/np1: count 4\n")
    assert "Could not be told" in render_text(plan)


def test_the_same_question_has_the_same_answer_byte_by_byte() -> None:
    network = network_in("10.1.0.0/24", "cni-node-subnet", [{"count": 3}])
    first, second = (plan_pool(network, "aks1", "np1", count=30) for _ in range(2))
    assert (render_json(first), render_text(first)) == (render_json(second), render_text(second))


def test_every_line_fits_a_hundred_columns() -> None:
    pools = [{"name": f"pool{n}", "count": 20, "max_count": 900, "max_surge": "33%"} for n in range(8)]
    text = render_text(plan_upgrade(network_in("10.1.0.0/24", "cni-node-subnet", pools), "aks1"))
    assert max(map(len, text.splitlines())) <= 100
