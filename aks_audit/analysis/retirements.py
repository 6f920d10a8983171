"""Network features that end on a day that Azure has announced, as a table with its sources.

A rule asks `Retirement.severity_on(day, ...)`; the day comes from the data or from `--as-of`, never from the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from ..findings import Severity

CHECKED: Final = date(2026, 11, 23)
"""The day on which every line of the table was last compared with its source."""

_LEARN: Final = "https://learn.microsoft.com/azure/aks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """One feature and its last day."""

    feature: str
    """In the words of a message: `kubenet`."""
    ends: date
    """The last day of support."""
    source: str
    far: Severity
    """Longer before the end than the team's `retirement_days_high`."""
    near: Severity
    ended: Severity
    removed: date | None = None
    """The day from which it does not work any more, where Azure names one: node images are gone then."""
    removal: Severity = Severity.CRITICAL

    def days_left(self, day: date) -> int:
        """How many days are left; 0 on the last day, negative afterwards."""
        return (self.ends - day).days

    def severity_on(self, day: date, near_days: int) -> Severity:
        """How bad it is on a day to use the feature still."""
        if self.removed is not None and day >= self.removed:
            return self.removal
        if day > self.ends:
            return self.ended
        return self.near if self.days_left(day) <= near_days else self.far

    def when(self, day: date) -> str:
        """The date in the words of a message: `retires on 2028-03-31, in 497 days`.

        >>> KUBENET.when(date(2028, 3, 30)), KUBENET.when(date(2028, 4, 2))
        ('retires on 2028-03-31, in 1 day', 'retired on 2028-03-31, 2 days ago')
        """
        left = self.days_left(day)
        days = f"{abs(left)} day{'' if abs(left) == 1 else 's'}"
        if left < 0:
            gone = f"; its images are gone since {self.removed}" if self.removed and day >= self.removed else ""
            return f"retired on {self.ends}, {days} ago{gone}"
        return f"retires on {self.ends}, in {days}"

    def sum_on(self, day: date) -> str:
        """The arithmetic: `2028-03-31 - 2026-11-20 = 497 days`."""
        return f"{self.ends} - {day} = {self.days_left(day)} days"


