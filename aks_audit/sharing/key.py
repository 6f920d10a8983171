"""The secret that stand-ins are made with. Whoever has it can test a guess; whoever has not cannot."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from ..errors import UsageError

KEY_BYTES: Final = 32


def key_of_this_run() -> bytes:
    """A key that nobody keeps: no other run gives the same stand-ins."""
    return secrets.token_bytes(KEY_BYTES)


def key_from(path: str) -> bytes:
    """The key in a file; where there is no such file, one is made, with mode 0600.

    Raises:
        UsageError: the file cannot be read or written, or holds no key.
    """
    try:
        _make(Path(path))
        text = Path(path).read_text("ascii").strip()
        key = bytes.fromhex(text)
    except OSError as error:
        raise UsageError(f"cannot use key file {path}: {error.strerror}", "name a file in a folder of yours") from error
    except ValueError as error:
        raise UsageError(
            f"{path} holds no key", f"name a file that does not exist, or {KEY_BYTES * 2} hex digits"
        ) from error
    if len(key) < KEY_BYTES:
        raise UsageError(
            f"{path} holds no key: {len(key)} bytes of {KEY_BYTES}", "name a file that does not exist: one is made"
        )
    return key


def _make(path: Path) -> None:
    """Make the file, unless it is there; of two runs that try at once, both take what the first one wrote."""
    if path.exists():
        return
    new = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_bytes(KEY_BYTES).hex() + "\n")
        try:
            os.link(new, path)  # unlike a rename, it does not put one key in place of another
        except FileExistsError:
            return
    finally:
        new.unlink()
