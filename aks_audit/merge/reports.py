"""JSON reports into one: of the shards of one input, or of parts of an estate.

What a report holds is passed on as it stands there; only what has to be compared is decoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from ..errors import ReportError
from ..findings import Severity
from ..inventory.records import Gap, gap_order
from ..inventory.types import MANAGED_CLUSTERS, SUBNETS
from ..reporters.json_report import dump
from ..reporters.shapes import SCHEMA_VERSION, Summary

Raw = msgspec.Raw
_NULL: Final = Raw(b"null")
_REQUIRED: Final = ("tool", "source", "gaps", "clusters", "subnets", "findings", "unknown", "rules")
_JOINED: Final = frozenset(
    {"source", "gaps", "clusters", "subnets", "findings", "unknown", "summary", "notices", "rights"}
)


class _Shard(msgspec.Struct, frozen=True):
    index: int
    count: int

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


class _Source(msgspec.Struct, rename="camel"):
    kind: str
    collected_at: str | None
    subscriptions: tuple[str, ...] | None
    shard: _Shard | None = None


class _Placed(msgspec.Struct):
    id: str


class _Finding(msgspec.Struct, rename="camel"):
    rule: str
    severity: Severity
    message: str
    resource_id: str
    fingerprint: str
    affected: tuple[str, ...] = ()
    suppressed: Raw = Raw(b"null")
    baselined: bool = False

    @property
    def is_suppressed(self) -> bool:
        return bytes(self.suppressed) != b"null"


class _Unknown(msgspec.Struct, rename="camel"):
    rule: str
    resource_id: str
    gap: Gap


class _Notice(msgspec.Struct):
    kind: str
    message: str


class _Right(msgspec.Struct):
    action: str
    scope: str
    gaps: int
    rules: tuple[str, ...]


@dataclass(slots=True)
class _Read:
    """A report, its parts undecoded."""

    path: str
    parts: dict[str, Raw]
    source: _Source

    def of(self, name: str, shape: Any) -> Any:
        try:
            return msgspec.json.decode(self.parts.get(name, Raw(b"[]")), type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _no_report(self.path, f"{name}: {error}") from error


@dataclass(slots=True)
class Merged:
    """A report made of several."""

    document: dict[str, Any]
    failing: list[Severity]
    """Of each finding that counts for the exit code: neither suppressed nor in a baseline."""
    has_unknown: bool

    def render(self) -> str:
        """As JSON, like any report."""
        return dump(self.document)

    def fails(self, fail_on: str) -> bool:
        """Whether something is at or above a severity, or `never`."""
        return fail_on != "never" and any(severity >= Severity(fail_on) for severity in self.failing)


def merge_reports(paths: Sequence[str], *, allow_missing: bool = False) -> Merged:
    """Join JSON reports.

    Args:
        paths: files written by `audit -f json`, of one version of aks-audit and with one choice of rules.
        allow_missing: take shards that are not there for a Gap instead of an error.

    Raises:
        ReportError: a file is no report, they do not belong together, or a shard is missing.
    """
    reports = [_read(path) for path in paths]
    first = reports[0]
    for other in reports[1:]:
        _insist_on_likeness(first, other)
    missing = _missing_shards(reports)
    if missing and not allow_missing:
        names = ", ".join(map(str, missing))
        raise ReportError(f"not among the reports: shard {names}", "name it too, or give --allow-incomplete")
    unlike: list[Gap] = []
    clusters = _by_id(reports, "clusters", MANAGED_CLUSTERS, unlike)
    subnets = _by_id(reports, "subnets", SUBNETS, unlike)
    findings = _findings(reports)
    unknown = _unknown(reports)
    gaps = {gap for report in reports for gap in report.of("gaps", list[Gap])}
    gaps.update(unlike, (_gap_of(shard, first) for shard in missing))
    document: dict[str, Any] = {
        **_alike_or_null(reports),
        "source": _source(reports),
        "complete": not gaps,
        "gaps": sorted(gaps, key=gap_order),
        "clusters": clusters,
        "subnets": subnets,
        "findings": [raw for _, raw in findings],
        "unknown": [raw for _, raw in unknown],
        "summary": _summary([head for head, _ in findings], len(unknown)),
        "gone": [],
        "notices": _notices(reports),
        **({"rights": _rights(reports)} if "rights" in first.parts else {}),
    }
    counted = [head.severity for head, _ in findings if not (head.is_suppressed or head.baselined)]
    return Merged(document, counted, bool(unknown or missing))


def _read(path: str) -> _Read:
    try:
        parts = msgspec.json.decode(Path(path).read_bytes(), type=dict[str, Raw])
        version = msgspec.json.decode(parts["schemaVersion"], type=int)
        if version != SCHEMA_VERSION:
            raise ReportError(
                f"cannot merge {path}: schemaVersion {version}, this aks-audit knows {SCHEMA_VERSION}",
                "write all reports with one version",
            )
        absent = [name for name in _REQUIRED if name not in parts]
        if absent:
            raise ReportError(f"cannot merge {path}: it has no {absent[0]!r}", "write it with 'audit -f json'")
        return _Read(path, parts, msgspec.json.decode(parts["source"], type=_Source))
    except OSError as error:
        raise ReportError(f"cannot read {path}: {error.strerror}", "name JSON reports") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError) as error:
        raise _no_report(path, error) from error


def _insist_on_likeness(one: _Read, other: _Read) -> None:
    for name, what in (("tool", "versions of aks-audit"), ("rules", "rules")):
        if _compact(one.parts[name]) != _compact(other.parts[name]):
            raise ReportError(
                f"{one.path} and {other.path} come from different {what}", "write all reports in the same way"
            )


def _missing_shards(reports: Sequence[_Read]) -> list[_Shard]:
    """The shards that are not there.

    Raises:
        ReportError: some are shards and some are not, or they are shards of different things.
    """
    first = reports[0]
    seen: dict[_Shard, str] = {}
    for report in reports:
        shard = report.source.shard
        if (shard is None) != (first.source.shard is None):
            raise ReportError(f"of {first.path} and {report.path} one is a shard and one is whole", "name all shards")
        if shard is None:
            continue
        if shard in seen:
            raise ReportError(f"{seen[shard]} and {report.path} are both shard {shard}", "name each shard once")
        seen[shard] = report.path
        if msgspec.structs.replace(report.source, shard=first.source.shard) != first.source or (
            first.source.shard and shard.count != first.source.shard.count
        ):
            raise ReportError(f"{first.path} and {report.path} are shards of different inputs", "audit one inventory")
    count = first.source.shard.count if first.source.shard else 0
    return [shard for shard in (_Shard(index, count) for index in range(1, count + 1)) if shard not in seen]


def _gap_of(shard: _Shard, report: _Read) -> Gap:
    scope = ", ".join(report.source.subscriptions or ()) or report.source.kind
    message = f"the report of shard {shard} was not given"
    return Gap(MANAGED_CLUSTERS, scope, None, "ShardMissing", message)


def _by_id(reports: Iterable[_Read], name: str, resource_type: str, unlike: list[Gap]) -> list[Raw]:
    """Clusters or subnets, each once, sorted by id. What two reports say of one must agree, or it is a Gap."""
    kept: dict[str, tuple[Raw, str]] = {}
    for report in reports:
        for raw in report.of(name, list[Raw]):
            placed = _decoded(report, raw, _Placed)
            before, path = kept.setdefault(placed.id.lower(), (raw, report.path))
            if before is not raw and _compact(before) != _compact(raw):
                message = f"{Path(path).name} and {Path(report.path).name} differ on it; the first counts"
                message += "; merge the inventories and audit them together"
                unlike.append(Gap(resource_type, placed.id, None, "DuplicateId", message))
    return [raw for _, (raw, _) in sorted(kept.items())]


def _findings(reports: Iterable[_Read]) -> list[tuple[_Finding, Raw]]:
    """Each finding once, the worst first. Of unlike ones the graver counts, and the one that nobody answers for."""
    kept: dict[str, tuple[_Finding, Raw]] = {}
    for report in reports:
        for raw in report.of("findings", list[Raw]):
            head = _decoded(report, raw, _Finding)
            before = kept.get(head.fingerprint)
            if before is None or _weight(head) > _weight(before[0]):
                kept[head.fingerprint] = head, raw
    return sorted(kept.values(), key=lambda item: _worst_first(item[0]))


def _weight(head: _Finding) -> tuple[bool, bool, int, int]:
    return not head.is_suppressed, not head.baselined, head.severity.rank, len(head.affected)


def _worst_first(head: _Finding) -> tuple[int, str, str, str, str]:
    """The order of every report."""
    return -head.severity.rank, head.rule, head.resource_id.rstrip("/").lower(), head.message, head.fingerprint


def _unknown(reports: Iterable[_Read]) -> list[tuple[_Unknown, Raw]]:
    kept: dict[tuple[str, str, Gap], tuple[_Unknown, Raw]] = {}
    for report in reports:
        for raw in report.of("unknown", list[Raw]):
            head = _decoded(report, raw, _Unknown)
            kept.setdefault((head.rule, head.resource_id.lower(), head.gap), (head, raw))
    return sorted(kept.values(), key=lambda item: (item[0].rule, item[0].resource_id.lower(), gap_order(item[0].gap)))


def _summary(findings: Sequence[_Finding], unknown: int) -> Summary:
    active = [head for head in findings if not head.is_suppressed]
    counts = {severity.value: sum(head.severity is severity for head in active) for severity in Severity}
    return Summary(
        **counts,
        unknown=unknown,
        suppressed=len(findings) - len(active),
        baselined=sum(head.baselined for head in active),
        gone=0,
    )


def _notices(reports: Iterable[_Read]) -> list[_Notice]:
    """What they want attention for, each once; that they were parts is over."""
    said = {(n.kind, n.message): n for report in reports for n in report.of("notices", list[_Notice])}
    return [notice for notice in said.values() if notice.kind != "shard"]


def _rights(reports: Iterable[_Read]) -> list[_Right]:
    """What the credential lacked, each once, and all that suffers from it."""
    kept: dict[tuple[str, str], _Right] = {}
    for right in (right for report in reports for right in report.of("rights", list[_Right])):
        before = kept.get((right.action, right.scope), right)
        rules = tuple(sorted({*before.rules, *right.rules}))
        kept[right.action, right.scope] = _Right(right.action, right.scope, max(before.gaps, right.gaps), rules)
    return sorted(kept.values(), key=lambda right: (-len(right.rules), right.action.lower(), right.scope.lower()))


def _source(reports: Sequence[_Read]) -> dict[str, Any]:
    """Where the facts come from: the day of the oldest, and every subscription; null where one does not say."""
    sources = [report.source for report in reports]
    kinds = {source.kind for source in sources}
    dates = [source.collected_at for source in sources]
    known = [source.subscriptions for source in sources if source.subscriptions is not None]
    return {
        "kind": kinds.pop() if len(kinds) == 1 else "merged",
        "collectedAt": min((date for date in dates if date), default=None) if None not in dates else None,
        "subscriptions": list(_united(known)) if len(known) == len(sources) else None,
        "shard": None,
    }


def _united(lists: Sequence[tuple[str, ...]]) -> Iterable[str]:
    """All of them, each once; in the order of the reports where they agree."""
    return lists[0] if all(each == lists[0] for each in lists) else sorted({one for each in lists for one in each})


def _alike_or_null(reports: Sequence[_Read]) -> dict[str, Any]:
    """Every key of the first report, in its order, with the value on which all agree: others are not known."""
    first = reports[0].parts
    known = {name: {_compact(report.parts.get(name, _NULL)) for report in reports} for name in set(first) - _JOINED}
    return {name: value if len(known.get(name, ())) == 1 else None for name, value in first.items()}


def _compact(raw: Raw) -> bytes:
    """JSON without the white space that it was printed with."""
    return msgspec.json.format(bytes(raw), indent=-1)


def _decoded(report: _Read, raw: Raw, shape: Any) -> Any:
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _no_report(report.path, error) from error


def _no_report(path: str, why: object) -> ReportError:
    return ReportError(f"{path} is no JSON report: {why}", "write it with 'audit -f json'")
