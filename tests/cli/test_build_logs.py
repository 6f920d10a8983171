"""What comes from Azure gives no order to a build log, whichever command prints it, and wherever.

Azure Pipelines takes `##vso[...]` from anywhere in a line of either stream, GitHub `::...::` from a line's beginning.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from aks_audit.cli import run
from aks_audit.reporters import RENDER

from ..reporters.reports import HOSTILE, hostile_estate

Capsys = pytest.CaptureFixture[str]
NAMES = {name: HOSTILE[name] for name in ("azure-pipelines", "github", "github-inside")}
ORDER = re.compile(r"^\s*::[a-z-]+(\s[^\n]*)?::", re.IGNORECASE | re.MULTILINE)
LINES = [
    "collect --inventory FILE",
    "collect --inventory FILE -o TARGET -v",
    "topology --inventory FILE",
    "topology --inventory FILE -f json",
    "topology --inventory FILE -f mermaid",
    "plan --inventory FILE --cluster NAME --upgrade",
    "plan --inventory FILE --cluster NAME --upgrade -f json",
    "plan --inventory FILE --cluster NAME --pool NAME --count 900",
    "diff CALM FILE",
    "diff CALM FILE -f markdown",
    "diff FILE CALM -f json",
    "audit --inventory FILE -n NAME --why kubenet-route-missing NAME",
    "audit --inventory FILE -n nobody",
    "audit --inventory NAME",
    "audit --demo --select NAME",
    "audit --demo --config NAME",
    "audit --demo -o TARGET --fail-on NAME",
    "explain NAME",
    "NAME",
    *(f"audit --inventory FILE -f {name}" for name in RENDER),
]


@pytest.fixture(params=list(NAMES.values()), ids=list(NAMES))
def name(request: pytest.FixtureRequest) -> str:
    word: str = request.param
    return word


@pytest.fixture
def files(name: str, tmp_path: Path) -> dict[str, str]:
    """An inventory in which everything has that name, and a refusal that says it; and one that is calm."""
    resources = [json.dumps(resource) for resource in hostile_estate(name).resources]
    gap = {"resourceType": "Microsoft.Network/natGateways", "scope": f"/subscriptions/{name}", "status": 403}
    head = json.dumps({"inventory": {"schemaVersion": 1, "tool": name, "subscriptions": [name], "complete": []}})
    told = json.dumps({"gap": {**gap, "code": name, "message": name}})
    end = json.dumps({"end": {"resources": len(resources), "gaps": 1}})
    (tmp_path / "hostile.jsonl").write_text("\n".join([head, *resources, told, end, ""]))
    hostile_estate("calm").write(tmp_path / "calm.jsonl")
    return {
        "FILE": str(tmp_path / "hostile.jsonl"),
        "CALM": str(tmp_path / "calm.jsonl"),
        "TARGET": str(tmp_path / "new.jsonl"),
        "NAME": name,
    }


@pytest.mark.parametrize("line", LINES)
def test_no_line_is_an_order(line: str, files: dict[str, str], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    run([files.get(word, word) for word in line.split()])
    said = capfdbinary.readouterr()
    assert said.out or said.err
    for text in (said.out.decode(), said.err.decode()):
        assert "##vso[" not in text.lower()
        assert "##[" not in text
        assert not ORDER.search(text)


def test_an_inventory_on_standard_output_says_the_same_as_in_a_file(
    files: dict[str, str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["collect", "--inventory", files["FILE"], "-q"]) == 0
    printed = [json.loads(row) for row in capfdbinary.readouterr().out.splitlines()]
    assert run(["collect", "--inventory", files["FILE"], "-q", "-o", files["TARGET"]]) == 0
    assert printed == [json.loads(row) for row in Path(files["TARGET"]).read_text("utf-8").splitlines()]
    assert files["NAME"] in {resource.get("name") for resource in printed}
