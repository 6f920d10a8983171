"""Which operating system a pool's nodes run, and the day it retires."""

from __future__ import annotations

import re
from typing import Final

from ..inventory.records import Gap
from ..inventory.types import AGENT_POOLS
from ..model import ManagedCluster, NodePool
from .retirements import (
    AZURE_LINUX_2,
    FLATCAR,
    UBUNTU_1804,
    UBUNTU_2004,
    UBUNTU_2204,
    WINDOWS_2019,
    WINDOWS_2022,
    WINDOWS_ANNUAL,
    Retirement,
)

_IMAGES: Final[tuple[tuple[re.Pattern[str], Retirement | None], ...]] = tuple(
    (re.compile(pattern), retirement)
    for pattern, retirement in (
        (r"aksubuntu\w*-1[0-9]\d\d", UBUNTU_1804),
        (r"aksubuntu\w*-2004", UBUNTU_2004),
        (r"aksubuntu\w*-2204", UBUNTU_2204),
        (r"aksubuntu\w*-2[4-9]\d\d", None),
        (r"akscblmariner", AZURE_LINUX_2),
        (r"aksazurelinux-v2", AZURE_LINUX_2),
        (r"aksazurelinux-v[3-9]", None),
        (r"aksflatcar", FLATCAR),
        (r"akswindows-2019", WINDOWS_2019),
        (r"akswindows-2022", WINDOWS_2022),
        (r"akswindows-2025", None),
        (r"akswindows-\d\dh\d", WINDOWS_ANNUAL),
    )
)
"""How node images are called: `AKSUbuntu-2204gen2containerd-202611.03.0`; None: no date is announced."""

_SKUS: Final[dict[str, Retirement | None]] = {
    "ubuntu2004": UBUNTU_2004,
    "ubuntu2204": UBUNTU_2204,
    "ubuntu2404": None,
    "cblmariner": AZURE_LINUX_2,
    "mariner": AZURE_LINUX_2,
    "azurelinux3": None,
    "flatcar": FLATCAR,
    "windows2019": WINDOWS_2019,
    "windows2022": WINDOWS_2022,
    "windows2025": None,
    "windowsannual": WINDOWS_ANNUAL,
}
"""What osSKU says for certain; `Ubuntu` and `AzureLinux` go from version to version with Kubernetes."""


def image_retirement(cluster: ManagedCluster, pool: NodePool) -> Retirement | Gap | None:
    """The retirement of what runs on a pool's nodes; None: none is announced. The node image counts before osSKU."""
    image, sku = pool.node_image_version.lower(), pool.os_sku.lower()
    for pattern, retirement in _IMAGES:
        if pattern.match(image):
            return retirement
    if sku in _SKUS:
        return _SKUS[sku]
    said = f"osSKU {pool.os_sku or '(absent)'} and nodeImageVersion {pool.node_image_version or '(absent)'}"
    message = f"{said} of pool {pool.name} do not tell which version of an operating system it runs"
    return Gap(AGENT_POOLS, cluster.id.text, None, "NotCollected", message)


def image_evidence_path(pool: NodePool) -> tuple[str, str]:
    """Where the deciding value stands, and the value."""
    profile = f"properties.agentPoolProfiles[{pool.name}]"
    if any(pattern.match(pool.node_image_version.lower()) for pattern, _ in _IMAGES):
        return f"{profile}.nodeImageVersion", pool.node_image_version
    return f"{profile}.osSKU", pool.os_sku
