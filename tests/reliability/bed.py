"""A bed for faults: one estate behind the stand-in, whole runs of the command line, and what must hold of each."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest import mock

from aks_audit.cli import run
from aks_audit.collectors import collect, live
from aks_audit.collectors.connection import throttle
from aks_audit.collectors.connection.bucket import Quota
from aks_audit.collectors.connection.patience import Patience
from aks_audit.inventory import types
from aks_audit.inventory.records import Complete, Gap, Header, Resource
from aks_audit.inventory.stream import Sink

from ..arm import StandIn
from ..estate import Estate, Pool, subnet
from ..record_cassettes import environment
from ..records import Kept

DATE: Final = "Fri, 20 Nov 2026 06:00:00 GMT"
QUICK: Final = Patience(
    connect_seconds=5, read_seconds=10, answer_seconds=20, retries=2, backoff_seconds=0.001, pause_seconds=0.001
)
"""Waits that a test can afford, and time enough for a machine that is busy."""
AMPLE: Final = Quota(size=math.inf, per_second=1000)
"""What a provider is thought to grant after it refused."""
_LED_TO_BY: Final[Mapping[str, tuple[str, ...]]] = {
    types.SCALE_SET_NICS: (types.SCALE_SETS, types.MANAGED_CLUSTERS),
    types.USAGES: (types.VIRTUAL_NETWORKS, types.MANAGED_CLUSTERS),
    types.PRIVATE_DNS_ZONE_LINKS: (types.PRIVATE_DNS_ZONES, types.MANAGED_CLUSTERS),
    types.ROLE_DEFINITIONS: (types.ROLE_ASSIGNMENTS, types.MANAGED_CLUSTERS),
}
"""What is not asked for where the listing that leads to it was not read."""


def healthy_estate() -> Estate:
    """Of everything that is asked for something; nothing is wrong with it from --fail-on's usual level up."""
    estate = Estate()
    hub = estate.virtual_network("hub", "10.9.0.0/16", {"shared": "10.9.4.0/24"})
    places = {"kube": "10.1.0.0/24", "web": "10.1.1.0/24", "classic": "10.1.4.0/22"}
    vnet = estate.virtual_network("spoke", "10.1.0.0/16", places, peer_with=[hub])
    table = estate.route_table("rt-kube", subnets=[subnet(vnet, "kube")])
    estate.cluster("kube", "kubenet", pools=[Pool(count=2)], subnet=subnet(vnet, "kube"), route_table=table)
    estate.route_table("rt-spare")
    estate.cluster("web", "cni-overlay", pools=[Pool(count=2)], subnet=subnet(vnet, "web"), private=True)
    gateway = estate.nat_gateway(subnets=[subnet(vnet, "classic")])
    by_gateway: dict[str, Any] = {"outbound_type": "userAssignedNATGateway", "nat_gateway": gateway}
    estate.cluster("classic", "cni-node-subnet", pools=[Pool(count=2)], subnet=subnet(vnet, "classic"), **by_gateway)
    estate.network_security_group(subnets=[subnet(vnet, name) for name in places])
    estate.private_endpoint(subnet(hub, "shared"), "pe")
    estate.virtual_machine_nic(subnet(hub, "shared"), "jump")
    return estate


@dataclass(kw_only=True)
class Collected:
    """What a run read."""

    complete: tuple[Complete, ...] = ()
    kept: Kept = field(default_factory=Kept)

    @property
    def ids(self) -> dict[str, str]:
        """The type of every resource, by its id without case."""
        return {resource.id.key: resource.type for resource in self.kept.resources}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a run."""

    code: int
    report: dict[str, Any] | None
    """None where none was written."""
    text: str
    said: str
    """On standard error."""
    collected: Collected
    stats: dict[str, Any] | None = None

    @property
    def gaps(self) -> list[dict[str, Any]]:
        return self.report["gaps"] if self.report else []

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(gap["code"] for gap in self.gaps)

    @property
    def unknown(self) -> frozenset[str]:
        """The rules that could not tell."""
        return frozenset(item["rule"] for item in self.report["unknown"]) if self.report else frozenset()

    @property
    def findings(self) -> dict[str, dict[str, Any]]:
        return {finding["fingerprint"]: finding for finding in self.report["findings"]} if self.report else {}


@dataclass
class Bed:
    """Runs the command line against a stand-in, in this process."""

    standin: StandIn
    patience: Patience = QUICK
    environment: dict[str, str] = field(default_factory=dict)

    def audit(self, *words: str) -> Outcome:
        """`aks-audit audit` with its JSON report."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.json"
            with _watched() as collected:
                code, said = self._run("audit", "--all-subscriptions", "-o", str(path), "--quiet", *words)
            text = path.read_text("utf-8") if path.exists() else ""
        report = json.loads(text) if text else None
        stats = report.pop("stats") if report else None  # another one each time
        text = json.dumps(report)
        return Outcome(code=code, report=report, text=text, said=said, collected=collected, stats=stats)

    def _run(self, *words: str) -> tuple[int, str]:
        said = io.StringIO()
        with (
            contextlib.redirect_stderr(said),
            environment({**self.standin.environment, **self.environment}),
            mock.patch.object(live, "PATIENCE", self.patience),
            mock.patch.object(throttle, "UNKNOWN", AMPLE),
        ):
            for name in [name for name in os.environ if name.startswith("AZURE_")]:
                del os.environ[name]
            return run(list(words)), said.getvalue()


