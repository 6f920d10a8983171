"""The configuration file's shape, and its JSON Schema."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ..findings import Profile, Severity
from ..settings import Thresholds

FailOn = Literal["critical", "high", "medium", "low", "never"]


class Table(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of every table in the file."""


class NamedPrefix(Table):
    """A range in use outside Azure."""

    prefix: Annotated[str, Meta(description="10.0.0.0/8")]
    name: Annotated[str, Meta(description="What people call the place.")] = ""


class Suppress(Table):
    """A finding that somebody answers for until a day."""

    rule: Annotated[str, Meta(description="A rule's id.")]
    resource: Annotated[
        str, Meta(description="The finding's resource: its id, its name, or a pattern of them with *; without case.")
    ]
    reason: str
    owner: Annotated[str, Meta(description="Who answers for it.")]
    expires: Annotated[date, Meta(description="The last day on which it holds.")]


class File(Table):
    """aks-audit.toml, or [tool.aks-audit] in pyproject.toml."""

    profile: Annotated[Profile, Meta(description="policy adds the rules of that profile.")] = "default"
    select: Annotated[tuple[str, ...], Meta(description="Only these rules.")] = ()
    ignore: Annotated[tuple[str, ...], Meta(description="Not these rules.")] = ()
    fail_on: Annotated[FailOn | None, Meta(description="Exit 1 from this severity up; high if not given.")] = None
    external_prefixes: Annotated[
        tuple[str | NamedPrefix, ...], Meta(description="Ranges in use outside Azure: sites, partners, other clouds.")
    ] = ()
    expected_egress: Annotated[
        tuple[str, ...], Meta(description="Public addresses or prefixes by which clusters may leave.")
    ] = ()
    severity: Annotated[dict[str, Severity], Meta(description="The severity of a rule's findings, by rule.")] = {}
    thresholds: Thresholds = Thresholds()
    suppress: tuple[Suppress, ...] = ()


def schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    inner: dict[str, Any] = msgspec.json.schema(File)
    definitions = inner.pop("$defs")
    for definition in definitions.values():
        definition["additionalProperties"] = False
    outer = definitions.pop("File")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **outer,
        "title": "aks-audit configuration",
        "$defs": definitions,
    }
