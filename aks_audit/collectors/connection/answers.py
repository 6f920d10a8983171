"""What came back of a request: an answer, or none, and what an answer says that is an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
import requests

from ...errors import AccessError
from ...inventory.split import NOT_JSON

TIMEOUT: Final = "Timeout"
"""The code of a Gap for what was not read before the run's time was up."""
NO_TOKEN: Final = "NoToken"  # noqa: S105 (a code)
"""The code of a Gap for what was not read because the credential gave no token any more."""
UNREACHABLE: Final = frozenset(
    {"ConnectionError", "ConnectTimeout", "NewConnectionError", "ProxyError", "ReadTimeout", "SSLError"}
)
"""The codes of Gaps that tell of the way to Azure, not of Azure; named as the libraries' errors are."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What ARM answered: any status, the body as it came."""

    status: int
    body: bytes


class NoAnswer(Exception):  # noqa: N818 (no fault of the program: it becomes a Gap)
    """No answer came, or a request was not sent at all; becomes a Gap."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def unreachable(code: str, message: str) -> AccessError:
    """The end of a run that cannot reach Azure at all."""
    certificate = "trust its certificate: name the file of its authority in REQUESTS_CA_BUNDLE"
    hint = certificate if code == "SSLError" else "look at the network and the proxy"
    return AccessError(f"Azure cannot be reached: {message}", hint)


class NotInCassette(requests.RequestException):
    """A request to which the cassette has no answer."""


class _Fault(msgspec.Struct):
    """The envelopes in which ARM and its providers put an error."""

    error: _FaultBody | None = None
    capital_error: _FaultBody | None = msgspec.field(default=None, name="Error")
    code: str | None = None
    message: str | None = None
    capital_message: str | None = msgspec.field(default=None, name="Message")


class _FaultBody(msgspec.Struct):
    code: str | None = None
    message: str | None = None
    capital_code: str | None = msgspec.field(default=None, name="Code")
    capital_message: str | None = msgspec.field(default=None, name="Message")


def fault_of(answer: Answer) -> tuple[str, str]:
    """The code and message of an answer that is an error, whatever its envelope."""
    try:
        fault = msgspec.json.decode(answer.body, type=_Fault)
    except NOT_JSON:
        return f"HTTP{answer.status}", "the answer is no JSON"
    inner = fault.error or fault.capital_error or _FaultBody()
    code = inner.code or inner.capital_code or fault.code or f"HTTP{answer.status}"
    message = inner.message or inner.capital_message or fault.message or fault.capital_message or ""
    return code, " ".join(message.split())[:300]
