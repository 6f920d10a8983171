"""What the service tags in security rules stand for, as far as it can be told without asking Azure.

Azure publishes the addresses behind most tags weekly, so none are shipped: of such a tag only the name is known here.
Source: https://learn.microsoft.com/azure/virtual-network/service-tags-overview, read on 2026-11-20.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from .intervals import ADDRESSES, EVERYWHERE, NOTHING, UNNUMBERED, Intervals, difference, of_networks, union

VIRTUAL_NETWORK: Final = "virtualnetwork"
INTERNET: Final = "internet"
LOAD_BALANCER: Final = "azureloadbalancer"
PLATFORM_DNS: Final = "azureplatformdns"
PLATFORM: Final = frozenset({PLATFORM_DNS, "azureplatformimds", "azureplatformlkm"})
"""Tags that reach what security groups otherwise leave alone; no other rule touches that traffic."""

HOST: Final = of_networks([ip_network("168.63.129.16/32")])
"""The virtual address of the host: health probes come from it, and Azure's resolver answers there.

Source: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
"""
PRIVATE: Final = of_networks(
    ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
_NOT_PUBLIC: Final = union(
    PRIVATE,
    HOST,
    of_networks(
        ip_network(text)
        for text in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "fe80::/10", "ff00::/8")
    ),
)
PUBLIC: Final = difference(ADDRESSES, _NOT_PUBLIC)

_NAMES: Final = (
    "actiongroup apimanagement appconfiguration appservice appservicemanagement autonomousdevelopmentplatform "
    "azureactivedirectory azureactivedirectorydomainservices azureadvancedthreatprotection azurearcinfrastructure "
    "azureattestation azurebackup azurebotservice azurecloud azurecognitivesearch azureconnectors "
    "azurecontainerappsservice azurecontainerregistry azurecosmosdb azuredatabricks azuredataexplorermanagement "
    "azuredatalake azuredeviceupdate azuredevops azuredevspaces azuredigitaltwins azureeventgrid azurefrontdoor "
    "azureinformationprotection azureiothub azurekeyvault azuremachinelearning azuremonitor azureopendatasets "
    "azureportal azureresourcemanager azuresecuritycenter azuresentinel azuresignalr azuresiterecovery azuresphere "
    "azurespringcloud azurestack azuretrafficmanager azureupdatedelivery azurevideoanalyzer azurewebpubsub "
    "batchnodemanagement cognitiveservicesfrontend cognitiveservicesmanagement datafactory datafactorymanagement "
    "dynamics365formarketingemail dynamics365businesscentral eventhub gatewaymanager genevaactions grafana "
    "guestandhybridmanagement hdinsight kustoanalytics logicapps logicappsmanagement m365managementactivityapi "
    "microsoftazurefluidrelay microsoftcloudappsecurity microsoftcontainerregistry microsoftdefenderforendpoint "
    "officedesktopclient powerbi powerplatforminfra powerplatformplex powerqueryonline scuba servicebus "
    "servicefabric sql sqlmanagement storage storagesyncservice windowsadmincenter windowsvirtualdesktop "
    "virtualdesktop "
)
KNOWN: Final = frozenset(_NAMES.split())
"""Tags that stand for public addresses of Azure's services. A region or a part may follow after a dot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualNetworkTag:
    """What `VirtualNetwork` covers in a rule of a group at one subnet."""

    certain: Intervals
    """The network's space, its connected peers', the host's address, and what user-defined routes name."""
    possible: Intervals
    """What it may cover besides: places behind a gateway, everything where a default route is set."""
    when_allowing: Intervals = NOTHING
    """Overlay pod CIDRs. No page says that the tag covers them, yet clusters run on the default rules, whose only
    Allow between pods is by this tag: so an Allow reaches them, and a Deny may."""

    @property
    def widest(self) -> Intervals:
        return union(self.certain, self.possible, self.when_allowing)


def covers(tag: str, asked: str) -> bool:
    """Whether one tag contains all of another, by their names.

    >>> covers("AzureCloud", "azurecloud.westeurope"), covers("Storage.westeurope", "Storage")
    (True, False)
    >>> covers("AzureCloud.centralfrance", "AzureCloud.francecentral")
    True
    """
    outer, inner = _in_one_spelling(tag), _in_one_spelling(asked)
    base = inner.partition(".")[0]
    return outer in (inner, base) or (outer == "azurecloud" and base in KNOWN and base not in _BEYOND)


def _in_one_spelling(tag: str) -> str:
    """In lower case, with the region's own name where the tag has another for it."""
    base, dot, region = tag.lower().partition(".")
    return f"{base}{dot}{_REGIONS.get(region, region)}"


_REGIONS: Final = {
    "centralfrance": "francecentral",
    "southfrance": "francesouth",
    "germanywc": "germanywestcentral",
    "germanyn": "germanynorth",
    "norwaye": "norwayeast",
    "norwayw": "norwaywest",
    "switzerlandn": "switzerlandnorth",
    "switzerlandw": "switzerlandwest",
    "brazilse": "brazilsoutheast",
}
"""How the list of tags abbreviates some regions."""

_BEYOND: Final = frozenset({"azurefrontdoor", "azureplatformdns"})
"""Served from the edge as well; whether AzureCloud lists all of it is not documented."""


def is_known(tag: str) -> bool:
    """Whether it is the name of one of Azure's services, or of a region or part of one."""
    return tag.lower().partition(".")[0] in KNOWN


def addresses_of(tag: str, virtual_network: Intervals, asked: str) -> tuple[Intervals, Intervals]:
    """What a tag covers for certain, and what at most.

    Args:
        tag: as the rule names it.
        virtual_network: what `VirtualNetwork` is taken for.
        asked: the tag that the question is about and that `UNNUMBERED` stands for; "" where it is about addresses.
    """
    name = tag.lower()
    if name == VIRTUAL_NETWORK:
        return virtual_network, virtual_network
    if name == INTERNET:
        outside = difference(EVERYWHERE, union(virtual_network, HOST))
        return outside, outside
    if name == LOAD_BALANCER:
        return HOST, HOST
    certain = UNNUMBERED if asked and covers(tag, asked) else NOTHING
    if name in PLATFORM:
        return certain, certain
    if is_known(name):
        return certain, union(PUBLIC, UNNUMBERED)
    return certain, EVERYWHERE
