"""The HTTP side: records requests, checks the token, applies faults, sets ARM's headers."""

from __future__ import annotations

import asyncio
import time
import uuid

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from . import envelopes, graph
from .answers import Answer
from .arm import answer
from .behaviour import Behaviour, Recorded

_JSON = "application/json; charset=utf-8"
_CHALLENGE = 'Bearer authorization_uri="https://login.microsoftonline.com/common", error="invalid_token"'


def make_app(arm: Behaviour) -> ASGIApp:
    """The stand-in as an ASGI application."""

    async def management(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        arm.in_flight += 1
        arm.max_in_flight = max(arm.max_in_flight, arm.in_flight)
        try:
            recorded = _recorded(arm, request, await request.body())
            arm.requests.append(recorded)
            result = await _answered(arm, request, recorded)
            await result(scope, receive, send)
        finally:
            arm.in_flight -= 1

    async def token(request: Request) -> Answer:
        arm.token_requests.append(_recorded(arm, request))
        return _token(arm, request)

    return Starlette(
        routes=[
            Route("/msi/token", token),
            Mount("/", app=management),
        ]
    )


async def _answered(arm: Behaviour, request: Request, recorded: Recorded) -> Answer:
    refusal, left = arm.quotas.spend(recorded.path) if arm.quotas else (None, {})
    if arm.latency_seconds:
        await asyncio.sleep(arm.latency_seconds)
    is_query = recorded.method == "POST" and recorded.path.lower() == graph.PATH
    if refusal is not None:
        result = refusal
    elif recorded.authorized and not arm.takes_token(_token_number(request)):
        result = Answer(status=401, body=envelopes.arm(401))
        result.headers["WWW-Authenticate"] = _CHALLENGE
    elif recorded.method != "GET" and not is_query:
        result = Answer(status=405, body=envelopes.arm(405))
    elif not recorded.authorized:
        message = "Authentication failed. The 'Authorization' header is missing."
        result = Answer(status=401, body=envelopes.arm(401, "AuthenticationFailed", message))
        result.headers["WWW-Authenticate"] = _CHALLENGE
    elif is_query:
        result = graph.answer(arm, recorded.body, recorded.query)
    else:
        result = answer(arm, recorded.path, recorded.query)
    result.headers |= left
    _add_headers(arm, result, recorded)
    struck = next(
        (f for f in arm.faults if f.strikes(recorded.path, recorded.raw_query + recorded.body.decode())), None
    )
    if struck is None and arm.chance is not None:
        struck = arm.chance(recorded.path, recorded.raw_query)
    if struck is not None:
        await asyncio.sleep(struck.delay_seconds)
        url = f"{arm.base_url}{recorded.path}?{recorded.raw_query}"
        result = struck.spoil(result, url)
    return result


def _token_number(request: Request) -> int:
    number = request.headers["authorization"].rpartition("-")[2]
    return int(number) if number.isdecimal() else 1


def _recorded(arm: Behaviour, request: Request, body: bytes = b"") -> Recorded:
    given = request.headers.get("authorization", "")
    return Recorded(
        method=request.method,
        path=str(request.scope["path"]),
        raw_query=request.scope["query_string"].decode("latin-1"),
        query=dict(request.query_params),
        headers={name: value for name, value in request.headers.items() if name != "authorization"},
        authorized=given.startswith("Bearer ") and len(given) > len("Bearer "),
        body=body,
        at=time.monotonic(),
        in_flight=arm.in_flight,
    )


def _add_headers(arm: Behaviour, result: Answer, recorded: Recorded) -> None:
    """The headers of every answer; the ids follow from the request, so that a recording can be made again."""
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{recorded.path}?{recorded.raw_query}"))
    result.headers = {
        "Content-Type": _JSON,
        "Cache-Control": "no-cache",
        "Date": arm.date or envelopes.http_date(),
        "x-ms-request-id": identity,
        "x-ms-correlation-request-id": identity,
        "x-ms-ratelimit-remaining-subscription-global-reads": str(arm.remaining_reads),
        **result.headers,
    }


def _token(arm: Behaviour, request: Request) -> Answer:
    """The managed identity endpoint of App Service."""
    headers = {"Content-Type": _JSON, "Date": arm.date or envelopes.http_date()}
    if request.headers.get("x-identity-header") != arm.identity_header:
        return Answer(status=400, body=b'{"statusCode":400,"message":"wrong identity header"}', headers=headers)
    if arm.tokens is not None and len(arm.token_requests) > arm.tokens:
        return Answer(status=400, body=b'{"statusCode":400,"message":"no identity any more"}', headers=headers)
    body = {
        "access_token": "stand-in-token" if arm.token_number == 1 else f"stand-in-token-{arm.token_number}",
        "expires_on": str(int(time.time()) + arm.token_seconds),
        "resource": request.query_params.get("resource", ""),
        "token_type": "Bearer",
        "client_id": "00000000-0000-0000-0000-0000000000c1",
    }
    return Answer(body=msgspec.json.encode(body), headers=headers)