KUBENET: Final = Retirement(
    feature="kubenet",
    ends=date(2028, 3, 31),
    source="https://github.com/Azure/AKS/issues/4859",
    far=Severity.MEDIUM,
    near=Severity.HIGH,
    ended=Severity.CRITICAL,
)
AZURE_NPM_LINUX: Final = Retirement(
    feature="Azure network policy manager on Linux",
    ends=date(2028, 9, 30),
    source=f"{_LEARN}/use-network-policies",
    far=Severity.LOW,
    near=Severity.MEDIUM,
    ended=Severity.HIGH,
)
AZURE_NPM_WINDOWS: Final = Retirement(
    feature="Azure network policy manager on Windows",
    ends=date(2026, 9, 30),
    source=f"{_LEARN}/use-network-policies",
    far=Severity.MEDIUM,
    near=Severity.HIGH,
    ended=Severity.HIGH,
)
BASIC_LOAD_BALANCER: Final = Retirement(
    feature="the Basic load balancer",
    ends=date(2025, 9, 30),
    source="https://learn.microsoft.com/azure/load-balancer/skus",
    far=Severity.MEDIUM,
    near=Severity.HIGH,
    ended=Severity.CRITICAL,
)
AVAILABILITY_SETS: Final = Retirement(
    feature="availability sets as node pools",
    ends=date(2025, 9, 30),
    source=f"{_LEARN}/availability-sets-on-aks",
    far=Severity.MEDIUM,
    near=Severity.MEDIUM,
    ended=Severity.HIGH,
)
WINDOWS_2019: Final = Retirement(
    feature="Windows Server 2019",
    ends=date(2026, 3, 1),
    source="https://github.com/Azure/AKS/releases/tag/2026-05-29",
    far=Severity.MEDIUM,
    near=Severity.HIGH,
    ended=Severity.HIGH,
    removed=date(2027, 4, 1),
)
WINDOWS_ANNUAL: Final = Retirement(
    feature="the Windows Server Annual Channel",
    ends=date(2026, 5, 15),
    source="https://github.com/Azure/AKS/releases/tag/2026-05-29",
    far=Severity.MEDIUM,
    near=Severity.HIGH,
    ended=Severity.HIGH,
    removed=date(2027, 5, 15),
)
WINDOWS_2022: Final = Retirement(
    feature="Windows Server 2022",
    ends=date(2028, 6, 30),
    source="https://github.com/Azure/AKS/releases/tag/2026-06-19",
    far=Severity.LOW,
    near=Severity.MEDIUM,
    ended=Severity.HIGH,
    removed=date(2029, 6, 30),
)
UBUNTU_1804: Final = Retirement(
    feature="Ubuntu 18.04 or older",
    ends=date(2023, 5, 31),
    source="https://github.com/Azure/AKS/releases/tag/2023-05-28",
    far=Severity.MEDIUM,
    near=Severity.MEDIUM,
    ended=Severity.HIGH,
)
UBUNTU_2004: Final = Retirement(
    feature="Ubuntu 20.04",
    ends=date(2027, 3, 17),
    source=f"{_LEARN}/upgrade-os-version",
    far=Severity.LOW,
    near=Severity.MEDIUM,
    ended=Severity.HIGH,
)
UBUNTU_2204: Final = Retirement(
    feature="Ubuntu 22.04",
    ends=date(2027, 6, 30),
    source=f"{_LEARN}/upgrade-os-version",
    far=Severity.LOW,
    near=Severity.MEDIUM,
    ended=Severity.HIGH,
    removed=date(2028, 4, 30),
)
AZURE_LINUX_2: Final = Retirement(
    feature="Azure Linux 2.0",
    ends=date(2025, 11, 30),
    source=f"{_LEARN}/use-azure-linux",
    far=Severity.MEDIUM,
    near=Severity.HIGH,
    ended=Severity.HIGH,
    removed=date(2026, 10, 31),  # an older page says 2026-03-31; both are past
)
FLATCAR: Final = Retirement(
    feature="Flatcar Container Linux (preview)",
    ends=date(2026, 6, 8),
    source=f"{_LEARN}/flatcar-container-linux-for-aks",
    far=Severity.MEDIUM,
    near=Severity.HIGH,
    ended=Severity.HIGH,
    removed=date(2026, 9, 8),
)
OPEN_SERVICE_MESH: Final = Retirement(
    feature="the Open Service Mesh add-on",
    ends=date(2027, 9, 30),
    source=f"{_LEARN}/open-service-mesh-about",
    far=Severity.MEDIUM,
    near=Severity.MEDIUM,
    ended=Severity.HIGH,
)
APPLICATION_ROUTING_NGINX: Final = Retirement(
    feature="the managed NGINX of application routing",
    ends=date(2026, 11, 30),
    source=f"{_LEARN}/app-routing",
    far=Severity.LOW,
    near=Severity.MEDIUM,
    ended=Severity.HIGH,
)
HTTP_APPLICATION_ROUTING: Final = Retirement(
    feature="the HTTP application routing add-on",
    ends=date(2025, 3, 3),
    source="https://github.com/Azure/AKS/releases/tag/2025-04-06",
    far=Severity.MEDIUM,
    near=Severity.MEDIUM,
    ended=Severity.HIGH,
)

RETIREMENTS: Final = (
    KUBENET,
    AZURE_NPM_LINUX,
    AZURE_NPM_WINDOWS,
    BASIC_LOAD_BALANCER,
    AVAILABILITY_SETS,
    WINDOWS_2019,
    WINDOWS_ANNUAL,
    WINDOWS_2022,
    UBUNTU_1804,
    UBUNTU_2004,
    UBUNTU_2204,
    AZURE_LINUX_2,
    FLATCAR,
    OPEN_SERVICE_MESH,
    APPLICATION_ROUTING_NGINX,
    HTTP_APPLICATION_ROUTING,
)
"""Every line of the table, in the order of its families: network, load balancing, nodes, add-ons."""
