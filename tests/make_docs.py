"""Writes docs/rules/ and the examples that `aks-audit explain` shows: `python -m tests.make_docs [--check]`."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from aks_audit.collectors.rights import rights
from aks_audit.findings import Rule
from aks_audit.reporters.permissions import ROLE_NAME, render_json, render_markdown
from aks_audit.reporters.rule_page import Example, example_from, page
from aks_audit.rules import catalogue

from .observed import observed
from .parity import parity, parity_page

ROOT: Final = Path(__file__).parent.parent
DOCS: Final = ROOT / "docs" / "rules"
EXAMPLES: Final = ROOT / "aks_audit" / "rules" / "examples.json"
NEEDS: Final = ROOT / "aks_audit" / "rules" / "needs.json"
RIGHTS: Final = ROOT / "docs" / "rights.md"
CANDIDATES: Final = Path(__file__).parent / "candidates.toml"
_NOTICE: Final = "<!-- written by `make docs`; change the rule, not this page -->\n\n"
_RIGHTS_NOTICE: Final = "<!-- written by `make docs` -->\n\n"

FAMILIES: Final[Mapping[str, str]] = {
    "MDL": "Models and the address plan",
    "CAP": "Addresses and capacity",
    "KBN": "Kubenet's routes",
    "UDR": "User-defined routes and egress",
    "NSG": "Network security groups",
    "VNT": "Peerings and DNS",
    "LBS": "Load balancers, SNAT and NAT gateways",
    "API": "The API server",
    "POL": "Network policy",
    "LIF": "Lifecycle",
}


def all_files(rules: tuple[Rule, ...] | None = None) -> dict[Path, str]:
    """Every file that is written, with what stands in it."""
    rules = catalogue() if rules is None else rules
    seen = {rule.id: observed(rule) for rule in rules}
    examples = {rule.id: example_from(rule, seen[rule.id].findings[0]) for rule in rules}
    written = {DOCS / f"{rule.id}.md": _NOTICE + page(rule, examples[rule.id]) for rule in rules}
    return {
        **written,
        DOCS / "README.md": _NOTICE + index(rules),
        DOCS / "coverage.md": _NOTICE + coverage(rules),
        DOCS / "parity.md": _NOTICE + parity_page(parity(), frozenset(r.id for r in rules if r.profile == "policy")),
        EXAMPLES: _json(examples),
        NEEDS: _json({key: found.needs for key, found in seen.items()}),
        RIGHTS: _RIGHTS_NOTICE + rights_page({key: found.needs for key, found in seen.items()}, len(rules)),
    }


def _json(examples: Mapping[str, Example | tuple[str, ...]]) -> str:
    """A line a rule, so that two new rules do not meet in one place."""
    lines = [f"{msgspec.json.encode(key).decode()}: {msgspec.json.encode(examples[key]).decode()}" for key in examples]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def index(rules: tuple[Rule, ...]) -> str:
    """The rules by family."""
    parts = [
        "# Rules\n\nWhat `aks-audit audit` checks. Rules of the profile *policy* run with `--profile policy`. "
        "[coverage.md](coverage.md) lists what could be checked and which rules do, [parity.md](parity.md) what other "
        "tools check and what answers it here.\n"
    ]
    for family in sorted({rule.family for rule in rules}):
        rows = [rule for rule in rules if rule.family == family]
        parts.append(f"\n## {family.replace('_', ' ').capitalize()}\n\n")
        parts.append("| Rule | Severity | What it finds | The fix costs |\n|:--|:--|:--|:--|\n")
        for rule in rows:
            name = f"[{rule.id}]({rule.id}.md)" + (" *policy*" if rule.profile == "policy" else "")
            parts.append(f"| {name} | {rule.severity} | {_cell(rule.title)} | {_cell(rule.disrupts)} |\n")
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def rights_page(needs: Mapping[str, tuple[str, ...]], total: int) -> str:
    """The rights that a run needs, which rules need them, and a role that has them."""
    needed = rights(needs)
    return f"""\
# Rights

`Reader` on the subscriptions is enough. A custom role with these actions is less:

    aks-audit permissions                             # the table below
    aks-audit permissions -f json -s SUBSCRIPTION_ID > role.json
    az role definition create --role-definition @role.json
    az role assignment create --assignee PRINCIPAL --role "{ROLE_NAME}" --scope /subscriptions/SUBSCRIPTION_ID

`--management-group ID` makes a role for a management group, with the action that finds the subscriptions below it.

## Which rules need which

What is refused becomes a Gap, rules that need it answer *unknown*, and the rest goes on. Which those are was observed
while the rules' own tests ran, with one type after the other refused. A run that was refused something reports a table
of the rights that lacked, where, and which rules suffered; in the JSON report it is `rights`.

{render_markdown(needed, total)}
## The role

```json
{render_json(needed, ["/subscriptions/SUBSCRIPTION_ID"])}```

It was put together from the requests that the program makes and from Azure's list of actions; nobody tried it on a live
subscription yet.
"""


class Candidates(msgspec.Struct, forbid_unknown_fields=True):
    """What could be checked, in a line each, and why some of it is not."""

    candidates: dict[str, str]
    reasons: dict[str, str]


def candidates() -> Candidates:
    return msgspec.convert(tomllib.loads(CANDIDATES.read_text("utf-8")), Candidates)


def coverage(rules: tuple[Rule, ...]) -> str:
    """Every candidate with the rules that cover it, or the reason why none does."""
    known = candidates()
    covering = {key: [rule.id for rule in rules if key in rule.covers] for key in known.candidates}
    covered = sum(1 for found in covering.values() if found)
    reasoned = sum(1 for key, found in covering.items() if not found and key in known.reasons)
    total, left = len(covering), len(covering) - covered - reasoned
    lines = [
        "# Coverage\n",
        f"Of {total} checks that the network of a cluster calls for, {covered} are covered by rules"
        f", {reasoned} are not and say why" + (f", {left} are open" if left else "") + ".\n",
    ]
    for prefix, title in FAMILIES.items():
        lines += [f"## {title} ({prefix})\n", "| Check | What would be wrong | Rules, or why none |", "|:--|:--|:--|"]
        lines += _rows(prefix, known, covering)
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _rows(prefix: str, known: Candidates, covering: Mapping[str, list[str]]) -> Iterator[str]:
    for key, text in known.candidates.items():
        if key.startswith(f"{prefix}-"):
            links = ", ".join(f"[{rule}]({rule}.md)" for rule in covering[key])
            yield f"| {key} | {_cell(text)} | {links or _cell(known.reasons.get(key, 'open'))} |"


def stale() -> list[Path]:
    """The files that are not as they would be written, and those that nothing writes any more."""
    files = all_files()
    old = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    return [*old, *(path for path in sorted(DOCS.glob("*.md")) if path not in files)]


def main(arguments: list[str]) -> None:
    if arguments == ["--check"]:
        old = stale()
        for path in old:
            sys.stdout.write(f"{path.relative_to(ROOT)} is out of date\n")
        sys.exit("run make docs" if old else 0)
    DOCS.mkdir(parents=True, exist_ok=True)
    files = all_files()
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    for path in DOCS.glob("*.md"):
        if path not in files:
            path.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
