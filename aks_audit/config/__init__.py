"""What a team writes down once for all its runs: `aks-audit.toml`, or `[tool.aks-audit]` in pyproject.toml."""

from .choice import PROFILES, Choice
from .file import schema
from .read import FAIL_ON, Configuration, configuration_of, find, read

__all__ = ["FAIL_ON", "PROFILES", "Choice", "Configuration", "configuration_of", "find", "read", "schema"]
