"""What looks like a secret inside a text that is written: it is taken out wherever it stands."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

REMOVED: Final = "(removed)"
_SECRET: Final = re.compile(
    r"""
    -----BEGIN[ ].*?(?:-----END[ ][A-Z ]{0,40}-----|\Z)             # PEM: keys, certificates
    | \b(?:account|shared|sharedaccess|primary|secondary|subscription)_?key=[^\s"';]+
    | \b(?:password|passwd|pwd|client[_-]?secret|secret|access[_-]?token|refresh[_-]?token|api[_-]?key)
      ["']?\s?[=:]\s?["']?[^\s"'&;,}]+                               # in an address, in JSON, in YAML
    | --(?:password|secret|client-secret|token|api-key)\s+\S+       # as an option of a command
    | (?<=://)[^\s/@"':]*:[^\s/@"']+(?=@)                           # somebody's name and password before a host
    | \b(?:client-key-data|client-certificate-data|certificate-authority-data):\s*[^\s"']+      # a kubeconfig
    | \bbearer[ ]+[\w.~+/=-]{8,}
    | \beyJ[\w.+/=-]{8,}                                            # a token, or claims
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_SIGNED: Final = re.compile(r"(?:^|[?&;])sig=", re.IGNORECASE)
"""An address with a shared access signature: all of it goes."""
_WORD: Final = re.compile(r"[^\s\"']+")
_SIGNS: Final = (
    *("=", "-----BEGIN", "eyJ", "earer ", "EARER ", "-data:", "://"),
    *("ecret", "ECRET", "assw", "ASSW", "pwd", "PWD", "oken", "OKEN", "pi_key", "pi-key", "pikey", "API"),
)
"""One of these stands in every text that holds a secret, and hardly ever in what ARM says of networks."""
_IN_JSON: Final = tuple(sign.encode() for sign in (*_SIGNS, r"\u"))


def without_secrets(text: str) -> str:
    """The text without what looks like a secret.

    >>> without_secrets("https://store.blob.core.windows.net/logs?sv=2024&sig=abc%3D is gone")
    '(removed) is gone'
    >>> without_secrets('{"pwd": "hunter2"} --password hunter2 http://user:hunter2@proxy:1/')
    '{"(removed)"} (removed) http://(removed)@proxy:1/'
    """
    if not any(sign in text for sign in _SIGNS):
        return text
    text = _SECRET.sub(REMOVED, text)
    return _WORD.sub(lambda word: REMOVED if _SIGNED.search(word[0]) else word[0], text)


def json_without_secrets(json: bytes) -> bytes:
    """JSON without what looks like a secret in any of its texts; the same bytes where there is nothing of the kind.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError, RecursionError: it is no JSON.
    """
    if not any(sign in json for sign in _IN_JSON):
        return json
    value = msgspec.json.decode(json)
    clean = _clean(value)
    return json if clean == value else msgspec.json.encode(clean)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {without_secrets(key): _clean(item) for key, item in value.items()}
    return value
