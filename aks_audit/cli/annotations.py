"""What a pipeline shows beside the log, where this runs in one: annotations and a job summary.

Both go past standard output, which belongs to the report: commands to standard error, which GitHub and Azure Pipelines
read as well, the summary to the file that the pipeline names. Nothing here changes the exit code.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .output import say

if TYPE_CHECKING:
    from ..report import Report

MODES: Final = ("auto", "never")
LARGE: Final = 250_000
"""Characters of a summary; at most four bytes each, which is below GitHub's limit."""
SUMMARY_LIMIT: Final = 1024 * 1024
"""Bytes that GitHub takes of a step's summary; of a larger one it takes nothing."""


def pipeline() -> str:
    """The pipeline this runs in: `github`, `azure-pipelines`, or ""."""
    if os.environ.get("GITHUB_ACTIONS", "").lower() == "true":
        return "github"
    return "azure-pipelines" if os.environ.get("TF_BUILD", "").lower() == "true" else ""


def annotate(report: Report, mode: str) -> None:
    """Show the report beside the log, where this runs in a pipeline and `mode` is not `never`."""
    where = "" if mode == "never" else pipeline()
    if not where:
        return
    from ..reporters.workflow import WRITE, issues

    shown, left = issues(report)
    for issue in shown:
        _command(WRITE[where](issue))
    if left:
        say(f"{left:,} more in the report")
    try:
        _github_summary(report) if where == "github" else _azure_summary(report)
    except OSError as error:
        say(f"cannot write the job summary: {error.strerror}")


def _github_summary(report: Report) -> None:
    from ..reporters.markdown import render

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    target = Path(path)
    room = SUMMARY_LIMIT - (target.stat().st_size if target.exists() else 0)
    for text in (render(report, most) for most in (LARGE, LARGE // 4)):
        encoded = f"\n{text}".encode("utf-8", "replace")
        if len(encoded) <= room:
            with target.open("ab") as file:
                file.write(encoded)
            return
    say("the job summary has no room left for the report")


def _azure_summary(report: Report) -> None:
    from ..reporters.markdown import render
    from ..reporters.workflow import upload_summary

    folder = os.environ.get("AGENT_TEMPDIRECTORY") or None
    with tempfile.NamedTemporaryFile("wb", prefix="aks-audit-", suffix=".md", dir=folder, delete=False) as file:
        file.write(render(report, LARGE).encode("utf-8", "replace"))
    _command(upload_summary(str(Path(file.name).absolute())))


def _command(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201
