"""The Network: ARM's resources as typed values, parsed once, linked by id."""

from .build import NetworkBuilder, select
from .cluster import LoadBalancerProfile, ManagedCluster, NodePool
from .network import Missing, Network, NotCollected
from .network_interface import IpConfiguration, NetworkInterface
from .outbound import NatGateway, PublicIpPrefix
from .route_table import Route, RouteTable
from .scale_set import ScaleSet
from .virtual_network import Attachment, Peering, Subnet, SubnetUsage, VirtualNetwork

__all__ = [
    "Attachment",
    "IpConfiguration",
    "LoadBalancerProfile",
    "ManagedCluster",
    "Missing",
    "NatGateway",
    "Network",
    "NetworkBuilder",
    "NetworkInterface",
    "NodePool",
    "NotCollected",
    "Peering",
    "PublicIpPrefix",
    "Route",
    "RouteTable",
    "ScaleSet",
    "Subnet",
    "SubnetUsage",
    "VirtualNetwork",
    "select",
]
