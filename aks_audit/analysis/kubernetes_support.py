"""Until when AKS supports a Kubernetes version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

CHECKED: Final = date(2026, 11, 23)
"""The day on which the table was last compared with its source."""

SOURCE: Final = "https://learn.microsoft.com/azure/aks/supported-kubernetes-versions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """The last days of a minor version. The page names months; the last day of the month counts."""

    community: date
    long_term: date
    """With the long-term support plan, which takes the Premium tier."""


VERSIONS: Final[dict[tuple[int, int], Support]] = {
    (1, 31): Support(community=date(2025, 11, 30), long_term=date(2026, 11, 30)),
    (1, 32): Support(community=date(2026, 3, 31), long_term=date(2027, 3, 31)),
    (1, 33): Support(community=date(2026, 7, 31), long_term=date(2027, 7, 31)),
    (1, 34): Support(community=date(2026, 11, 30), long_term=date(2027, 11, 30)),
    (1, 35): Support(community=date(2027, 3, 31), long_term=date(2028, 3, 31)),
    (1, 36): Support(community=date(2027, 6, 30), long_term=date(2028, 6, 30)),
    (1, 37): Support(community=date(2027, 10, 31), long_term=date(2028, 10, 31)),
}

OLDEST: Final = min(VERSIONS)
NEWEST: Final = max(VERSIONS)

_VERSION: Final = re.compile(r"v?(\d+)\.(\d+)(\.|$)")


def minor_of(text: str) -> tuple[int, int] | None:
    """Major and minor number of a version; None where there is none.

    >>> minor_of("1.33.4"), minor_of("v1.9"), minor_of("")
    ((1, 33), (1, 9), None)
    """
    match = _VERSION.match(text)
    return (int(match[1]), int(match[2])) if match else None
