"""What stops a run. Each says what failed, where, and what to try; the command line prints it and exits 2."""

from __future__ import annotations

from collections.abc import Iterable


class AksAuditError(Exception):
    """A run that cannot be done.

    Args:
        message: what failed and where, in one line.
        hint: what to try next, in one line.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}; {hint}" if hint else message)


class UsageError(AksAuditError):
    """The command line asks for something that does not exist or does not go together."""


class InventoryError(AksAuditError):
    """An inventory file cannot be read or written."""


class CassetteError(AksAuditError):
    """A cassette cannot be read or written."""


class ConfigurationError(AksAuditError):
    """The configuration is missing, or something in it does not exist or does not parse."""


class BaselineError(AksAuditError):
    """A baseline cannot be read or written."""


class ReportError(AksAuditError):
    """A JSON report cannot be read."""


class AccessError(AksAuditError):
    """Azure could not be asked at all: no credential, no such subscription, no network."""


MOST_NAMED = 20
"""So many of what there is are named in a hint."""


def suggestion(wanted: str, known: Iterable[str]) -> str:
    """The hint for a word that does not exist.

    >>> suggestion("hihg", ["high", "low"]), suggestion("red", ["high", "low"])
    ('did you mean high?', 'one of high, low')
    >>> suggestion("red", map(str, range(100)))
    'one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 and 80 more'
    """
    from difflib import get_close_matches

    known = list(known)
    near = get_close_matches(wanted, known, n=1)
    more = len(known) - MOST_NAMED
    listed = ", ".join(known) if more <= 0 else f"{', '.join(known[:MOST_NAMED])} and {more} more"
    return f"did you mean {near[0]}?" if near else f"one of {listed}"
