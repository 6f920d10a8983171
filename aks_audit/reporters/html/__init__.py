"""The report as one HTML file that asks nothing of the network.

What comes from Azure reaches the page only through the template engine's escaping; style and script are the
package's own, and the page's policy names them by their hash.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ... import __version__
from ...report import Report
from ..escape import visible
from .page import page_of

__all__ = ["render"]


def render(report: Report) -> str:
    """The report as a page."""
    style, script = _packaged("report.css"), _packaged("report.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; "
        "form-action 'none'"
    )
    return (
        _environment()
        .get_template("report.html")
        .render(
            page=page_of(report),
            version=__version__,
            policy=policy,
            style=Markup(style),  # noqa: S704  # the package's own
            script=Markup(script),  # noqa: S704  # the same
        )
    )


def _packaged(name: str) -> str:
    return (files(__name__) / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("aks_audit.reporters.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def _shown(value: Any) -> Any:
    """Text as people can see it, blanks at its ends kept; what is markup already, and numbers, as they are."""
    if value is None:
        return ""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return f"{' ' if value.startswith(' ') else ''}{visible(value)}{' ' if value.endswith(' ') else ''}"
