"""Error bodies as Azure words them."""

from __future__ import annotations

import time
from email.utils import formatdate

import msgspec

CODES = {
    400: ("BadRequest", "The request is not valid."),
    401: ("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time."),
    403: (
        "AuthorizationFailed",
        "The client '00000000-0000-0000-0000-0000000000c1' with object id '00000000-0000-0000-0000-0000000000c1' "
        "does not have authorization to perform the action over the scope, or the scope is invalid.",
    ),
    404: ("ResourceNotFound", "The resource was not found."),
    405: ("HttpMethodNotAllowed", "The method is not supported for this resource."),
    409: ("MissingSubscriptionRegistration", "The subscription is not registered to use this namespace."),
    429: ("TooManyRequests", "The request is being throttled."),
}
"""The code and the message that go with a status where a test names none."""


def arm(status: int, code: str | None = None, message: str | None = None) -> bytes:
    """ARM's own envelope."""
    usual = CODES.get(status, ("InternalServerError", "Encountered an internal server error."))
    return msgspec.json.encode({"error": {"code": code or usual[0], "message": message or usual[1]}})


def bare(status: int, code: str | None = None, message: str | None = None) -> bytes:
    """The envelope of AKS: the same without the outer `error`."""
    usual = CODES.get(status, ("InternalOperationError", "Internal server error"))
    code = code or ("RetryableError" if status == 429 else usual[0])
    details = [{"code": "OperationNotAllowed", "message": "Another operation is in progress."}]
    body = {"code": code, "details": details if status == 429 else None, "message": message or usual[1], "subcode": ""}
    return msgspec.json.encode(body)


def html(status: int) -> bytes:
    """What a proxy in front of ARM answers."""
    return (
        f"<html><head><title>{status}</title></head>\r\n"
        f"<body><center><h1>{status} - The service is unavailable.</h1></center></body></html>\r\n"
    ).encode()


def http_date(seconds_from_now: float = 0.0) -> str:
    """A date as in a `Date` or `Retry-After` header."""
    return formatdate(time.time() + seconds_from_now, usegmt=True)
