"""Several files into one: inventories of parts of an estate, or reports of shards."""

from .inventories import merge_inventories
from .kinds import Kind, kind_of
from .reports import Merged, merge_reports

__all__ = ["Kind", "Merged", "kind_of", "merge_inventories", "merge_reports"]
