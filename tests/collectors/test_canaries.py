"""Canaries planted wherever something private may stand: none of them comes out anywhere."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from aks_audit.cli import run
from aks_audit.inventory import ResourceId
from aks_audit.inventory.properties import Tree, tree_of

from ..arm import StandIn
from ..estate import Pool, subnet
from ..example_estates import egress_with_faults, kubenet_with_faults

CANARY = re.compile(r"canary\w*|867540\d{6}", re.IGNORECASE)
PEM = "-----BEGIN PRIVATE KEY-----\ncanaryMIIE\n-----END PRIVATE KEY-----"
SAS = "https://canarystore.blob.core.windows.net/c?sv=2024-11-04&sig=canary%3D"
TOKEN = "eyJhbGciOiJub25lIn0.canarypayload.canarysignature"
Capsys = pytest.CaptureFixture[str]
Json = dict[str, Any]


class Planter:
    """Puts a canary at every place of a resource that is not on the list, and new ones into every object."""

    def __init__(self) -> None:
        self._numbers = count()
        self.planted = 0

    def text(self) -> str:
        self.planted += 1
        return f"canary{next(self._numbers):06}"

    def number(self) -> int:
        self.planted += 1
        return 867_540_000_000 + next(self._numbers)

    def plant(self, value: Any, tree: Tree | None) -> Any:
        """The value with canaries; `tree` is what of it is written, None for nothing."""
        if isinstance(value, list):
            return [self.plant(item, tree) for item in value]
        if isinstance(value, dict):
            return {key: self.plant(item, _below(tree, key)) for key, item in value.items()} | self._more(tree)
        if tree is not None and not tree:
            return value
        return self.number() if isinstance(value, int) else self.text()

    def _more(self, tree: Tree | None) -> Json:
        if tree is not None and "*" in tree:  # an object whose names are anybody's
            return {
                "aName": {
                    "config": {"secret": self.text(), "pem": self.text()},
                    "key": self.text(),
                    "pin": self.number(),
                }
            }
        if tree and any(name.startswith("~") for name in tree):  # tags: names and texts
            return {"password": self.text(), self.text(): self.text()}
        return {
            "adminPassword": self.text(),
            "pin": self.number(),
            "sshKeys": [self.text(), {"keyData": self.text()}, [self.text()], self.number()],
            "protectedSettings": {"commandToExecute": self.text(), self.text(): self.number()},
            self.text(): self.text(),
        }


def _below(tree: Tree | None, key: str) -> Tree | None:
    return next((tree[name] for name in (key, f"~{key.lower()}", "*") if tree and name in tree), None)


SECRET_PLACES: dict[str, Json] = {
    "Microsoft.ContainerService/managedClusters": {
        "linuxProfile": {"adminUsername": "x", "ssh": {"publicKeys": [{"keyData": "x"}]}},
        "windowsProfile": {"adminUsername": "x", "adminPassword": "x"},
        "servicePrincipalProfile": {"clientId": "msi", "secret": "x"},
        "addonProfiles": {
            "omsagent": {"enabled": True, "config": {"workspaceKey": "x"}, "identity": {"clientId": "x"}}
        },
        "aadProfile": {"serverAppSecret": "x", "adminGroupObjectIDs": ["x"], "tenantID": "x"},
        "httpProxyConfig": {"httpProxy": "http://user:x@proxy", "trustedCa": "x", "noProxy": ["x"]},
        "securityProfile": {"customCATrustCertificates": ["x"], "azureKeyVaultKms": {"keyId": "x"}},
        "kubeConfig": "x",
    },
    "Microsoft.Compute/virtualMachineScaleSets": {
        "virtualMachineProfile": {
            "userData": "x",
            "osProfile": {
                "customData": "x",
                "adminPassword": "x",
                "linuxConfiguration": {"ssh": {"publicKeys": ["x"]}},
            },
            "extensionProfile": {
                "extensions": [{"name": "x", "properties": {"settings": {"a": "x"}, "protectedSettings": {"b": "x"}}}]
            },
        }
    },
}


def an_estate_full_of_canaries() -> tuple[list[Json], int]:
    estates = [kubenet_with_faults(), egress_with_faults()]
    every_type = estates[0].virtual_network("many", "10.200.0.0/16", {"a": "10.200.0.0/24"})
    nodes = subnet(every_type, "a")
    estates[0].cluster("aks3", "cni-node-subnet", subnet=nodes, pools=[Pool(count=1)], private=True)
    planter = Planter()
    planted = []
    for resource in (resource for estate in estates for resource in estate.resources):
        resource_type = ResourceId.of(resource["id"]).type
        _add_secret_places(resource.get("properties", {}), SECRET_PLACES.get(resource_type, {}))
        more = {"tags": {**resource.get("tags", {}), "password": "x"}, "systemData": {"createdBy": "x"}}
        planted.append(planter.plant({**resource, **more}, tree_of(resource_type)))
    for resource in planted:
        resource.get("properties", {}).update(SECRETS_IN_TEXTS.get(ResourceId.of(resource["id"]).type, {}))
    return planted, planter.planted


SECRETS_IN_TEXTS: dict[str, Json] = {
    "Microsoft.Network/virtualNetworks": {"provisioningState": f"see {SAS}"},
    "Microsoft.Network/networkInterfaces": {"provisioningState": PEM},
    "Microsoft.ContainerService/managedClusters": {"fqdn": f"Bearer {TOKEN}", "publicNetworkAccess": TOKEN},
}


def _add_secret_places(properties: Json, more: Json) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(properties.get(key), dict):
            _add_secret_places(properties[key], value)
        else:
            properties[key] = value


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    for name in [name for name in os.environ if name.startswith(("AZURE_", "MSI_", "IDENTITY_"))]:
        monkeypatch.delenv(name)
    resources, planted = an_estate_full_of_canaries()
    assert planted > 2_000
    headers = {"WWW-Authenticate": f'Bearer claims="{TOKEN}"', "x-ms-canary": "canary", "Set-Cookie": "canary=1"}
    fault = {"code": "AuthorizationFailed", "message": f"no: {SAS} and Bearer {TOKEN} and {PEM}", "target": "canary"}
    body = json.dumps({"error": {**fault, "innererror": {"trace": "canary"}, "details": [fault]}}).encode()
    with StandIn(resources) as standin:
        for name, value in standin.environment.items():
            monkeypatch.setenv(name, value)
        standin.fault("*/natGateways", status=403, body=body, headers=headers)
        standin.fault("*/azureFirewalls", body=b'{"canary": ')
        standin.fault("*/publicIPPrefixes", body=b'{"value": ["canary", {"canary": 1}, {"name": {"a": "canary"}}]}')
        standin.fault("*/applicationGateways", status=502, body=b"<html>canary</html>")
        standin.fault("*", headers=headers)
        yield standin


def canaries(text: str) -> set[str]:
    return set(CANARY.findall(text))


def everything_in(folder: Path, capsys: Capsys) -> str:
    told = capsys.readouterr()
    return "\n".join([told.out, told.err, *(path.read_text("utf-8", "replace") for path in folder.iterdir())])


FORMATS = ("md", "json", "sarif", "xml", "csv", "html")


def test_an_inventory_and_what_is_said_are_free_of_canaries(azure: StandIn, tmp_path: Path, capsys: Capsys) -> None:
    assert run(["collect", "--all-subscriptions", "-v", "-o", str(tmp_path / "estate.jsonl")]) == 0
    assert canaries(everything_in(tmp_path, capsys)) == set()


@pytest.mark.parametrize("recorded", [[], ["--record"], ["--no-scrub", "--record"]], ids=["live", "record", "no-scrub"])
@pytest.mark.parametrize("collector", ["arm", "graph"])
def test_reports_cassettes_and_messages_are_free_of_canaries(
    collector: str, recorded: list[str], azure: StandIn, tmp_path: Path, capsys: Capsys
) -> None:
    outputs = [word for suffix in FORMATS for word in ("-o", str(tmp_path / f"report.{suffix}"))]
    if recorded:
        recorded = [*recorded, str(tmp_path / "run.yaml")]
    live = ["audit", "--all-subscriptions", "--collector", collector, "-v", "-f", "terminal", *outputs, *recorded]
    assert run(live) == 1
    assert canaries(everything_in(tmp_path, capsys)) == set()
    report = (tmp_path / "report.json").read_bytes()
    assert (b"AuthorizationFailed" in report) == (collector == "arm")
    if recorded:
        assert run(["audit", "--replay", str(tmp_path / "run.yaml"), "-o", str(tmp_path / "again.json")]) == 1
        assert (tmp_path / "again.json").read_bytes() == report


def test_what_is_made_of_a_strangers_file_is_free_of_canaries(tmp_path: Path, capsys: Capsys) -> None:
    resources, _ = an_estate_full_of_canaries()
    escaped = json.dumps(resources).replace("adminPassword", "\\u0061dminPassword").replace("sig=", "s\\u0069g=")
    (tmp_path / "private").mkdir()
    source, target = tmp_path / "private" / "list.json", tmp_path / "less"
    target.mkdir()
    source.write_text(escaped)
    assert run(["collect", "--inventory", str(source), "-o", str(target / "estate.jsonl")]) == 0
    outputs = [word for suffix in FORMATS for word in ("-o", str(target / f"report.{suffix}"))]
    assert run(["audit", "--inventory", str(source), *outputs, "-f", "terminal"]) == 1
    assert run(["topology", "--inventory", str(source), "-o", str(target / "topology.json")]) == 0
    assert canaries(everything_in(target, capsys)) == set()


def test_the_estate_of_canaries_is_as_sound_as_the_one_without(tmp_path: Path, capsys: Capsys) -> None:
    """Or the tests above would look at reports in which nothing stands."""
    resources, _ = an_estate_full_of_canaries()
    (tmp_path / "list.json").write_text(json.dumps(resources))
    run(["audit", "--inventory", str(tmp_path / "list.json"), "-f", "json"])
    report = json.loads(capsys.readouterr().out)
    assert len(report["findings"]) > 10
    assert {gap["code"] for gap in report["gaps"]} == {"NotCollected"}  # a list without a header is all of that
