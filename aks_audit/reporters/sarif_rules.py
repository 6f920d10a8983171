"""A rule as SARIF describes it."""

from __future__ import annotations

from typing import Any, Final

from ..findings import Rule, Severity
from .escape import shorten, visible

COULD_NOT_TELL: Final = "could-not-tell"
"""No rule of ours: what a Gap kept from being judged."""
LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORES: Final = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""GitHub calls over 9.0 critical, from 7.0 high, from 4.0 medium, and what is less low."""
_PROBLEMS: Final = {"error": "error", "warning": "warning", "note": "recommendation"}
_MOST: Final = 1_000
"""GitHub takes descriptions of up to 1,024 characters."""


def descriptor(rule: Rule, severity: Severity) -> dict[str, Any]:
    """A rule with its page as help.

    Args:
        severity: the worst that its findings have in this run, since GitHub has one for all of them.
    """
    links = "\n".join(f"- <{link}>" for link in (rule.source, *rule.more_sources))
    peer = [rule.peer] if rule.peer else []
    policy = ["policy"] if rule.profile == "policy" else []
    properties: dict[str, Any] = {
        "tags": list(dict.fromkeys(("azure", "aks", "network", rule.family, *policy))),
        "precision": "high",
        "problem.severity": _PROBLEMS[LEVELS[severity]],
        "covers": [*rule.covers, *peer],
        "fixDisrupts": rule.disrupts,
    }
    if severity in _SCORES:
        properties["tags"].append("security")
        properties["security-severity"] = _SCORES[severity]
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": shorten(rule.title, _MOST)},
        "fullDescription": {"text": shorten(_first_section(rule.page) or rule.title, _MOST)},
        "help": {
            "text": "\n\n".join(filter(None, (_first_section(rule.page), rule.remediation, f"See {rule.source}"))),
            "markdown": f"{rule.page}\n\n## Sources\n{links}\n",
        },
        "helpUri": rule.source,
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {key: value for key, value in properties.items() if value},
    }


def could_not_tell() -> dict[str, Any]:
    """The rule of the results that say what could not be judged."""
    text = (
        "Something that rules need was refused, missing or did not parse. What was not seen was not judged: "
        "that those rules found nothing there does not mean that all is well."
    )
    fix = "Give the reader rights on the scope that is named, or collect it too, and run again."
    return {
        "id": COULD_NOT_TELL,
        "name": "CouldNotTell",
        "shortDescription": {"text": "Rules could not tell"},
        "fullDescription": {"text": text},
        "help": {"text": f"{text}\n\n{fix}", "markdown": f"{text}\n\n{fix}\n"},
        "defaultConfiguration": {"level": "note"},
        "properties": {"tags": ["azure", "aks", "network"], "problem.severity": "recommendation"},
    }


def _first_section(page: str) -> str:
    """The text under the first heading of a rule's page, as plain text."""
    return visible(page.partition("\n")[2].partition("\n## ")[0].replace("`", ""), 4_000)
