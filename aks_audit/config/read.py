"""From a TOML file to a Configuration, or to one line that says what is wrong in it and where."""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from ..errors import ConfigurationError, suggestion
from ..findings import Severity
from ..settings import ExternalPrefix, IpNetwork, Settings, Thresholds
from ..suppressions import Suppress
from . import file as shapes
from .choice import PROFILES, Choice

NAME: Final = "aks-audit.toml"
_SHARED: Final = "pyproject.toml"
_TABLE: Final = "aks-audit"
FAIL_ON: Final[tuple[str, ...]] = get_args(shapes.FailOn)
_DEFAULT_FAIL_ON: Final = "high"
_LARGEST: Final = 2**31 - 1
"""Of a threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What the file says; the default is what a run without one uses."""

    path: str = ""
    choice: Choice = field(default_factory=Choice)
    fail_on: str = _DEFAULT_FAIL_ON
    settings: Settings = field(default_factory=Settings)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    """What the team calls the findings of a rule, by rule id."""
    suppressions: tuple[Suppress, ...] = ()

    def overruled(
        self, *, profile: str = "", select: tuple[str, ...] = (), ignore: tuple[str, ...] = (), fail_on: str = ""
    ) -> Configuration:
        """With what the command line says, which wins: each option replaces the file's.

        Rules selected by name on the command line run although the file ignores them.
        """
        ignored = ignore or (() if select else self.choice.ignore)
        choice = Choice(
            profile=profile or self.choice.profile,  # type: ignore[arg-type]
            select=select or self.choice.select,
            ignore=ignored,
        )
        return replace(self, choice=choice, fail_on=fail_on or self.fail_on)


def find(folder: Path) -> Path | None:
    """The configuration of a folder: aks-audit.toml, else a pyproject.toml with a table for it."""
    own = folder / NAME
    if own.is_file():
        return own
    shared = folder / _SHARED
    return shared if shared.is_file() and _table(_parsed(shared), shared) is not None else None


def read(path: Path, rules: Collection[str]) -> Configuration:
    """The configuration in a file.

    Args:
        rules: the ids there are.

    Raises:
        ConfigurationError: the file is missing or no TOML, or something in it does not exist or does not parse.
    """
    table = _table(_parsed(path), path)
    if table is None:
        raise ConfigurationError(f"{path} has no [tool.{_TABLE}]", "add it, or name another file with --config")
    return configuration_of(table, str(path), rules)


def configuration_of(table: Mapping[str, Any], path: str, rules: Collection[str]) -> Configuration:
    """The configuration in a table of a file; see `read`."""
    try:
        return replace(_built(table, rules), path=path)
    except msgspec.ValidationError as error:
        problem, _, where = str(error).replace("`", "").partition(" - at $.")
        raise ConfigurationError(f"{path}: {where or 'the table'}: {_lower(problem)}") from error
    except _WrongError as wrong:
        raise ConfigurationError(f"{path}: {wrong.problem}", wrong.hint) from wrong


def _built(table: Mapping[str, Any], rules: Collection[str]) -> Configuration:
    _check_keys(shapes.File, table, "")
    _check_words(table, rules)
    found = msgspec.convert(dict(table), shapes.File)
    egress = (_prefix(text, f"expected_egress[{number}]") for number, text in enumerate(found.expected_egress))
    return Configuration(
        choice=Choice(profile=found.profile, select=found.select, ignore=found.ignore),
        fail_on=found.fail_on or _DEFAULT_FAIL_ON,
        settings=Settings(
            thresholds=_thresholds(found.thresholds),
            external_prefixes=tuple(_external(found.external_prefixes)),
            expected_egress=tuple(egress),
        ),
        severities=found.severity,
        suppressions=tuple(_suppression(entry, number) for number, entry in enumerate(found.suppress)),
    )


class _WrongError(Exception):
    """Something in the file, before it is known which file."""

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"cannot read the configuration {path}: {error.strerror}", "name a file that exists"
        ) from error
    except (ValueError, RecursionError) as error:  # TOML's and Unicode's faults, and numbers without an end
        raise ConfigurationError(f"{path} is no TOML: {error}") from error


