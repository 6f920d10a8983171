"""The log of a live run: a line of JSON for each request, in a file of one's own."""

from __future__ import annotations

import dataclasses
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, Any, Final

import msgspec

from .. import __version__
from ..errors import UsageError
from ..inventory.run_stats import RunStats

LOGGER: Final = "aks_audit.exchanges"
"""The logger to which each request is told, with an `exchange` besides its words."""
LOG_NOTE: Final = "the log"
"""How a line begins that says that the log is not whole."""
_MODE: Final = 0o600


class JsonLines(logging.Formatter):
    """A record as one line of JSON: the time, the event, and what is known of it."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = getattr(record, "exchange", None)
        if told is not None:
            line = {"time": time, "event": "request", **_camel(dataclasses.asdict(told))}
        else:
            line = {"time": time, "event": record.getMessage(), **getattr(record, "details", {})}
        return msgspec.json.encode(line).decode()


class LogFile(logging.StreamHandler[IO[str]]):
    """Adds lines to a file that only its owner may read.

    Raises:
        UsageError: it cannot be opened.
    """

    def __init__(self, path: str) -> None:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _MODE)
        except OSError as error:
            raise UsageError(f"cannot write the log {path}: {error.strerror}", "name another file") from error
        super().__init__(os.fdopen(handle, "a", encoding="utf-8"))
        self.setFormatter(JsonLines())
        self.fault: str | None = None
        """Why lines are missing; None where none are."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 (logging's own name)
        """A log that cannot be written ends no run."""
        import sys

        self.fault = str(sys.exc_info()[1])

    def close(self) -> None:
        try:
            self.stream.close()
        except OSError as error:
            self.fault = str(error)
        super().close()


@contextmanager
def logged(path: str, stats: RunStats, notes: list[str]) -> Iterator[None]:
    """Write the log of what happens meanwhile, where one is wanted.

    Args:
        notes: takes a line for the person who runs it, where the log is not whole.

    Raises:
        UsageError: the file cannot be opened.
    """
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    if not path:
        yield
        return
    file = LogFile(path)
    logger.addHandler(file)
    _tell(logger, "start", tool=f"aks-audit {__version__}")
    try:
        yield
    finally:
        taken = {phase: round(seconds, 3) for phase, seconds in stats.seconds.items()}
        _tell(logger, "end", **_camel(dataclasses.asdict(dataclasses.replace(stats, seconds=taken))))
        logger.removeHandler(file)
        file.close()
        if file.fault:
            notes.append(f"{LOG_NOTE} {path} is not whole: {file.fault}")


def _tell(logger: logging.Logger, event: str, **details: Any) -> None:
    logger.info(event, extra={"details": details})


def _camel(values: dict[str, Any]) -> dict[str, Any]:
    """Keys as every JSON of ours has them."""
    words = {name: name.split("_") for name in values}
    return {w[0] + "".join(map(str.capitalize, w[1:])): values[name] for name, w in words.items()}
