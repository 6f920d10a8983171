"""What is new, gone or changed between two reports."""

from .compare import compare
from .document import Document, is_report, read
from .shapes import Difference

__all__ = ["Difference", "Document", "compare", "is_report", "read"]
