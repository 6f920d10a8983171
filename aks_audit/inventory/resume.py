"""What a run that did not end, or ended with Gaps, has read: for another run to go on from.

While a live run lasts, its records stand in a file of their own beside the target, FILE.partial: a header as in an
inventory, resources and Gaps, and a line for everything that was read to its end:

    {"done": {"resourceType": ..., "scope": ..., "isListing": true, "collectedAt": ...}}

It has no end line, so that nobody takes it for an inventory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from ..errors import InventoryError
from .read import UNFINISHED, read_inventory
from .records import Complete, Gap, Header, Resource
from .resource_id import ResourceId
from .split import NOT_JSON, split
from .stream import Sink
from .types import ROLE_ASSIGNMENTS

DONE: Final = b'{"done":'
_GAP: Final = b'{"gap":'
_LASTING: Final = ("DuplicateId",)
"""Gaps that asking again for what they are about would not bring back: they come of two listings."""


class Done(msgspec.Struct, frozen=True, rename="camel"):
    """Something that was read to its end."""

    resource_type: str
    scope: str
    is_listing: bool = True
    """What is not there of this type does not exist in this scope; otherwise one resource, by its id."""
    collected_at: str | None = None
    """When the first answer of that run came."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier run's file."""

    path: str
    subscriptions: tuple[str, ...]
    done: tuple[Done, ...]
    collected_at: str | None
    asked_again: tuple[tuple[str, str], ...] | None = None
    """Type and scope of each Gap of a finished file; None for an unfinished one, where all counts that is done."""

    @property
    def complete(self) -> tuple[Complete, ...]:
        return tuple(Complete(done.resource_type, done.scope) for done in self.done if done.is_listing)

    def insist_on(self, subscriptions: Sequence[str]) -> None:
        """
        Raises:
            InventoryError: it is of other subscriptions than these.
        """
        wanted = {subscription.lower() for subscription in subscriptions}
        have = {subscription.lower() for subscription in self.subscriptions}
        if wanted != have:
            raise InventoryError(
                f"cannot go on from {self.path}: it is of {_named(have)}, and this run of {_named(wanted)}",
                "name the same ones, or leave out --resume",
            )

    def replay(self, sink: Sink) -> None:
        """Hand on what need not be asked for again.

        Raises:
            InventoryError: the file cannot be read.
        """
        covered = _Places((done.resource_type, done.scope) for done in self.done)
        if self.asked_again is None:
            for record in _records(self.path):
                if _is_kept(record, covered):
                    sink.add(record)
            return
        read_inventory(self.path, _Kept(sink, covered, _Places(self.asked_again)))


def earlier_run(target: str) -> Earlier | None:
    """What there is to go on from: the unfinished file, else the target itself; None where there is neither.

    Raises:
        InventoryError: a file cannot be read, or is no inventory with a header.
    """
    partial = Path(target + UNFINISHED)
    if partial.is_file() and (unfinished := _unfinished(partial)):
        return unfinished
    return _finished(target) if Path(target).is_file() else None


class _Places:
    """Types in scopes, and what lies in one of them."""

    def __init__(self, places: Iterable[tuple[str, str]]) -> None:
        self._places = {(resource_type.lower(), scope.lower()) for resource_type, scope in places}
        of_rights = [scope for resource_type, scope in self._places if resource_type == ROLE_ASSIGNMENTS.lower()]
        self._above_rights = {"", *(above for scope in of_rights for above in _upwards(scope))} if of_rights else set()

    def hold(self, resource_type: str, resource_id: ResourceId) -> bool:
        """Whether a listing of its type in one of the scopes has this resource in it."""
        key = resource_id.key
        if any((resource_type.lower(), place) in self._places for place in _upwards(key)):
            return True
        # role assignments are listed with those that are inherited from above
        place = key.rpartition("/providers/")[0] if resource_type == ROLE_ASSIGNMENTS else None
        return place is not None and (place if place.startswith("/subscriptions/") else "") in self._above_rights


@dataclass(slots=True)
class _Kept:
    """A sink before a sink: passes on what of a finished file need not be asked for again."""

    sink: Sink
    covered: _Places
    asked_again: _Places

    def add(self, record: Resource | Gap) -> None:
        stays = isinstance(record, Resource) and not self.asked_again.hold(record.type, record.id)
        if stays or _is_kept(record, self.covered):
            self.sink.add(record)


@dataclass(slots=True)
class _Gaps:
    """A sink that keeps Gaps alone."""

    found: list[Gap] = field(default_factory=list)

    def add(self, record: Resource | Gap) -> None:
        if isinstance(record, Gap):
            self.found.append(record)


def _is_kept(record: Resource | Gap, covered: _Places) -> bool:
    if isinstance(record, Resource):
        return covered.hold(record.type, record.id)
    return record.code in _LASTING and covered.hold(record.resource_type, ResourceId.of(record.scope))


def _upwards(path: str) -> Iterator[str]:
    """A path in lower case and everything that it lies in."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _finished(path: str) -> Earlier:
    gaps = _Gaps()
    header = read_inventory(path, gaps)
    if header is None or not header.subscriptions:
        raise InventoryError(
            f"cannot go on from {path}: it does not say which subscriptions it is of", "leave out --resume"
        )
    return Earlier(
        path,
        header.subscriptions,
        tuple(Done(whole.resource_type, whole.scope) for whole in header.complete),
        header.collected_at,
        tuple((gap.resource_type, gap.scope) for gap in gaps.found),
    )


class _First(msgspec.Struct):
    inventory: Header


class _Mark(msgspec.Struct):
    done: Done


class _GapLine(msgspec.Struct):
    gap: Gap


def _unfinished(path: Path) -> Earlier | None:
    """None where the run was ended before it wrote anything of use."""
    with path.open("rb") as file:
        lines = _whole_lines(file)
        first = next(lines, b"")
        if not first:
            return None
        try:
            header = msgspec.json.decode(first, type=_First).inventory
            done = tuple(msgspec.json.decode(line, type=_Mark).done for line in lines if line.startswith(DONE))
        except NOT_JSON as error:
            raise _damaged(path, error) from error
    times = sorted(each.collected_at for each in done if each.collected_at)
    return Earlier(str(path), header.subscriptions, done, times[0] if times else None) if done else None


def _records(path: str) -> Iterator[Resource | Gap]:
    with Path(path).open("rb") as file:
        for number, line in enumerate(_whole_lines(file), start=1):
            if number == 1 or line.startswith(DONE):
                continue
            try:
                if line.startswith(_GAP):
                    yield msgspec.json.decode(line, type=_GapLine).gap
                else:
                    yield from split(line, f"{path}, line {number}", nested=False)
            except NOT_JSON as error:
                raise _damaged(Path(path), error) from error


def _whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines but the last one where it was cut in the middle."""
    return (line for line in file if line.endswith(b"\n"))


def _damaged(path: Path, error: Exception) -> InventoryError:
    return InventoryError(f"cannot go on from {path}: it is damaged ({error})", "remove it, and collect again")


def _named(subscriptions: set[str]) -> str:
    first = sorted(subscriptions)
    more = f" and {len(first) - 3} more" if len(first) > 3 else ""
    return f"subscription{'s' if len(first) > 1 else ''} {', '.join(first[:3])}{more}" if first else "no subscription"
