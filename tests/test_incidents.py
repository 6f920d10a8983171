"""Every public incident that we know of is rebuilt in tests/incidents/, or it is said why it can't be."""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from . import incidents
from .incidents.scenarios import told

KNOWN: Final = Path(__file__).parents[2] / "shared" / "reference" / "incidents.json"
DOES_NOT_COME_OUT: Final = {
    "https://github.com/MicrosoftDocs/azure-docs/issues/31789": (
        "an address of another subnet is asked for in a Kubernetes Service; its pending frontend never reaches ARM"
    ),
    "https://github.com/MicrosoftDocs/azure-docs/issues/122780": (
        "the command line asked for an option that it then refused; nothing of that is in ARM"
    ),
    "https://github.com/Azure/AKS/issues/2443": (
        "network profiles of container instances hold the subnet when a group is deleted; they are not collected"
    ),
    "https://github.com/hashicorp/terraform-provider-azurerm/issues/7687": (
        "a change of a subnet's prefix while it is in use; no operation on a cluster, so nothing to audit or to plan"
    ),
    "https://github.com/Azure/AKS/issues/2919": (
        "an IPv6 frontend answered on the node port only; the state of probes is not in ARM's resources"
    ),
}
"""Threads that we cannot tell, and why."""
WITH_FIGURES_TO_CHECK: Final = 39


def all_told() -> dict[str, bool]:
    for module in pkgutil.iter_modules(incidents.__path__, f"{incidents.__name__}."):
        import_module(module.name)
    return told


def test_at_least_95_percent_of_the_incidents_in_figures_come_out() -> None:
    come_out = sum(all_told().values())
    assert come_out * 100 >= WITH_FIGURES_TO_CHECK * 95
    assert come_out >= 38


def test_none_is_both_told_and_given_up() -> None:
    assert not set(all_told()) & set(DOES_NOT_COME_OUT)


@pytest.mark.skipif(not KNOWN.exists(), reason="the collection of incidents is not beside this checkout")
def test_at_least_90_percent_of_all_known_incidents_come_out_and_the_rest_say_why() -> None:
    known: list[dict[str, Any]] = json.loads(KNOWN.read_text("utf-8"))
    open_ones = [each["id"] for each in known if not _sources(each) & (set(all_told()) | set(DOES_NOT_COME_OUT))]
    assert open_ones == []
    given_up = [each["id"] for each in known if not _sources(each) & set(all_told())]
    assert len(given_up) * 10 <= len(known), given_up


def _sources(known: dict[str, Any]) -> set[str]:
    return {known["source_url"], *known["also_seen_in"]}
