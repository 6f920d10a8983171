"""A baseline: the findings that were known on a day. A run that is held against it fails on new ones only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import msgspec

from . import __version__
from .errors import BaselineError
from .files import whole_file
from .findings import Severity
from .inventory.resource_id import ResourceId
from .model import Network
from .report import Known, Notice, Report, ReportedFinding

SCHEMA_VERSION: Final = 1


class _Tool(msgspec.Struct, kw_only=True):
    name: str = "aks-audit"
    version: str = __version__


class _Entry(msgspec.Struct, rename="camel", kw_only=True):
    rule: str
    severity: Severity
    resource_id: str
    message: str
    fingerprint: str
    latent: bool | None = None
    sufferers: tuple[str, ...] | None = None
    """Of the cluster and what else suffers the ids; missing in files of earlier versions."""


class _File(msgspec.Struct, rename="camel", kw_only=True):
    schema_version: int
    tool: _Tool = msgspec.field(default_factory=_Tool)
    kind: Literal["baseline"] = "baseline"
    findings: tuple[_Entry, ...]


class _Version(msgspec.Struct, rename="camel", kw_only=True):
    schema_version: int


def write(report: Report, path: str) -> int:
    """Write the findings that count as a baseline; the file is there whole, or as it was.

    What is suppressed stays out: it counts again when its suppression ends.

    Returns: how many there are.

    Raises:
        BaselineError: the file cannot be written.
    """
    entries = tuple(
        _Entry(
            rule=item.rule.id,
            severity=item.severity,
            resource_id=item.finding.resource_id.text,
            message=item.finding.message,
            fingerprint=item.fingerprint,
            latent=item.finding.latent,
            sufferers=tuple(sorted(place.text for place in item.sufferers)),
        )
        for item in sorted(report.active, key=lambda item: (item.rule.id, item.finding.resource_id, item.fingerprint))
    )
    encoded = msgspec.json.encode(_File(schema_version=SCHEMA_VERSION, findings=entries))
    try:
        with whole_file(path) as file:
            file.write(msgspec.json.format(encoded, indent=2) + b"\n")
    except OSError as error:
        raise BaselineError(f"cannot write {path}: {error.strerror}", "name another file") from error
    return len(entries)


def read(path: str) -> Mapping[str, Known]:
    """The findings of a baseline, by fingerprint.

    Raises:
        BaselineError: it is missing, broken, or of a later version.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise BaselineError(
            f"cannot read the baseline {path}: {error.strerror}", "write one with --write-baseline"
        ) from error
    try:
        version = msgspec.json.decode(raw, type=_Version).schema_version
        if version != SCHEMA_VERSION:
            raise BaselineError(
                f"cannot read the baseline {path}: schema {version}, this aks-audit knows {SCHEMA_VERSION}",
                "write it anew with --write-baseline, or upgrade aks-audit",
            )
        found = msgspec.json.decode(raw, type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BaselineError(f"{path} is no baseline: {error}", "write one with --write-baseline") from error
    known: dict[str, Known] = {}
    for entry in found.findings:
        item = Known(
            rule=entry.rule,
            severity=entry.severity,
            resource_id=ResourceId.of(entry.resource_id),
            message=entry.message,
            fingerprint=entry.fingerprint,
            is_latent=entry.latent,
            sufferers=entry.sufferers,
        )
        before = known.get(item.fingerprint)
        known[item.fingerprint] = item if before is None or item.severity > before.severity else before
    return known


def compare(report: Report, known: Mapping[str, Known], network: Network, *, whole: bool = True) -> Report:
    """The report with its known findings marked, and with what has gone since.

    A finding that got worse than the baseline has it, by `Weight`, is new. What the baseline has and this run did not
    look at, or could not tell, is not called gone.

    Args:
        whole: every cluster of the input was judged; otherwise nobody can say what has gone.
    """
    findings = tuple(replace(item, baselined=_is_known(item, known)) for item in report.findings)
    seen = {item.fingerprint for item in findings}
    absent = [item for item in known.values() if item.fingerprint not in seen]
    unsure = {unknown.rule.id for unknown in report.unknown}
    told = report.rules - unsure if whole else frozenset()
    gone = [item for item in absent if item.rule in told and _is_judged(network, item.resource_id)]
    left = len(absent) - len(gone)
    notices = report.notices
    if left:
        what = "finding of the baseline was" if left == 1 else "findings of the baseline were"
        why = "their rules did not run or could not tell, or what they were found on was not read"
        notices += (Notice("baseline-unchecked", f"{left} {what} not looked at again: {why}"),)
    return replace(report, findings=findings, gone=tuple(sorted(gone, key=_order)), notices=notices, compared=True)


def _is_known(item: ReportedFinding, known: Mapping[str, Known]) -> bool:
    before = known.get(item.fingerprint)
    return before is not None and not item.weight.is_worse_than(before.weight)


def _is_judged(network: Network, resource_id: ResourceId) -> bool:
    """Whether this run saw the resource, or saw that it is no more."""
    place: ResourceId | None = resource_id
    while place is not None:
        if network.exists(place.type, place) is True:
            return True
        place = place.parent
    return network.exists(resource_id.type, resource_id) is False


def _order(item: Known) -> tuple[int, str, ResourceId, str]:
    return -item.severity.rank, item.rule, item.resource_id, item.fingerprint
