"""What a build log shows beside the step: annotations of GitHub Actions, issues of Azure Pipelines.

Sources: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands,
https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ..findings import Severity
from ..report import Report, ReportedFinding
from .escape import visible
from .words import by_gap, count_of, gap_sentence, remedy

MOST: Final = 10
"""Of errors and of warnings each: what both show of a step."""
_MOST_OF_TEXT: Final = 1_000

Kind = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Issue:
    """Something to show beside the step."""

    kind: Kind
    code: str
    """The rule's id, or what else it is about."""
    title: str
    text: str


def issues(report: Report) -> tuple[list[Issue], int]:
    """What is worth showing, and how many more there are.

    Errors are the findings that fail the run; warnings what could not be told, and other findings of medium or more.
    """
    failing = {id(item) for item in report.failing}
    errors = [_finding(item, "error") for item in report.failing]
    others = (item for item in report.active if id(item) not in failing and item.severity >= Severity.MEDIUM)
    warnings = [*_unknown(report), *(_finding(item, "warning") for item in others)]
    shown = [*errors[:MOST], *warnings[:MOST]]
    return shown, len(errors) + len(warnings) - len(shown)


def _finding(item: ReportedFinding, kind: Kind) -> Issue:
    known = " (in the baseline)" if item.baselined else ""
    total = f". Sum: {item.finding.arithmetic}" if item.finding.arithmetic else ""
    text = f"{item.severity}{known}: {item.finding.message}{total}"
    return Issue(kind, item.rule.id, item.rule.title, visible(text, _MOST_OF_TEXT))


def _unknown(report: Report) -> Iterator[Issue]:
    for gap, unknowns in by_gap(report):
        if unknowns:
            helps = f". What helps: {remedy(gap)}" if remedy(gap) else ""
            text = f"{count_of(len(unknowns), 'check')} could not tell, for want of {gap_sentence(gap)}{helps}"
            yield Issue("warning", "could-not-tell", "Could not tell", visible(text, _MOST_OF_TEXT))


def github(issue: Issue) -> str:
    """A workflow command, one line."""
    title = _escaped(f"{issue.code}: {issue.title}", _GITHUB_PROPERTY)
    return f"::{issue.kind} title={title}::{_escaped(issue.text, _GITHUB_TEXT)}"


def azure_pipelines(issue: Issue) -> str:
    """A logging command, one line."""
    code = _escaped(issue.code, _AZURE_PROPERTY)
    text = _escaped(f"{issue.code}: {issue.text}", AZURE_TEXT)
    return f"##vso[task.logissue type={issue.kind};code={code}]{text}"


def upload_summary(path: str) -> str:
    """The logging command that puts a Markdown file on the page of an Azure Pipelines run."""
    return f"##vso[task.uploadsummary]{_escaped(path, AZURE_TEXT)}"


WRITE: Final[dict[str, Callable[[Issue], str]]] = {"github": github, "azure-pipelines": azure_pipelines}

_GITHUB_TEXT: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_GITHUB_PROPERTY: Final = {**_GITHUB_TEXT, ":": "%3A", ",": "%2C"}
AZURE_TEXT: Final = {"%": "%AZP25", "\r": "%0D", "\n": "%0A"}
_AZURE_PROPERTY: Final = {**AZURE_TEXT, ";": "%3B", "]": "%5D"}


def _escaped(text: str, codes: Mapping[str, str]) -> str:
    return text.translate({ord(character): code for character, code in codes.items()})
