"""From listings to records: every answer becomes resources, and everything else a Gap."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Final, Protocol, TypeVar

import msgspec

from ..inventory import types
from ..inventory.records import Complete, Gap, Resource
from ..inventory.resource_id import ResourceId
from ..inventory.split import NOT_JSON, split
from ..inventory.stream import Journal, Sink, Unique
from .connection.answers import TIMEOUT, Answer, NoAnswer, fault_of
from .connection.arm import Arm, Service
from .listings import Listing, Single
from .pages import NotAPage, read_page
from .turns import Turns

OK: Final = 200
NOT_FOUND: Final = 404
MAX_PAGES: Final = 10_000
GRACE_SECONDS: Final = 1.0
"""After the end of a run's time, before what is still under way is left to itself."""
_UNKNOWN_VERSION: Final = ("NoRegisteredProviderFound", "InvalidApiVersionParameter", "UnsupportedApiVersion")
_GONE: Final = ("ResourceNotFound", "NotFound", "ResourceGroupNotFound")

Keep = Callable[[Resource], bool]


def everything(_: Resource) -> bool:
    return True


class Wanted(Protocol):
    """Something to ask for."""

    @property
    def label(self) -> str:
        """For the progress bar."""

    @property
    def path(self) -> str:
        """On ARM's endpoint: it says whose quota it counts against."""


W = TypeVar("W", bound=Wanted)


class Progress(Protocol):
    """Told what is being read. Called from many threads."""

    def expect(self, requests: int) -> None:
        """So many more things will be asked for."""

    def reading(self, what: str) -> None:
        """This is being asked for now."""

    def done(self) -> None:
        """One thing that was expected has come, or has failed."""


class Silent:
    """No progress at all."""

    def expect(self, requests: int) -> None: ...
    def reading(self, what: str) -> None: ...
    def done(self) -> None: ...


