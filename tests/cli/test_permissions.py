"""`permissions`: which rights are needed, for what, and a role that has them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from aks_audit.cli import run
from aks_audit.collectors.rights import rights
from aks_audit.inventory.read_actions import read_action
from aks_audit.inventory.types import SCALE_SET_NICS
from aks_audit.rules import catalogue
from aks_audit.rules.needs import needs

Capsys = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"


def role(capsys: Capsys, *options: str) -> dict[str, object]:
    assert run(["permissions", "-f", "json", *options]) == 0
    read: dict[str, object] = json.loads(capsys.readouterr().out)
    return read


def test_prints_a_role_that_azure_takes(capsys: Capsys) -> None:
    given = role(capsys, "-s", SUBSCRIPTION)
    assert list(given) == [
        "Name",
        "IsCustom",
        "Description",
        "Actions",
        "NotActions",
        "DataActions",
        "NotDataActions",
        "AssignableScopes",
    ]
    assert given["IsCustom"] is True
    assert given["AssignableScopes"] == [f"/subscriptions/{SUBSCRIPTION}"]
    actions = given["Actions"]
    assert isinstance(actions, list)
    assert actions == sorted(set(actions), key=str.lower)
    assert all(re.fullmatch(r"Microsoft\.[A-Za-z]+(/[A-Za-z]+)+/read", action) for action in actions)


def test_the_role_has_every_action_that_a_run_takes(capsys: Capsys) -> None:
    """What was asked when the cassettes were recorded."""
    actions = role(capsys)["Actions"]
    assert isinstance(actions, list)
    asked = set()
    for path in sorted((ROOT / "cassettes").glob("*.yaml")):
        for uri in re.findall(r"^    uri: (\S+)$", path.read_text(), re.MULTILINE):
            _, is_resource, rest = urlsplit(uri).path.rpartition("/providers/")
            provider, *segments = rest.split("/")
            of_type = read_action("/".join([provider, *segments[::2]]))
            asked.add(of_type if is_resource else "Microsoft.Resources/subscriptions/read")
    assert len(asked) > 12
    assert asked - set(actions) == set()


def test_a_management_group_needs_one_more(capsys: Capsys) -> None:
    given = role(capsys, "--management-group", "corp", "-s", SUBSCRIPTION)
    assert given["AssignableScopes"] == [
        f"/subscriptions/{SUBSCRIPTION}",
        "/providers/Microsoft.Management/managementGroups/corp",
    ]
    action = "Microsoft.Management/managementGroups/descendants/read"
    assert action in str(given["Actions"])
    assert action not in str(role(capsys)["Actions"])


def test_says_where_the_scope_has_to_be_filled_in(capsys: Capsys) -> None:
    assert run(["permissions", "-f", "json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["AssignableScopes"] == ["/subscriptions/00000000-0000-0000-0000-000000000000"]
    assert "name it with -s ID" in said.err
    assert run(["permissions", "-f", "json", "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_a_subscription_by_name_is_refused(capsys: Capsys) -> None:
    assert run(["permissions", "-s", "shop production"]) == 2
    assert "subscription 'shop production' is no id; 'az account show --query id' shows it" in capsys.readouterr().err


def test_shows_which_rules_need_which_action(capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in ("60", "100", "200"):
        monkeypatch.setenv("COLUMNS", width)
        assert run(["permissions"]) == 0
        text = capsys.readouterr().out
        assert max(map(len, text.splitlines())) <= 200
        words = " ".join(text.split())
        assert f"Microsoft.ContainerService/managedClusters/read all {len(catalogue())} rules" in words
        assert re.search(r"Microsoft\.Network/azureFirewalls/read \d+: firewall-addresses-scarce", words)


def test_what_the_rules_own_tests_showed_is_what_is_said() -> None:
    said = needs()
    assert set(said) == {rule.id for rule in catalogue()}
    assert "Microsoft.Network/routeTables" in said["kubenet-route-missing"]
    assert SCALE_SET_NICS in said["kubenet-ip-forwarding-off"]
    assert said["kubenet-retirement"] == ()


def test_every_right_says_what_it_is_for() -> None:
    assert [right.action for right in rights(management_group=True) if not right.rules and not right.purpose] == []


def test_writes_files_by_suffix(tmp_path: Path) -> None:
    assert run(["permissions", "-q", "-o", str(tmp_path / "role.json"), "-o", str(tmp_path / "rights.md")]) == 0
    assert json.loads((tmp_path / "role.json").read_text())["Name"] == "aks-audit reader"
    assert (tmp_path / "rights.md").read_text().startswith("| Action |")


def test_asks_no_package_of_azure() -> None:
    program = (
        "import sys; from aks_audit.cli import run; run(['permissions'])\n"
        "print([name for name in sys.modules if name.partition('.')[0] in ('azure', 'requests', 'urllib3')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
