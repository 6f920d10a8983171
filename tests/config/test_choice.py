"""Which rules run."""

from __future__ import annotations

from dataclasses import replace

from aks_audit.config import Choice
from aks_audit.rules.kubenet.kubenet_route_missing import kubenet_route_missing
from aks_audit.rules.lifecycle.kubenet_retirement import kubenet_retirement

POLICY = replace(kubenet_retirement, id="of-the-policy", profile="policy")
RULES = (kubenet_route_missing, kubenet_retirement, POLICY)


def ids(choice: Choice) -> list[str]:
    return [rule.id for rule in choice.of(RULES)]


def test_the_default_profile_leaves_out_what_other_tools_demand() -> None:
    assert ids(Choice()) == ["kubenet-route-missing", "kubenet-retirement"]
    assert Choice().reason_against(POLICY) == "it belongs to the profile policy, and this run has default"


def test_the_policy_profile_runs_it_as_well() -> None:
    assert ids(Choice(profile="policy")) == ["kubenet-route-missing", "kubenet-retirement", "of-the-policy"]


def test_a_selected_rule_runs_whatever_its_profile() -> None:
    assert ids(Choice(select=("of-the-policy",))) == ["of-the-policy"]
    assert Choice(select=("of-the-policy",)).reason_against(kubenet_retirement) == "other rules were selected"


def test_an_ignored_rule_does_not_run_although_it_was_selected() -> None:
    choice = Choice(select=("kubenet-retirement", "of-the-policy"), ignore=("kubenet-retirement",))
    assert ids(choice) == ["of-the-policy"]
    assert choice.reason_against(kubenet_retirement) == "it is ignored"
