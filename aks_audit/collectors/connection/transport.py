"""The last step to Azure: the session that sends."""

from __future__ import annotations

import requests
from requests.adapters import BaseAdapter


def session_with(adapter: BaseAdapter) -> requests.Session:
    """A session that speaks TLS and nothing else, by one adapter; to be closed by whoever asks for it."""
    session = requests.Session()
    session.adapters.clear()  # requests would speak plain http as well
    session.mount("https://", adapter)
    return session
