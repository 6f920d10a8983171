"""The formats of a report, by name. Each is loaded when it is asked for: the terminal's brings rich, HTML's jinja2."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the command line looks up formats and words here, and must not wait for the whole model
    from ..report import Report


def _csv(report: Report) -> str:
    from .csv_report import render

    return render(report)


def _html(report: Report) -> str:
    from .html import render

    return render(report)


def _json(report: Report) -> str:
    from .json_report import render

    return render(report)


def _junit(report: Report) -> str:
    from .junit import render

    return render(report)


def _markdown(report: Report) -> str:
    from .markdown import render

    return render(report)


def _sarif(report: Report) -> str:
    from .sarif import render

    return render(report)


def _terminal(report: Report) -> str:
    from .terminal import render

    return render(report)


RENDER: Final[Mapping[str, Callable[[Report], str]]] = {
    "csv": _csv,
    "html": _html,
    "json": _json,
    "junit": _junit,
    "markdown": _markdown,
    "sarif": _sarif,
    "terminal": _terminal,
}

SUFFIXES: Final[Mapping[str, str]] = {
    ".html": "html",
    ".sarif.json": "sarif",
    ".json": "json",
    ".md": "markdown",
    ".sarif": "sarif",
    ".xml": "junit",
    ".csv": "csv",
}
"""The format of a file that is to be written, by the end of its name."""
