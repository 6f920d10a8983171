"""How long an answer asks to wait, in whatever form it says so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_THOUSANDTHS: Final = ("retry-after-ms", "x-ms-retry-after-ms")


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds that an answer asks to wait, 0 or more; None where it asks for none, or in no form that is one.

    A date is compared with the server's own Date: its clock and this machine's may be hours apart.

    Args:
        now: the time where the answer has no Date; None is this machine's.

    >>> retry_after({"Retry-After": "Thu, 01 Jan 2026 12:00:30 GMT", "Date": "Thu, 01 Jan 2026 12:00:00 GMT"})
    30.0
    >>> retry_after({"Retry-After": "17"}), retry_after({"x-ms-retry-after-ms": "500"}), retry_after({})
    (17.0, 0.5, None)
    """
    given = {name.lower(): value for name, value in headers.items()}
    if "retry-after" in given:
        text = given["retry-after"]
        seconds = _number(text)
        return _until(text, given.get("date"), now) if seconds is None else seconds
    thousandths = next((n for n in (_number(given.get(name, "")) for name in _THOUSANDTHS) if n is not None), None)
    return None if thousandths is None else thousandths / 1000


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return max(number, 0.0) if math.isfinite(number) else None


def _until(text: str, date: str | None, now: datetime | None) -> float | None:
    until = _moment(text)
    if until is None:
        return None
    since = (_moment(date) if date else None) or now or datetime.now(UTC)
    return max((until - since).total_seconds(), 0.0)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
