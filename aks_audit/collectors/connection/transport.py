"""The last step to Azure: the session that sends, and the reading of answers, bounded in time and size."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

import requests
from azure.core.exceptions import AzureError
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.exceptions import DecodeError, HTTPError, ProtocolError

from .deadline import Deadline
from .patience import Patience

_PIECE: Final = 1 << 18


class AnswerTooLarge(AzureError):  # noqa: N818 (its name becomes the code of a Gap)
    """More came, or would come out of what came, than any honest answer holds."""

    is_final = True
    """Not to be tried again."""


class SlowAnswer(AzureError):  # noqa: N818 (its name becomes the code of a Gap)
    """An answer came byte by byte, and did not end."""

    is_final = True


class BoundedAdapter(HTTPAdapter):
    """Reads each answer to its end before it hands it on, so that time and size are watched in one place.

    The body is kept once, as it grows; whoever asks for `response.content` gets that.

    Args:
        deadline: the run's; no request is sent when it has passed.
        options: those of HTTPAdapter.
    """

    def __init__(self, deadline: Deadline | None = None, patience: Patience | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._deadline = deadline or Deadline()
        self._patience = patience or Patience()

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, *, proxies: Mapping[str, str] | None = None, **options: Any
    ) -> requests.Response:
        """
        Raises:
            OutOfTime, SlowAnswer, AnswerTooLarge, requests.RequestException: no answer, or not all of it.
        """
        self._deadline.insist()
        patience = self._patience
        left = min(self._deadline.remaining(), patience.answer_seconds)
        until = self._deadline.now() + patience.answer_seconds
        options |= {"stream": True, "timeout": (min(patience.connect_seconds, left), min(patience.read_seconds, left))}
        try:
            response = super().send(request, proxies=proxies, **options)
        except requests.Timeout as error:
            self._deadline.insist()
            raise error
        try:
            response._content = self._read(response.raw, until)
        except BaseException:
            response.close()
            raise
        response._content_consumed = True  # type: ignore[attr-defined]
        return response

    def _read(self, raw: Any, until: float) -> bytes:
        body, patience = BytesIO(), self._patience
        raw.enforce_content_length = True
        while piece := self._piece(raw):
            body.write(piece)
            size = body.tell()
            if size > patience.answer_bytes:
                raise AnswerTooLarge(f"the answer is larger than {_size(patience.answer_bytes)}")
            if size > patience.free_bytes and size > patience.most_times * raw.tell():
                raise AnswerTooLarge(f"{_size(size)} came out of {_size(raw.tell())} that were packed, and no end")
            self._deadline.insist()
            if self._deadline.now() > until:
                raise SlowAnswer(f"the answer did not end within {patience.answer_seconds:g} s")
        return body.getvalue()

    def _piece(self, raw: Any) -> bytes:
        """What has come: never waits for more than that, as `read` would."""
        try:
            piece: bytes = raw.read1(_PIECE, decode_content=True)
        except ProtocolError as error:
            raise requests.exceptions.ChunkedEncodingError(error) from error
        except DecodeError as error:
            raise requests.exceptions.ContentDecodingError(error) from error
        except HTTPError as error:  # a timeout, or TLS in mid-body
            self._deadline.insist()
            raise requests.exceptions.ConnectionError(error) from error
        return piece


def session_with(adapter: BaseAdapter) -> requests.Session:
    """A session that speaks TLS and nothing else, by one adapter; to be closed by whoever asks for it."""
    session = requests.Session()
    session.adapters.clear()  # requests would speak plain http as well
    session.mount("https://", adapter)
    return session


def _size(number: int) -> str:
    return f"{number >> 20} MB" if number >> 20 else f"{number:,} bytes"
