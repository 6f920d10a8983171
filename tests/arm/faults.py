"""Faults: what goes wrong, for which requests, and how often."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

import msgspec

from . import envelopes
from .answers import Answer

How = Literal[
    "reset",
    "cut",
    "stall",
    "silence",
    "trickle",
    "truncate",
    "empty",
    "gzip-garbage",
    "gzip-bomb",
    "broken-element",
    "doubled",
    "unlike",
    "empty-page",
    "next-loop",
    "next-first",
    "next-other-host",
    "next-http",
]
"""reset: TCP reset instead of an answer. cut: connection ends in mid-body. stall: half the body, then nothing.
silence: nothing at all. trickle: a byte at a time. truncate: half the JSON as if it were all. broken-element: one that
is no resource among good ones. doubled: each element twice, spelled otherwise the second time; unlike: and with other
content. empty-page: an empty one whose nextLink leads to the real one. next-*: a nextLink to itself, to the first page,
to another host, to plain http."""

_JSON = "application/json; charset=utf-8"


@dataclass(kw_only=True)
class Fault:
    """One fault. It spares the first `after` requests that match and is over after `times` more."""

    pattern: str
    """Of the path, as for file names, in any case: `*/routeTables*`."""
    query: str = ""
    """Text that must be in the raw query or the body, for instance `skipToken`."""
    status: int | None = None
    code: str | None = None
    message: str | None = None
    bare: bool = False
    """AKS's envelope in place of ARM's."""
    retry_after: int | str | None = None
    """Seconds, or the header's text."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str | None = None
    delay_seconds: float = 0.0
    how: How | None = None
    times: int | None = None
    after: int = 0
    matched: int = 0
    """Requests that matched so far."""

    def __post_init__(self) -> None:
        if self.how is not None and self.how not in get_args(How):
            raise ValueError(f"no such fault: {self.how}")

    def strikes(self, path: str, raw_query: str) -> bool:
        """Count this request if it matches; is it one that fails?"""
        if not fnmatchcase(path.lower(), self.pattern.lower()) or self.query not in raw_query:
            return False
        self.matched += 1
        return self.after < self.matched and (self.times is None or self.matched <= self.after + self.times)

    def spoil(self, answer: Answer, url: str) -> Answer:
        """The answer as this fault leaves it."""
        if self.status is not None:
            answer = self._error(answer)
        if self.retry_after is not None:
            answer.headers["Retry-After"] = str(self.retry_after)
        if self.body is not None:
            answer.body = self.body
        if self.how is not None:
            _break(answer, self.how, url)
        if self.content_type is not None:
            answer.headers["Content-Type"] = self.content_type
        answer.headers |= self.headers
        return answer

    def _error(self, answer: Answer) -> Answer:
        status = self.status or 500
        headers = {**answer.headers, "Content-Type": _JSON}
        if status >= 500 and self.code is None and not self.bare:
            headers["Content-Type"] = "text/html"
            return Answer(status=status, body=envelopes.html(status), headers=headers)
        if status == 401:
            headers["WWW-Authenticate"] = 'Bearer authorization_uri="https://login.microsoftonline.com/common"'
        envelope = envelopes.bare if self.bare else envelopes.arm
        return Answer(status=status, body=envelope(status, self.code, self.message), headers=headers)


def _break(answer: Answer, how: How, url: str) -> None:
    if how in ("reset", "cut", "stall", "silence", "trickle"):
        answer.sending = how
    elif how == "truncate":
        answer.body = answer.body[: len(answer.body) // 2]
    elif how == "empty":
        answer.body = b""
    elif how == "gzip-garbage":
        answer.headers["Content-Encoding"] = "gzip"
        answer.body = b"\x1f\x8b\x08\x00" + bytes(range(200, 250))
    elif how == "gzip-bomb":
        answer.headers["Content-Encoding"] = "gzip"
        answer.body = gzip.compress(b'{"value":[' + b" " * (16 << 20) + b"]}", 9, mtime=0)
    elif how == "broken-element":
        answer.body = answer.body.replace(b'{"value":[', b'{"value":[{"name":"an element without an id"},')
    elif how in ("doubled", "unlike"):
        page: dict[str, Any] = msgspec.json.decode(answer.body)
        more = {"etag": "another"} if how == "unlike" else {}
        twice = [{**element, **more, "id": element["id"].swapcase()} for element in page["value"]]
        answer.body = msgspec.json.encode({**page, "value": page["value"] + twice})
    else:
        _, _, rest = url.partition("://")
        path = rest[rest.index("/") :]
        again = f"{url}&$skiptoken={base64.b64encode(b'0|').decode()}"
        link = {
            "next-loop": url,
            "next-first": f"{url.partition('?')[0]}?api-version=2024-05-01",
            "empty-page": again,
            "next-other-host": f"https://arm.invalid{path}",
            "next-http": f"http://{rest}",
        }
        fields = msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])
        if how == "empty-page":
            fields["value"] = msgspec.Raw(b"[]")
        answer.body = msgspec.json.encode({**fields, "nextLink": link[how]})