@contextlib.contextmanager
def _watched() -> Iterator[Collected]:
    """What a live run reads meanwhile, besides what becomes of it."""
    collected = Collected()

    def watched(arm: Any, subscriptions: Any, sink: Sink, **words: Any) -> Header:
        header = collect.collect(arm, subscriptions, _Both(collected.kept, sink), **words)
        collected.complete = header.complete
        return header

    with mock.patch.object(live, "collect", watched):
        yield collected


class _Both:
    def __init__(self, *sinks: Sink) -> None:
        self._sinks = sinks

    def add(self, record: Resource | Gap) -> None:
        for sink in self._sinks:
            sink.add(record)


@contextlib.contextmanager
def bed(estate: Estate, patience: Patience = QUICK, **switches: Any) -> Iterator[Bed]:
    """A stand-in that serves an estate, and the command line before it."""
    with StandIn(estate.resources, date=DATE, **switches) as standin:
        yield Bed(standin, patience)


# -------------------------------------------------------------------- what must hold


def unexplained_findings(faulty: Outcome, whole: Outcome) -> list[str]:
    """What a report with faults says otherwise than the one without, and no rule calls unknown. Nothing may be."""
    assert whole.report
    if faulty.report is None:
        return [] if faulty.code == 2 and faulty.said.count("\n") == 1 else [f"no report: {faulty.said}"]
    if not faulty.gaps:
        return [] if faulty.text == whole.text else ["another report, and no Gap that tells why"]
    found = [f"invented: {f['message']}" for key, f in faulty.findings.items() if key not in whole.findings]
    found += [
        f"lost: {finding['message']}"
        for key, finding in whole.findings.items()
        if key not in faulty.findings and finding["rule"] not in faulty.unknown
    ]
    found += [
        f"changed: {finding['message']} -> {faulty.findings[key]['message']}"
        for key, finding in whole.findings.items()
        if key in faulty.findings
        and _figures(finding["message"]) != _figures(faulty.findings[key]["message"])
        and finding["rule"] not in faulty.unknown
    ]
    if faulty.code == 0 and (faulty.unknown or faulty.report["complete"]):
        found.append("reads as clean, with Gaps in it")
    return found


def _figures(message: str) -> list[str]:
    """What a message counts. Who holds an address is named less exactly where a listing is missing; how many is not."""
    return re.findall(r"(?<![\w.-])\d+(?![\w.-]*\w)", message)


def unaccounted_resources(faulty: Collected, whole: Collected) -> list[str]:
    """The resources that are missing, and that no Gap accounts for. There may be none."""
    gaps = faulty.kept.gaps
    missing = {key: kind for key, kind in whole.ids.items() if key not in faulty.ids}
    lost = [key for key, kind in missing.items() if not any(_accounts(gap, key, kind) for gap in gaps)]
    claimed = [
        f"{key}, which is listed as complete"
        for key, kind in missing.items()
        if any(_covers(listing, key, kind) for listing in faulty.complete)
    ]
    return [*lost, *claimed]


def _accounts(gap: Gap, key: str, kind: str) -> bool:
    if gap.resource_type == kind:
        return f"{key}/".startswith(f"{gap.scope.lower()}/")
    return gap.resource_type in _LED_TO_BY.get(kind, ())


def _covers(listing: Complete, key: str, kind: str) -> bool:
    return listing.resource_type == kind and f"{key}/".startswith(f"{listing.scope.lower()}/")


def repeated(standin: StandIn) -> int:
    """How often the address that was asked for most often was asked for."""
    return max(Counter((r.path.lower(), r.raw_query) for r in standin.requests).values(), default=0)
