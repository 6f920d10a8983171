"""What stops a run. Each says what failed, where, and what to try; the command line prints it and exits 2."""

from __future__ import annotations


class AksAuditError(Exception):
    """A run that cannot be done.

    Args:
        message: what failed and where, in one line.
        hint: what to try next, in one line.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}; {hint}" if hint else message)


class UsageError(AksAuditError):
    """The command line asks for something that does not exist or does not go together."""


class InventoryError(AksAuditError):
    """An inventory file cannot be read or written."""


class CassetteError(AksAuditError):
    """A cassette cannot be read or written."""


class AccessError(AksAuditError):
    """Azure could not be asked at all: no credential, no such subscription, no network."""
