"""A proxy that takes programs which know no other Azure to the stand-in, by HTTPS_PROXY alone."""

from __future__ import annotations

import select
import socket
import socketserver
import threading
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

AZURE: Final = "management.azure.com"
_CHUNK: Final = 1 << 16


class Detour:
    """Passes connections to Azure Resource Manager, and those to the stand-in itself, on to the stand-in's port.

    Everything else is refused, so nothing leaves the machine. What goes through stays encrypted between both ends.
    """

    def __init__(self, port: int) -> None:
        self.refused: list[str] = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                method, _, rest = self.rfile.readline().decode("latin-1").partition(" ")
                while self.rfile.readline().strip():
                    pass
                host = rest.split(" ")[0].rpartition(":")[0]
                if method != "CONNECT" or host not in (AZURE, "localhost"):
                    outer.refused.append(host)
                    self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
                    return
                with socket.create_connection(("127.0.0.1", port)) as there:
                    self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    with suppress(ConnectionError):
                        _pass_on(self.connection, there)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def environment(self) -> dict[str, str]:
        """What to export."""
        return {"HTTPS_PROXY": f"http://127.0.0.1:{self._server.server_address[1]}", "NO_PROXY": ""}

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    """Bytes both ways, until one side has no more."""
    while True:
        ready, _, _ = select.select([one, other], [], [])
        for source in ready:
            chunk = source.recv(_CHUNK)
            if not chunk:
                return
            (other if source is one else one).sendall(chunk)
