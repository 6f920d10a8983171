"""The Network: ARM's resources as typed values, parsed once, linked by id."""

from .build import NetworkBuilder, select
from .cluster import ManagedCluster, NodePool
from .network import Missing, Network, NotCollected
from .network_interface import IpConfiguration, NetworkInterface
from .route_table import Route, RouteTable
from .scale_set import ScaleSet
from .virtual_network import Attachment, Peering, Subnet, SubnetUsage, VirtualNetwork

__all__ = [
    "Attachment",
    "IpConfiguration",
    "ManagedCluster",
    "Missing",
    "Network",
    "NetworkBuilder",
    "NetworkInterface",
    "NodePool",
    "NotCollected",
    "Peering",
    "Route",
    "RouteTable",
    "ScaleSet",
    "Subnet",
    "SubnetUsage",
    "VirtualNetwork",
    "select",
]
