"""What is fed to what. A target returns, whatever its bytes are; anything it raises is a finding."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from aks_audit import baseline as baselines
from aks_audit.audit import audit
from aks_audit.collectors.cassettes.bodies import written_body
from aks_audit.collectors.cassettes.cassette import Cassette
from aks_audit.collectors.cassettes.replay import replay
from aks_audit.collectors.connection.answers import Answer, fault_of
from aks_audit.collectors.input import Input
from aks_audit.collectors.load import load_network
from aks_audit.collectors.pages import NotAPage, read_page
from aks_audit.config import read as read_configuration
from aks_audit.diff import Document, compare, is_report
from aks_audit.diff import read as read_report
from aks_audit.diff.render import RENDER as RENDER_DIFFERENCE
from aks_audit.errors import AksAuditError
from aks_audit.inventory import Gap, Header, Resource, ResourceId, Source, read_inventory
from aks_audit.inventory.split import NOT_JSON, split
from aks_audit.inventory.stream import Unique
from aks_audit.model import NetworkBuilder
from aks_audit.model.arm import Reading, parse_prefix
from aks_audit.reporters import RENDER
from aks_audit.reporters.topology import render_json, render_mermaid, render_text
from aks_audit.rules import catalogue
from aks_audit.suppressions import matches

from ..networks import network_of
from . import seeds

DAY: Final = date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads strangers' bytes."""

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    is_json: bool = True
    """Its bytes are JSON or JSON Lines, so that structure can be changed."""


def inventory(data: bytes) -> None:
    """An inventory file, in whatever shape, up to the Network."""
    builder = NetworkBuilder()
    try:
        header = read_inventory(str(_file(data)), builder)
    except AksAuditError:
        return
    builder.build(Source("inventory", header), DAY)


def whole_run(data: bytes) -> None:
    """An inventory file, up to the reports: every rule is asked."""
    try:
        network = load_network(Input(inventory=str(_file(data))), DAY)
    except AksAuditError:
        return
    report = audit(network, catalogue())
    for name in ("json", "markdown", "sarif"):
        RENDER[name](report)


def pictures(data: bytes) -> None:
    """An inventory file, up to the pictures: no rule is asked."""
    try:
        network = load_network(Input(inventory=str(_file(data))), DAY)
    except AksAuditError:
        return
    report = audit(network, ())
    RENDER["html"](report)
    for render in (render_json, render_mermaid, render_text):
        render(report)


def resource(data: bytes) -> None:
    """A resource in the midst of an estate, in place of the one with its id: parsed, linked and judged."""
    builder = NetworkBuilder()
    sink = Unique(builder)
    try:
        for record in split(data, "here"):
            sink.add(record)
    except NOT_JSON:
        return
    for standing in _standing():
        sink.add(standing)
    network = builder.build(Source("inventory", _header()), DAY)
    for rule in catalogue():
        list(rule.check(network))


def flattened(data: bytes) -> None:
    """A resource as the Azure CLI prints it."""
    builder = NetworkBuilder()
    try:
        for record in split(data, "here", flattened=True):
            builder.add(record)
    except NOT_JSON:
        return
    builder.build(Source("inventory", None), DAY)


def cassette(data: bytes) -> None:
    """A cassette, played to its end."""
    builder = NetworkBuilder()
    try:
        header, _ = replay(Cassette.load(str(_file(data, "run.yaml"))), builder)
    except AksAuditError:
        return
    builder.build(Source("cassette", header), DAY)


def answer(data: bytes) -> None:
    """The body of an answer: a page, an error, and what of it may be kept."""
    fault_of(Answer(403, data))
    for path, status in (("routeTables", 200), ("v/usages", 200), ("routeTables", 403)):
        kept = written_body(f"https://management.azure.com/{path}", status, data)
        assert written_body(f"https://management.azure.com/{path}", status, kept) == kept
    try:
        read_page(data)
    except NotAPage:
        return


def configuration(data: bytes) -> None:
    """aks-audit.toml, and the same bytes as pyproject.toml."""
    for name in ("aks-audit.toml", "pyproject.toml"):
        try:
            read_configuration(_file(data, name), _rule_ids())
        except AksAuditError:
            continue


def report(data: bytes) -> None:
    """A JSON report to compare, and the same bytes as a baseline."""
    with suppress(AksAuditError):
        baselines.read(str(_file(data)))
    if not is_report(data):
        return
    try:
        document = read_report(data, "report.json")
    except AksAuditError:
        return
    for before, after in ((_report(), document), (document, _report())):
        difference = compare(before, after, "high")
        for render in RENDER_DIFFERENCE.values():
            render(difference)


def text(data: bytes) -> None:
    """Ids, prefixes, addresses and patterns, a line each."""
    reading = Reading(Resource(ResourceId.of("/x"), "x", b"{}"))
    previous = ""
    for line in data.decode("utf-8", "surrogateescape").splitlines():
        resource_id = ResourceId(line)
        parts = (resource_id.type, resource_id.names, resource_id.subscription, resource_id.resource_group)
        again = ResourceId(resource_id.text.swapcase().swapcase())
        assert parts == (again.type, again.names, again.subscription, again.resource_group) or not line.isascii()
        parent = resource_id.parent
        assert parent is None or len(parent.text) < len(resource_id.text)
        resource_id.ancestor("virtualNetworks")
        prefix = parse_prefix(line)
        assert prefix is None or parse_prefix(str(prefix)) == prefix
        reading.address(line, "here")
        reading.is_address(line, "here")
        matches(previous, resource_id)
        previous = line


TARGETS: Final = {
    "inventory": Target(inventory, seeds.inventories),
    "whole-run": Target(whole_run, seeds.inventories),
    "pictures": Target(pictures, seeds.inventories),
    "resource": Target(resource, seeds.single_resources),
    "flattened": Target(flattened, seeds.flattened),
    "cassette": Target(cassette, seeds.cassettes, is_json=False),
    "answer": Target(answer, seeds.answers),
    "configuration": Target(configuration, seeds.configurations, is_json=False),
    "report": Target(report, seeds.reports),
    "text": Target(text, seeds.texts, is_json=False),
}


@lru_cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="aks-audit-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _file(data: bytes, name: str = "estate") -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


@lru_cache
def _standing() -> tuple[Resource | Gap, ...]:
    return tuple(record for line in map(seeds.as_json, seeds.resources()) for record in split(line, "the estate"))


@lru_cache
def _header() -> Header:
    header = network_of(seeds.estate("kubenet")).source.header
    assert header is not None
    return header


@lru_cache
def _rule_ids() -> frozenset[str]:
    return frozenset(rule.id for rule in catalogue())


@lru_cache
def _report() -> Document:
    return read_report(seeds.reports()[0], "standing.json")
