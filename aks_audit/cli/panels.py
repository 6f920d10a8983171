"""What --help shows under which heading, and in which order: the main job first.

It is said here for all commands at once, so that an option that several of them have stands under one heading in each.
"""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from copy import copy
from typing import Any, Final

import typer
from typer.core import TyperGroup

CANNOT: Final = 2
COMMANDS: Final = {
    "Start here": ("audit",),
    "Look closer": ("topology", "plan", "diff"),
    "Look up, without Azure": ("rules", "explain", "schema"),
    "Prepare": ("permissions", "collect", "merge", "scrub"),
}
OPTIONS: Final = {
    "Input: live from Azure, or one of these": ("replay", "inventory", "demo"),
    "Scope": (
        "subscription",
        "management_group",
        "all_subscriptions",
        "resource_group",
        "cluster",
        "shard",
        "cloud",
        "timeout",
        "max_requests_per_second",
        "collector",
    ),
    "What changes": (
        "pool",
        "count",
        "min_count",
        "max_count",
        "max_pods",
        "max_surge",
        "upgrade",
        "add_pool",
        "ports",
        "addresses",
        "file",
        "to",
        "pod_cidr",
        "model",
        "nodes",
        "clusters",
    ),
    "Report": ("output_format", "output", "resume", "annotations", "why"),
    "Exit code": ("fail_on", "allow_incomplete", "baseline", "write_baseline"),
    "Rules and configuration": ("config", "select", "ignore", "profile", "family", "as_of"),
    "Recording": ("record", "no_scrub"),
    "Sharing": ("anonymize", "key_file"),
    "Messages": ("verbose", "quiet", "log_file", "no_color", "help"),
}
_PANEL_OF: Final = {name: panel for panel, names in OPTIONS.items() for name in names}
_PLACE: Final = {name: place for place, name in enumerate(_PANEL_OF)}


class Group(TyperGroup):
    """A command with subcommands. Without any it helps, which is not what was asked for: on standard error, exit 2."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if "--no-color" in args:  # before --help, which answers as soon as it is met
            os.environ["NO_COLOR"] = "1"  # all that draws colours asks for it by itself: https://no-color.org
        if not args and not ctx.resilient_parsing:
            with redirect_stdout(sys.stderr):
                typer.echo(ctx.get_help())
            ctx.exit(CANNOT)
        return list(super().parse_args(ctx, args))


def arrange(group: Any) -> Any:
    """Put a group's commands, theirs and their options under their headings, in order; returns the group."""
    order = [name for names in COMMANDS.values() for name in names]
    group.commands = dict(sorted(group.commands.items(), key=lambda item: _rank(item[0], order)))
    for panel, names in COMMANDS.items():
        for name in names:
            if name in group.commands:
                group.commands[name].rich_help_panel = panel
    _tidy(group)
    no_color = copy(next(option for option in group.params if option.name == "no_color"))
    no_color.expose_value = False  # `Group` sees to it; the commands are not told
    for command in group.commands.values():
        _arrange_options(command, no_color)
    return group


def _arrange_options(command: Any, everywhere: Any) -> None:
    command.params.append(everywhere)
    for parameter in (*command.params, _tidy(command)):
        if parameter.param_type_name == "option":
            parameter.rich_help_panel = _PANEL_OF.get(parameter.name)
    command.params.sort(key=lambda parameter: _PLACE.get(parameter.name, -1))
    for below in getattr(command, "commands", {}).values():
        _arrange_options(below, everywhere)


def _tidy(command: Any) -> Any:
    """Leave out what typer says for a flag's value, "<bool>"; returns the option --help, which is made only now."""
    of_help = command.get_help_option(typer.Context(command))
    for parameter in (*command.params, of_help):
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
    return of_help


def _rank(name: str, order: list[str]) -> int:
    return order.index(name) if name in order else len(order)