def _table(document: dict[str, Any], path: Path) -> dict[str, Any] | None:
    """The part of a document that is meant for this tool; None: there is none."""
    tool = document.get("tool")
    if tool is None and path.name != _SHARED:
        return document
    found = tool.get(_TABLE) if isinstance(tool, dict) else None
    if found is not None and not isinstance(found, dict):
        raise ConfigurationError(f"{path}: tool.{_TABLE} is no table", f"write [tool.{_TABLE}]")
    return found


def _check_keys(shape: type, table: Mapping[str, Any], where: str) -> None:
    """Every key that exists in no such table, with the nearest that does; tables within are looked at too."""
    known = _keys(shape)
    for key, value in table.items():
        if key not in known:
            raise _WrongError(f"unknown key {where}{key}", suggestion(key, known))
        if key == "thresholds" and isinstance(value, dict):
            _check_keys(Thresholds, value, "thresholds.")
        within = {"suppress": shapes.Suppress, "external_prefixes": shapes.NamedPrefix}.get(key)
        if within and isinstance(value, list):
            for number, item in enumerate(value):
                if isinstance(item, dict):
                    _check_keys(within, item, f"{key}[{number}].")


def _keys(shape: type) -> list[str]:
    if is_dataclass(shape):
        return [item.name for item in fields(shape)]
    return [item.name for item in msgspec.structs.fields(shape)]


def _check_words(table: Mapping[str, Any], rules: Collection[str]) -> None:
    """Rules and levels that do not exist; whatever has another type is left to the shape."""
    severities = [severity.value for severity in Severity]
    for key, known in (("profile", PROFILES), ("fail_on", FAIL_ON)):
        _check_word(table.get(key), known, key)
    for key in ("select", "ignore"):
        for number, name in enumerate(_items(table.get(key))):
            _check_word(name, rules, f"{key}[{number}]")
    levels = table.get("severity")
    for rule, level in levels.items() if isinstance(levels, dict) else ():
        _check_word(rule, rules, "severity")
        _check_word(level, severities, f"severity.{rule}")
        if not isinstance(level, str):
            raise _WrongError(f"severity.{rule} is no word", suggestion("", severities))
    for number, entry in enumerate(_items(table.get("suppress"))):
        if isinstance(entry, dict):
            _check_word(entry.get("rule"), rules, f"suppress[{number}].rule")


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _check_word(value: Any, known: Collection[str], where: str) -> None:
    if isinstance(value, str) and value not in known:
        raise _WrongError(f"{where}: {value!r} does not exist", suggestion(value, known))


def _lower(problem: str) -> str:
    return problem[:1].lower() + problem[1:]


def _thresholds(thresholds: Thresholds) -> Thresholds:
    for item in fields(thresholds):
        value = getattr(thresholds, item.name)
        most = 100 if "percent" in item.name else 32 if "prefix_length" in item.name else _LARGEST
        if isinstance(value, int) and not 0 <= value <= most:
            hint = f"give 0 to {most}" if most < _LARGEST else "give 0 or more" if value < 0 else "give less"
            raise _WrongError(f"thresholds.{item.name}: {str(value)[:20]} is out of range", hint)
    if thresholds.used_percent_high < thresholds.used_percent_medium:
        raise _WrongError("thresholds.used_percent_high is below used_percent_medium", "give it the same or more")
    return thresholds


def _external(items: tuple[str | shapes.NamedPrefix, ...]) -> Iterator[ExternalPrefix]:
    for number, item in enumerate(items):
        text, name = (item, "") if isinstance(item, str) else (item.prefix, item.name)
        prefix = _prefix(text, f"external_prefixes[{number}]")
        yield ExternalPrefix(prefix=prefix, name=name or str(prefix))


def _prefix(text: str, where: str) -> IpNetwork:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        pass
    try:
        loose = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise _WrongError(f"{where}: {text!r} is no prefix", "write it as 10.0.0.0/8") from None
    raise _WrongError(f"{where}: {text} has bits set behind its prefix", f"did you mean {loose}?")


def _suppression(entry: shapes.Suppress, number: int) -> Suppress:
    for key in ("resource", "reason", "owner"):
        if not getattr(entry, key).strip():
            raise _WrongError(f"suppress[{number}].{key} is empty")
    return Suppress(
        rule=entry.rule, resource=entry.resource, reason=entry.reason, owner=entry.owner, expires=entry.expires
    )
