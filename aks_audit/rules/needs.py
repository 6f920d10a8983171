"""What each rule has to see: without it, it answers unknown.

Observed while the rules' own tests run, with one type after the other refused; `make docs` writes needs.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec


@cache
def needs() -> Mapping[str, tuple[str, ...]]:
    """The types that a rule needs, by its id; managed clusters, which all need, are left out."""
    return msgspec.json.decode((files(__package__) / "needs.json").read_bytes(), type=dict[str, tuple[str, ...]])
