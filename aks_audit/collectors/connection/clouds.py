"""Where Azure Resource Manager lives in each cloud."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ...errors import UsageError

ENDPOINT_VARIABLE: Final = "AKS_AUDIT_ARM_ENDPOINT"
"""Environment variable with another ARM endpoint: a private link to ARM, or a stand-in."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """A cloud's ARM endpoint, the scope of its tokens, and who issues them."""

    endpoint: str
    scope: str
    authority: str


PUBLIC: Final = "public"

CLOUDS: Final = {
    PUBLIC: Cloud("https://management.azure.com", "https://management.azure.com/.default", "login.microsoftonline.com"),
    "usgov": Cloud(
        "https://management.usgovcloudapi.net",
        "https://management.core.usgovcloudapi.net/.default",
        "login.microsoftonline.us",
    ),
    "china": Cloud(
        "https://management.chinacloudapi.cn", "https://management.chinacloudapi.cn/.default", "login.chinacloudapi.cn"
    ),
}
"""Source: get_arm_endpoints of azure-mgmt-core, AzureAuthorityHosts of azure-identity."""


def cloud_named(name: str) -> Cloud:
    """The cloud for `--cloud`, with the endpoint of the environment where one is set.

    Raises:
        UsageError: there is no such cloud, or the environment's endpoint is not https.
    """
    cloud = CLOUDS.get(name)
    if cloud is None:
        raise UsageError(f"there is no cloud {name!r}", f"one of {', '.join(CLOUDS)}")
    endpoint = os.environ.get(ENDPOINT_VARIABLE, "").rstrip("/")
    if not endpoint:
        return cloud
    parts = urlsplit(endpoint)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise UsageError(f"{ENDPOINT_VARIABLE} is {endpoint!r}, which is no https address", "set it to https://HOST")
    return Cloud(endpoint, cloud.scope, cloud.authority)
