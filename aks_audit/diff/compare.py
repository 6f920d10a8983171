"""Two reports against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..findings import Severity
from .document import Document, Finding
from .scope import Scope
from .shapes import SCHEMA_VERSION, Difference, FieldChange, FindingChange, Findings, Side, UnknownChange, Unknowns
from .topology import addresses, field_changes, topology


def compare(old: Document, new: Document, fail_on: str) -> Difference:
    """What is new, gone or changed.

    Args:
        fail_on: a severity from which on what is new fails the run, or `never`.
    """
    return Difference(
        schema_version=SCHEMA_VERSION,
        old=_side(old),
        new=_side(new),
        fail_on=fail_on,
        findings=_findings(old, new, fail_on),
        unknown=_unknowns(old, new),
        topology=topology(old, new),
        addresses=addresses(old, new),
        notes=tuple(_notes(old, new)),
    )


def _side(document: Document) -> Side:
    return Side(
        tool_version=document.tool.version,
        kind=document.source.kind,
        collected_at=document.source.collected_at,
        subscriptions=document.source.subscriptions,
        clusters=len(document.clusters),
        findings=sum(1 for item in document.findings if item.suppressed is None),
        unknown=len(document.unknown),
    )


def _findings(old: Document, new: Document, fail_on: str) -> Findings:
    before, after = _by_fingerprint(old.findings), _by_fingerprint(new.findings)
    was, now = Scope(old), Scope(new)
    fresh = [item for key, item in after.items() if key not in before]
    absent = [item for key, item in before.items() if key not in after]
    both = [(before[key], item) for key, item in after.items() if key in before]
    changed = [
        _told(
            item,
            fails=_counts_more(earlier, item) and _fails(item, fail_on),
            changes=changes,
            worse=item.weight.is_worse_than(earlier.weight),
        )
        for earlier, item in both
        if (changes := field_changes(_facts(earlier), _facts(item)))
    ]
    gone = [item for item in absent if now.could_tell(item.rule) and now.judged(item)]
    left = [item for item in absent if item not in gone]
    return Findings(
        new=_worst_first(_told(item, fails=_fails(item, fail_on), note=_doubt(item, was)) for item in fresh),
        gone=_worst_first(map(_told, gone)),
        changed=_worst_first(changed),
        not_looked_at=_worst_first(_told(item, note=_why_not(item, now)) for item in left),
        unchanged=len(both) - len(changed),
    )


def _by_fingerprint(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Each finding once; of two with one fingerprint the worse."""
    found: dict[str, Finding] = {}
    for item in findings:
        other = found.get(item.fingerprint)
        if other is None or item.severity > other.severity:
            found[item.fingerprint] = item
    return found


def _fails(item: Finding, fail_on: str) -> bool:
    return item.suppressed is None and fail_on != "never" and item.severity >= Severity(fail_on)


def _counts_more(earlier: Finding, item: Finding) -> bool:
    """It got worse, or nobody answers for it any more."""
    return item.weight.is_worse_than(earlier.weight) or earlier.suppressed is not None


def _doubt(item: Finding, was: Scope) -> str | None:
    """Why a finding that is new in the report may not be new in the network."""
    if not was.ran(item.rule):
        return "its rule did not run in OLD"
    if not was.judged(item):
        return "OLD did not look at its subscription"
    return None if was.could_tell(item.rule) else "its rule could not tell everywhere in OLD"


def _why_not(item: Finding, now: Scope) -> str:
    if not now.ran(item.rule):
        return "its rule did not run in NEW"
    if not now.judged(item):
        return "NEW did not look at its subscription"
    return "its rule could not tell everywhere in NEW"


def _facts(item: Finding) -> dict[str, object]:
    return {
        "severity": item.severity,
        "message": item.message,
        "latent": item.latent,
        "arithmetic": item.arithmetic,
        "suppressed": item.suppressed is not None,
        "affected": item.affected,
        "evidence": tuple(f"{seen.resource_id} {seen.path} = {seen.value}" for seen in item.evidence),
    }


def _told(
    item: Finding,
    *,
    fails: bool = False,
    note: str | None = None,
    changes: tuple[FieldChange, ...] = (),
    worse: bool = False,
) -> FindingChange:
    return FindingChange(
        rule=item.rule,
        severity=item.severity,
        message=item.message,
        resource_id=item.resource_id,
        cluster_id=item.cluster_id,
        latent=item.latent,
        suppressed=item.suppressed is not None,
        fingerprint=item.fingerprint,
        fails=fails,
        note=note,
        changes=changes,
        worse=worse,
    )


def _worst_first(items: Iterable[FindingChange]) -> tuple[FindingChange, ...]:
    return tuple(sorted(items, key=lambda i: (-i.severity.rank, i.rule, i.resource_id.lower(), i.fingerprint)))


def _unknowns(old: Document, new: Document) -> Unknowns:
    before, after = (
        {(item.rule, item.resource_id.lower()): item.resource_id for item in document.unknown}
        for document in (old, new)
    )
    return Unknowns(
        new=tuple(UnknownChange(rule=key[0], resource_id=after[key]) for key in sorted(after.keys() - before.keys())),
        gone=tuple(UnknownChange(rule=key[0], resource_id=before[key]) for key in sorted(before.keys() - after.keys())),
    )


def _notes(old: Document, new: Document) -> Iterator[str]:
    """What makes the two hard to compare."""
    if old.tool.version != new.tool.version:
        yield f"OLD was made by aks-audit {old.tool.version}, NEW by {new.tool.version}: rules may have changed"
    if old.source.collected_at and new.source.collected_at and old.source.collected_at > new.source.collected_at:
        yield f"OLD was collected after NEW: {old.source.collected_at}, {new.source.collected_at}"
    more, less = set(new.rules) - set(old.rules), set(old.rules) - set(new.rules)
    if old.rules and new.rules and (more or less):
        yield f"the rules differ: {len(more)} ran in NEW only, {len(less)} in OLD only"
