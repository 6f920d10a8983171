"""The guard: only reads leave, and they go to the cloud's endpoint alone."""

from __future__ import annotations

import ast
import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.rest import HttpRequest
from hypothesis import example, given
from hypothesis import strategies as st

import aks_audit
from aks_audit.collectors.connection.answers import NoAnswer
from aks_audit.collectors.connection.arm import Arm, _send
from aks_audit.collectors.connection.clouds import CLOUDS, Cloud, cloud_named
from aks_audit.collectors.connection.patience import Patience
from aks_audit.collectors.connection.read_only import (
    ForeignAddressError,
    NotSentError,
    ReadOnlyError,
    ReadOnlyPolicy,
    insist_on_home,
)
from aks_audit.collectors.connection.transport import session_with
from aks_audit.errors import UsageError

from ...arm import StandIn
from ...estate import SUBSCRIPTION
from ..conftest import Credential

Serve = Callable[..., StandIn]
Connect = Callable[..., Arm]
SERVICES = ("network", "containerservice", "authorization")
PUBLIC = CLOUDS["public"].endpoint
TABLES = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network/routeTables?api-version=2024-05-01"
QUERY = "/providers/Microsoft.ResourceGraph/resources"
WRITES = ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "post", "Get", "GET ", "")


class Listener:
    """A socket in a cloud's place: it tells whether anything at all was sent to it."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self.port: int = server.getsockname()[1]
        self.cloud = Cloud(f"https://127.0.0.1:{self.port}", "https://management.azure.com/.default", "")

    @property
    def was_reached(self) -> bool:
        """Whether somebody connected."""
        with contextlib.suppress(BlockingIOError):
            self._server.accept()[0].close()
            return True
        return False


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield Listener(server)


@pytest.fixture
def arm(listener: Listener) -> Arm:
    """A connection to the listener."""
    return Arm(listener.cloud, Credential(), patience=Patience(retries=0))


# -------------------------------------------------------------------- methods


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("method", WRITES)
def test_no_method_but_get_leaves_through_any_client(method: str, service: Any, arm: Arm, listener: Listener) -> None:
    request = HttpRequest("GET", TABLES)
    request.method = method  # the SDK would write it in capitals
    with pytest.raises(ReadOnlyError, match="aks-audit only reads"):
        _send(arm._client(service), request)
    assert not listener.was_reached


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "x-http-method", "X-Method-Override"])
def test_no_header_turns_a_read_into_a_write(header: str, arm: Arm, listener: Listener) -> None:
    with pytest.raises(ReadOnlyError, match="aks-audit only reads"):
        _send(arm._client("network"), HttpRequest("GET", TABLES, headers={header: "DELETE"}))
    assert not listener.was_reached


@pytest.mark.parametrize(
    "path",
    [
        f"{QUERY}/",
        f"{QUERY}/x",
        f"/subscriptions/{SUBSCRIPTION}{QUERY}",
        "/providers/Microsoft.ResourceGraph/resourcesHistory",
        "/providers/Microsoft.ResourceGraph/./resources",
        "/providers/Microsoft.ResourceGraph/%72esources",
        f"/x{QUERY}",
        f"/x/..{QUERY}",
        f"/subscriptions/x/resourceGroups/y/moveResources?{QUERY}",
        f"/subscriptions/x/resourceGroups/y/moveResources#{QUERY}",
        "/providers/Microsoft.Management/managementGroups/x",
    ],
)
def test_a_post_leaves_for_the_query_path_and_no_other(path: str, arm: Arm, listener: Listener) -> None:
    with pytest.raises(ReadOnlyError, match="aks-audit only reads"):
        _send(arm._client("network"), HttpRequest("POST", f"{path}?api-version=2022-10-01", json={"query": "x"}))
    assert not listener.was_reached


def test_a_query_leaves(serve: Serve, connect: Connect) -> None:
    standin = serve([])
    question = HttpRequest("POST", f"{QUERY}?api-version=2022-10-01", json={"query": "resources"})
    _send(connect(standin, retries=0)._client("network"), question)
    assert [(request.method, request.path) for request in standin.requests] == [("POST", QUERY)]


def test_a_query_is_known_below_an_endpoint_with_a_path() -> None:
    guard = ReadOnlyPolicy("https://arm.example/gateway")
    guard.on_request(_passing("POST", f"https://arm.example/gateway{QUERY}?api-version=1"))
    with pytest.raises(ReadOnlyError):
        guard.on_request(_passing("POST", f"https://arm.example/other{QUERY}"))


def test_the_typed_operations_send_no_writes(arm: Arm, listener: Listener) -> None:
    with pytest.raises(ReadOnlyError, match="only reads"):
        arm._client("network").route_tables.begin_delete("rg", "rt")
    assert not listener.was_reached


# -------------------------------------------------------------------- addresses

AT_HOME = (
    "/x",
    "https://management.azure.com/x",
    "https://management.azure.com:443/x",
    "https://MANAGEMENT.azure.com/x?a=b c",
    "HTTPS://management.azure.com",
    "/x?link=https://arm.invalid/@",
)
ELSEWHERE = (
    "http://management.azure.com/x",
    "http://management.azure.com:443/x",
    "ftp://management.azure.com/x",
    "//management.azure.com/x",
    "//arm.invalid/x",
    "https:arm.invalid/x",
    "https:///x",
    "https://arm.invalid/x",
    "https://management.azure.com.arm.invalid/x",
    "https://management.azure.com./x",
    "https://management.azure.com:8443/x",
    "https://management.azure.com:0/x",
    "https://management.azure.com@arm.invalid/x",
    "https://management.azure.com:443@arm.invalid/x",
    "https://a:b@management.azure.com/x",
    "https://@management.azure.com/x",
    "https://management.azure.com\\@arm.invalid/x",
    "https://management.azure.com\\.arm.invalid/x",
    "https://management.azure.com%2earm.invalid/x",
    "https://management.azure.com%00.arm.invalid/x",
    "https://management.azure.com\t.arm.invalid/x",
    "https://management.azure.com\n/x",
    "https://management.azure.com /x",
    "https://arm.invalid#management.azure.com",
    "https://arm.invalid?management.azure.com",
    "https://xn--management-azure-com.invalid/x",
    "https://xn--mnagement-0nf.azure.com/x",
    "https://mаnagement.azure.com/x",  # a Cyrillic letter
    "https://management。azure.com/x",  # another alphabet's full stop
    "https://management.azure.com:４４３/x",
    "https://management.chinacloudapi.cn/x",
    "https://[::1]/x",
    "https://[::1",
    "https://host:port/",
    "https://management.azure.com:99999/x",
    "javascript:x",
    "file:///etc/passwd",
    "unix:///run/x",
)


@pytest.mark.parametrize("url", AT_HOME)
def test_the_endpoint_is_at_home_however_it_is_written(url: str) -> None:
    insist_on_home(url, PUBLIC)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_any_other_address_is_foreign(url: str) -> None:
    with pytest.raises(ForeignAddressError, match="not followed"):
        insist_on_home(url, PUBLIC)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_token_is_asked_for_nor_anything_sent_to_another_address(url: str, listener: Listener) -> None:
    class Asked(Credential):
        def get_token(self, *_: str, **__: Any) -> Any:
            raise AssertionError("a token was asked for")

    arm = Arm(listener.cloud, Asked(), patience=Patience(retries=0))
    with pytest.raises(NoAnswer) as caught:
        arm.get(url.replace("management.azure.com", f"127.0.0.1:{listener.port}.invalid"), "network")
    assert caught.value.code == "ForeignNextLink"
    assert not listener.was_reached


def test_plain_http_to_the_endpoint_itself_is_not_sent(arm: Arm, listener: Listener) -> None:
    with pytest.raises(NoAnswer) as caught:
        arm.get(f"http://127.0.0.1:{listener.port}{TABLES}", "network")
    assert caught.value.code == "ForeignNextLink"
    assert not listener.was_reached


def test_a_message_about_an_address_repeats_no_password() -> None:
    with pytest.raises(ForeignAddressError) as caught:
        insist_on_home("https://user:hunter2@management.azure.com/x", PUBLIC)
    assert "hunter2" not in str(caught.value)


@given(st.text(max_size=40), st.sampled_from(["", "/", "//", "https://", "https:", "\\\\", "https:\\"]))
@example("\x00", "https://")
def test_whatever_is_let_through_goes_to_the_endpoint(text: str, start: str) -> None:
    """As the library sees it that opens the connection."""
    from urllib3.util import parse_url

    url = start + text
    with contextlib.suppress(ForeignAddressError):
        insist_on_home(url, PUBLIC, relative=False)
        parsed = parse_url(url)
        assert (parsed.scheme, parsed.auth, parsed.host, parsed.port) in (
            ("https", None, "management.azure.com", None),
            ("https", None, "management.azure.com", 443),
        )


@pytest.mark.parametrize("endpoint", ["http://arm.example", "https://user@arm.example", "https://a:b@arm.example"])
def test_an_endpoint_that_is_not_plainly_https_is_refused(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AKS_AUDIT_ARM_ENDPOINT", endpoint)
    with pytest.raises(UsageError, match="no https address"):
        cloud_named("public")


# -------------------------------------------------------------------- between the first policy and the last


class Tamper(SansIOHTTPPolicy[Any, Any]):
    """A policy that changes a request on its way."""

    def __init__(self, **changes: Any) -> None:
        super().__init__()
        self._changes = changes

    def on_request(self, request: Any) -> None:
        for name, value in self._changes.items():
            setattr(request.http_request, name, value)


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "DELETE"},
        {"method": "PUT"},
        {"url": "https://arm.invalid/x"},
        {"url": "http://127.0.0.1/x"},
        {"headers": {"X-HTTP-Method-Override": "DELETE"}},
    ],
    ids=str,
)
def test_what_a_policy_makes_of_a_request_is_looked_at_again(
    changes: dict[str, Any], listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Arm._policies

    def tampered(arm: Arm, service: Any) -> list[Any]:
        first, *others, last = made(arm, service)
        assert isinstance(first, ReadOnlyPolicy)
        assert isinstance(last, ReadOnlyPolicy)
        return [first, *others, Tamper(**changes), last]

    monkeypatch.setattr(Arm, "_policies", tampered)
    arm = Arm(listener.cloud, Credential(), patience=Patience(retries=2, backoff_seconds=0.0))
    with pytest.raises((NotSentError, NoAnswer), match=r"only reads|not followed"):
        arm.get(TABLES, "network")
    assert not listener.was_reached


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int, serve: Serve, connect: Connect, listener: Listener) -> None:
    standin = serve([], subscriptions=[SUBSCRIPTION])
    away = f"https://127.0.0.1:{listener.port}/x"
    standin.fault("*", status=status, headers={"Location": away, "Azure-AsyncOperation": away})
    assert connect(standin).get(TABLES, "network").status == status
    assert len(standin.requests) == 1
    assert not listener.was_reached


def test_a_session_speaks_no_plain_http() -> None:
    import requests

    with session_with(requests.adapters.HTTPAdapter()) as session, pytest.raises(requests.exceptions.InvalidSchema):
        session.get("http://127.0.0.1:1/")


def test_braces_in_an_id_are_part_of_the_path(serve: Serve, connect: Connect) -> None:
    """The SDK takes a path for a template."""
    standin = serve([], subscriptions=[SUBSCRIPTION])
    connect(standin).get(f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network/{{x}}?api-version=1", "network")
    assert [request.path.rpartition("/")[2] for request in standin.requests] == ["{x}"]


# -------------------------------------------------------------------- nobody goes round it

PACKAGE = Path(aks_audit.__file__).parent
CONNECTION = PACKAGE / "collectors" / "connection"
SENDS = ("azure.mgmt", "azure.core", "urllib.request", "http.client", "httpx", "aiohttp", "socket.socket", "msal")
"""What opens connections, or makes something that does."""


def test_no_module_outside_the_connection_opens_one() -> None:
    modules = [path for path in sorted(PACKAGE.rglob("*.py")) if CONNECTION not in path.parents]
    assert len(modules) > 100
    assert [(path.name, found) for path in modules for found in _senders(ast.parse(path.read_text("utf-8")))] == []


def _senders(tree: ast.AST) -> Iterator[str]:
    made = [f"requests.{name}" for name in ("Session", "request", "get", "post", "put", "patch", "delete")]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith(SENDS))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name for name in names if name.startswith(SENDS))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in made:
            yield ast.unparse(node.func)


def test_the_connection_uses_no_typed_operation() -> None:
    """A client is only ever told to send a request; its operations are not touched."""
    used = [
        ast.unparse(node)
        for path in sorted(CONNECTION.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith(("client", "_client(service)"))
    ]
    assert {name.rpartition(".")[2] for name in used} <= {"send_request", "_send_request"}


def _passing(method: str, url: str) -> Any:
    from azure.core.pipeline import PipelineContext, PipelineRequest

    return PipelineRequest(HttpRequest(method, url), PipelineContext(None))
