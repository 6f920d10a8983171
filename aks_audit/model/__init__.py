"""The Network: ARM's resources as typed values, parsed once, linked by id."""

from .authorization import Permission, RoleAssignment, RoleDefinition
from .build import NetworkBuilder, select
from .cluster import ApiServerAccess, ManagedCluster
from .firewall import Firewall, FirewallConfiguration
from .load_balancer import BackendPool, Frontend, LoadBalancer, LoadBalancingRule, OutboundRule, Probe
from .network import Missing, Network, NotCollected
from .network_interface import IpConfiguration, NetworkInterface
from .node_pool import NodePool
from .outbound import NatGateway, PublicIp, PublicIpPrefix
from .outbound_profiles import LoadBalancerProfile, NatGatewayProfile
from .private_link import EndpointConnection, PrivateDnsZone, PrivateDnsZoneLink, PrivateEndpoint
from .route_table import Route, RouteTable
from .scale_set import ScaleSet
from .security_group import PortRange, RuleSide, SecurityGroup, SecurityRule
from .shard import Shard
from .virtual_network import Attachment, Peering, Subnet, SubnetUsage, VirtualNetwork

__all__ = [
    "ApiServerAccess",
    "Attachment",
    "BackendPool",
    "EndpointConnection",
    "Firewall",
    "FirewallConfiguration",
    "Frontend",
    "IpConfiguration",
    "LoadBalancer",
    "LoadBalancerProfile",
    "LoadBalancingRule",
    "ManagedCluster",
    "Missing",
    "NatGateway",
    "NatGatewayProfile",
    "Network",
    "NetworkBuilder",
    "NetworkInterface",
    "NodePool",
    "NotCollected",
    "OutboundRule",
    "Peering",
    "Permission",
    "PortRange",
    "PrivateDnsZone",
    "PrivateDnsZoneLink",
    "PrivateEndpoint",
    "Probe",
    "PublicIp",
    "PublicIpPrefix",
    "RoleAssignment",
    "RoleDefinition",
    "Route",
    "RouteTable",
    "RuleSide",
    "ScaleSet",
    "SecurityGroup",
    "SecurityRule",
    "Shard",
    "Subnet",
    "SubnetUsage",
    "VirtualNetwork",
    "select",
]
