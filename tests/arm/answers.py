"""An answer and how it is sent: whole, cut off, stalled, or not at all."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from typing import Literal

from starlette.types import Receive, Scope, Send

Sending = Literal["whole", "reset", "cut", "stall", "silence", "trickle"]

_CHUNK = 1 << 18


@dataclass(kw_only=True)
class Answer:
    """What goes back: status, headers and body, and whether it arrives."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    sending: Sending = "whole"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.sending == "reset":
            _reset(scope)
            return
        if self.sending == "silence":
            await _until_disconnected(receive)
            return
        headers = {**self.headers, "Content-Length": str(len(self.body))}
        pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": pairs})
        if self.sending == "whole":
            await self._send(send, len(self.body), last=True)
            return
        if self.sending == "trickle":
            await self._trickle(send)
            return
        await self._send(send, len(self.body) // 2, last=False)
        if self.sending == "stall":
            await _until_disconnected(receive)
            return
        await asyncio.sleep(0.05)  # lets the first half leave
        scope["state"]["transport"].abort()

    async def _trickle(self, send: Send) -> None:
        """A byte every now and then; a client that only counts the time between two never tires of it."""
        for number in range(len(self.body)):
            more = number + 1 < len(self.body)
            await send({"type": "http.response.body", "body": self.body[number : number + 1], "more_body": more})
            await asyncio.sleep(0.02)

    async def _send(self, send: Send, end: int, *, last: bool) -> None:
        view = memoryview(self.body)[:end]
        for start in range(0, max(end, 1), _CHUNK):
            chunk = bytes(view[start : start + _CHUNK])
            more = not last or start + _CHUNK < end
            await send({"type": "http.response.body", "body": chunk, "more_body": more})


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _reset(scope: Scope) -> None:
    """Close the connection with a TCP reset: no lingering, no TLS goodbye."""
    transport = scope["state"]["transport"]
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
