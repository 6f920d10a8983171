"""The same estate through aks-audit, through the typed SDK in the plain way, and through other tools.

Others are run where the environment names their program: CUSTODIAN (Cloud Custodian with c7n-azure), PROWLER. They know
no address but Azure's, so a proxy on this machine takes them to the stand-in; they need not be changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.arm import StandIn
from tests.estate import subscription_id
from tests.fleet import fleet, subscriptions_of

from . import measure
from .detour import Detour
from .line import Line

TITLE: Final = "20 clusters, 600 nodes, 4 subscriptions, no distance to the stand-in"
CLUSTERS: Final = 20
SUBSCRIPTIONS: Final = [subscription_id(1 + number) for number in range(subscriptions_of(CLUSTERS))]
POLICIES: Final = """\
policies:
  - {name: aks, resource: azure.aks}
  - {name: vnet, resource: azure.vnet}
  - {name: nic, resource: azure.networkinterface}
"""


@dataclass(frozen=True, slots=True)
class Tool:
    """How a tool is run, and what it found, told by its folder and its output."""

    name: str
    command: list[str]
    found: Callable[[Path, str], str]


def run() -> Iterator[Line]:
    with measure.folder() as name, StandIn(fleet(CLUSTERS)) as arm:
        folder = Path(name)
        for tool in _tools(folder):
            if not tool.command:
                yield Line(f"{tool.name}: not run, its program was not named", "")
                continue
            with Detour(int(arm.base_url.rpartition(":")[2])) as detour:
                arm.clear()
                env = {**_environment(arm, folder), **(detour.environment if tool.name in ELSEWHERE else {})}
                taken = measure.run(tool.command, env, expect=range(256))
            yield Line(f"{tool.name}: wall", f"{taken.wall_seconds:,.1f} s")
            yield Line(f"{tool.name}: processor", f"{taken.processor_seconds:,.1f} s")
            yield Line(f"{tool.name}: peak memory", f"{taken.peak_megabytes:,.0f} MB")
            yield Line(f"{tool.name}: requests", f"{len(arm.requests):,}")
            yield Line(f"{tool.name}: {tool.found(folder, taken.output)}, exit code {taken.status}", "")
            if detour.refused:
                yield Line(f"{tool.name}: asked for elsewhere, refused: {', '.join(sorted(set(detour.refused)))}", "")


ELSEWHERE: Final = ("Cloud Custodian", "Prowler")
"""The tools that know no address but Azure's."""


def _tools(folder: Path) -> list[Tool]:
    custodian, prowler = os.environ.get("CUSTODIAN", ""), os.environ.get("PROWLER", "")
    (folder / "policies.yml").write_text(POLICIES)
    audit = [*measure.AKS_AUDIT, "audit", "--all-subscriptions", "-q", "-o", str(folder / "report.json")]
    each = f"for s in $SUBSCRIPTIONS; do AZURE_SUBSCRIPTION_ID=$s {custodian} run -s {folder}/$s {folder}/policies.yml"
    asked = ["azure", "--managed-identity-auth", "--services", "network", "aks", "--output-formats", "json-ocsf"]
    return [
        Tool("aks-audit", audit, _findings_of_ours),
        Tool("typed SDK", [measure.PYTHON, "-m", "benchmarks.plain_sdk"], lambda _, output: output.strip()),
        Tool("Cloud Custodian", ["sh", "-c", f"{each}; done"] if custodian else [], _resources_of_custodian),
        Tool("Prowler", [prowler, *asked, "--output-directory", str(folder)] if prowler else [], _findings_of_prowler),
    ]


def _environment(arm: StandIn, folder: Path) -> dict[str, str]:
    return {
        **arm.environment,
        "SUBSCRIPTIONS": " ".join(SUBSCRIPTIONS),
        "AZURE_ACCESS_TOKEN": "stand-in-token",
        "SSL_CERT_FILE": arm.ca_file,
        "HOME": str(folder),
    }


def _findings_of_ours(folder: Path, _output: str) -> str:
    report = json.loads((folder / "report.json").read_text())
    return f"{len(report['findings'])} findings on {len(report['clusters'])} clusters"


def _resources_of_custodian(folder: Path, _output: str) -> str:
    listed = [len(json.loads(path.read_text())) for path in folder.glob("*/*/resources.json")]
    return f"{sum(listed)} resources listed, no findings: filters are the user's to write"


def _findings_of_prowler(folder: Path, _output: str) -> str:
    found = [one for path in folder.glob("*.ocsf.json") for one in json.loads(path.read_text())]
    return f"{sum(one.get('status_code') == 'FAIL' for one in found)} checks failed of {len(found)}"
