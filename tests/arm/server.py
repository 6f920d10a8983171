"""Starting and stopping the stand-in: a thread of its own, TLS on a free port."""

from __future__ import annotations

import asyncio
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import trustme
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import make_app
from .behaviour import Behaviour
from .store import Resources, Store


class _Protocol(H11Protocol):
    """Hands each request its transport, so that an answer can break the connection."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class StandIn(Behaviour):
    """ARM's stand-in as a context manager.

    Args:
        resources: what it serves: dicts, JSON texts, or the path of an inventory file.
        subscriptions: ids (or id to display name) that exist besides those of the resources.
        port: 0 takes a free one.
        switches: any field of `Behaviour`.
    """

    def __init__(
        self,
        resources: Resources = (),
        *,
        subscriptions: Iterable[str] | Mapping[str, str] = (),
        odd_casing: bool = True,
        port: int = 0,
        **switches: Any,
    ) -> None:
        super().__init__(store=Store(resources, subscriptions, odd_casing=odd_casing), **switches)
        self._port = port

    @property
    def environment(self) -> dict[str, str]:
        """What to export so that a program takes this for Azure, its managed identity included."""
        return {
            "REQUESTS_CA_BUNDLE": self.ca_file,
            "IDENTITY_ENDPOINT": f"{self.base_url}/msi/token",
            "IDENTITY_HEADER": self.identity_header,
            "AKS_AUDIT_ARM_ENDPOINT": self.base_url,
        }

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        self.ca_file = str(Path(self._folder.name) / "ca.pem")
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca_file)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1", "management.azure.com").configure_cert(context)
        # asyncio turns Nagle's algorithm off only where the protocol is named; else each answer takes 40 ms
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", self._port))
        self.base_url = f"https://localhost:{self._socket.getsockname()[1]}"
        self._ready = threading.Event()
        server = uvicorn.Server(_config(make_app(self), context))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(server)), daemon=True)
        self._thread.start()
        if not self._ready.wait(timeout=10):
            raise RuntimeError("the stand-in did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)
        self._socket.close()
        self._folder.cleanup()

    async def _serve(self, server: uvicorn.Server) -> None:
        """Serve until told to stop, then break what is still open: a stalled answer must not hold us up.

        `uvicorn.Server.serve` looks every 0.1 s whether it should stop and then waits as long again, for each test.
        """
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup(sockets=[self._socket])
        self._ready.set()
        await self._stop.wait()
        for listener in server.servers:
            listener.close()
        for task in list(server.server_state.tasks):
            task.cancel()
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0.01)  # lets the sockets close


def _config(app: Any, context: ssl.SSLContext) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http=_Protocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=60,  # above critical: the faults are meant
        access_log=False,
        date_header=False,
        server_header=False,
        backlog=1024,
    )
    config.load()
    config.ssl = context
    return config