class Gatherer:
    """Asks for listings, many at once, and hands what comes to a sink, one record at a time."""

    def __init__(self, arm: Arm, sink: Sink, progress: Progress, workers: int, journal: Journal | None = None) -> None:
        self.complete: list[Complete] = []
        self._known: set[tuple[str, str]] = set()
        self._journal = journal
        self._arm = arm
        self._sink = Unique(sink)
        self._progress = progress
        self._workers = workers
        self._lock = threading.Lock()
        self._is_over = False
        """The time was up, and something did not heed it: what comes yet comes too late."""

    def begin(self, subscriptions: Sequence[str]) -> None:
        """Start with what the journal has of an earlier run."""
        if self._journal:
            self.complete += self._journal.begin(subscriptions, self._sink)
            self._known = {(whole.resource_type, whole.scope.lower()) for whole in self.complete}
            self._sink.settle()

    def knows(self, resource_type: str, scope: str) -> bool:
        """Whether an earlier run has read this to its end."""
        return (resource_type, scope.lower()) in self._known

    def listings(self, wanted: Iterable[Listing]) -> None:
        """Read listings whole, side by side."""
        self.side_by_side(self.listing, list(wanted))

    def singles(self, wanted: Iterable[Single]) -> None:
        """Read single resources, side by side. One that does not exist counts as asked for."""
        self.side_by_side(self.single, list(wanted))

    def listing(self, listing: Listing) -> None:
        """Read one listing to its end. It counts as complete only if every page came and could be read."""
        if self.knows(listing.resource_type, listing.scope):
            return
        whole = not listing.is_fragment
        urls = listing.urls
        seen: set[str] = set()
        rows: list[msgspec.Raw] = []
        while True:
            answer = self._ask(urls, listing.resource_type, listing.scope, listing.service)
            if answer is None:
                return
            try:
                elements, url = read_page(answer.body)
            except NotAPage as error:
                self._gap(listing.resource_type, listing.scope, answer.status, "InvalidJson", str(error))
                return
            if listing.resource_type == types.USAGES:
                rows += elements
            else:
                whole = self.take(elements, listing.resource_type, listing.scope) and whole
            if not url:
                break
            if url in seen or len(seen) >= MAX_PAGES:
                self._gap(listing.resource_type, listing.scope, None, "PagingLoop", "the nextLink leads back")
                return
            seen.add(url)
            urls = (url,)
        if listing.resource_type == types.USAGES:
            self._take_usages(rows, listing.scope)
        if whole:
            self.note_complete(listing.resource_type, listing.scope)

    def single(self, single: Single) -> None:
        """Read one resource."""
        scope = single.scope
        answer = self._ask(single.urls, single.resource_type, scope, single.service, missing_is_an_answer=True)
        if answer is None:
            return
        if answer.status == NOT_FOUND:
            self.note_complete(single.resource_type, scope)
            return
        if self._split(answer.body, scope, single.resource_type):
            self._note(single.resource_type, scope, is_listing=False)

    def _take_usages(self, rows: list[msgspec.Raw], virtual_network: str) -> None:
        """The rows have no ids of their own: those of a virtual network are one object."""
        usages_id = f"{virtual_network}/usages"
        raw = msgspec.json.encode({"id": usages_id, "type": types.USAGES, "value": rows})
        self._add(Resource(ResourceId.of(usages_id), types.USAGES, raw))

    def take(self, elements: list[msgspec.Raw], resource_type: str, where: str, keep: Keep = everything) -> bool:
        """Hand on what is in a page; False where part of it was no resource.

        Args:
            where: named in the Gap of an element that is no resource.
            keep: which resources to hand on.
        """
        whole = True
        for element in elements:
            whole = self._split(element, where, resource_type, keep) and whole
        return whole

    def settle(self) -> None:
        """What came so far counts: from now on nothing is compared with it, another service words it in its own way."""
        with self._lock:
            self._sink.settle()

    def _split(self, element: bytes | msgspec.Raw, where: str, resource_type: str, keep: Keep = everything) -> bool:
        """Hand on what is in an element; False where part of it was no resource."""
        try:
            records = list(split(bytes(element), where, resource_type, nested=False))
        except NOT_JSON as error:
            self._gap(resource_type, where, OK, "InvalidJson", str(error))
            return False
        for record in records:
            if isinstance(record, Gap) or keep(record):
                self._add(record)
        return all(isinstance(record, Resource) for record in records)

    def _ask(
        self,
        urls: tuple[str, ...],
        resource_type: str,
        scope: str,
        service: Service,
        *,
        missing_is_an_answer: bool = False,
    ) -> Answer | None:
        """The answer at the first address whose api-version ARM knows; None, and a Gap, where it is none."""
        code, message, status = "", "", None
        for url in urls:
            try:
                answer = self._arm.get(url, service)
            except NoAnswer as error:
                self._gap(resource_type, scope, None, error.code, error.message)
                return None
            if answer.status == OK:
                return answer
            status = answer.status
            code, message = fault_of(answer)
            if code not in _UNKNOWN_VERSION:
                break
        if missing_is_an_answer and status == NOT_FOUND and code in _GONE:
            return answer
        self._gap(resource_type, scope, status, code, message)
        return None

    def note_complete(self, resource_type: str, scope: str) -> None:
        """What is not there of this type does not exist in this scope."""
        with self._lock:
            if not self._is_over:
                self.complete.append(Complete(resource_type, scope))
        self._note(resource_type, scope)

    def _note(self, resource_type: str, scope: str, *, is_listing: bool = True) -> None:
        with self._lock:
            if self._journal and not self._is_over:
                self._journal.note(resource_type, scope, self._arm.collected_at, is_listing=is_listing)

    def _gap(self, resource_type: str, scope: str, status: int | None, code: str, message: str) -> None:
        self._add(Gap(resource_type, scope, status, code, message))

    def _add(self, record: Resource | Gap) -> None:
        with self._lock:
            if not self._is_over:
                self._sink.add(record)

    def _give_up(self, late: Iterable[W]) -> None:
        """Name what did not come in time, and take nothing more."""
        with self._lock:
            self._is_over = True
            for item in late:
                if not isinstance(item, Listing | Single):
                    continue  # whoever asks for it knows what it would have brought
                message = "it was still being read when the run's time (--timeout) was up"
                self._sink.add(Gap(item.resource_type, item.scope, None, TIMEOUT, message))

    def side_by_side(self, work: Callable[[W], None], wanted: Sequence[W]) -> None:
        """Do some work for each of many things, several at once."""

        def one(item: W) -> None:
            self._progress.reading(item.label)
            try:
                work(item)
            finally:
                self._progress.done()

        self._progress.expect(len(wanted))
        if self._workers == 1:
            for item in wanted:
                one(item)
            return
        if self._is_over:
            self._give_up(wanted)
            return
        turns = Turns(wanted, lambda item: item.path, self._workers, self._arm.throttle.ready_in)

        def worker() -> None:
            while (item := turns.next()) is not None:
                try:
                    one(item)
                finally:
                    turns.done(item)

        pool = ThreadPoolExecutor(max_workers=self._workers)
        try:
            self._await([pool.submit(worker) for _ in range(min(self._workers, len(wanted)))], turns)
        except KeyboardInterrupt:
            self._is_over = True
            self._arm.deadline.stop()
            raise
        finally:
            turns.stop()
            pool.shutdown(wait=not self._is_over, cancel_futures=True)

    def _await(self, workers: list[Future[None]], turns: Turns[W]) -> None:
        left = self._arm.deadline.remaining()
        done, late = wait(workers, None if math.isinf(left) else left + GRACE_SECONDS, FIRST_EXCEPTION)
        for future in done:
            future.result()
        if late:
            self._give_up(turns.stop())
