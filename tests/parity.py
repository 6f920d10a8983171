"""docs/rules/parity.md: what other tools ask of a cluster's network, and which rules answer it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

PARITY: Final = Path(__file__).parent / "parity.toml"
_HEAD: Final = """# Parity

What other tools ask of the network of an AKS cluster, and what answers it here: for a team that retires one of them.
Rules marked *policy* run with `--profile policy`; all others run by default, as they find what breaks a cluster and not
only what somebody demands. Where the two differ, it is on purpose and said here. Long ids are shortened to their first
part. The state is that of summer 2026.
"""


class Demand(NamedTuple):
    """What one rule of another tool asks."""

    asks: str
    rules: list[str]
    """Those of ours that answer it; empty: none does, and `says` has the reason."""
    says: str


def parity() -> dict[str, dict[str, Demand]]:
    """By tool, then by its own id."""
    return msgspec.convert(tomllib.loads(PARITY.read_text("utf-8")), dict[str, dict[str, Demand]])


def parity_page(demands: dict[str, dict[str, Demand]], policy: frozenset[str]) -> str:
    """The table of each tool.

    Args:
        policy: the ids of the rules that run only with the policy profile.
    """
    return "\n".join([_HEAD, *(line for tool, asked in demands.items() for line in _table(tool, asked, policy))])


def _table(tool: str, asked: dict[str, Demand], policy: frozenset[str]) -> Iterator[str]:
    yield f"## {tool}\n\n| Rule | Asks for | Here | Differs, or why not |\n|:--|:--|:--|:--|"
    for peer, demand in asked.items():
        links = (f"[{rule}]({rule}.md)" + (" *policy*" if rule in policy else "") for rule in demand.rules)
        yield f"| {_cell(peer)} | {_cell(demand.asks)} | {', '.join(links) or '-'} | {_cell(demand.says)} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
