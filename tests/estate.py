"""Composes ARM resources for tests: VNets, clusters and what stands around them, worded as ARM words them.

An `Estate` is one subscription. Its methods add resources and return the very dicts that are in
`estate.resources`, so a test makes a fault by changing one:

    estate = Estate()
    vnet = estate.virtual_network(prefixes="10.1.0.0/16", subnets={"nodes": "10.1.0.0/24"})
    cluster = estate.cluster("aks1", "kubenet", subnet=subnet(vnet, "nodes"))
    table = estate.route_table_of(cluster)
    table["properties"]["routes"].pop()

What is composed without such a change is healthy. Nothing is random: same calls, same dicts.
"""

from __future__ import annotations

import ipaddress
import random
import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

Json = dict[str, Any]
Model = Literal["kubenet", "cni-node-subnet", "cni-overlay", "cni-pod-subnet-dynamic", "cni-pod-subnet-static", "byo"]
SubnetRef = Json | str
"""A subnet's dict, or its id."""

SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000001"
COLLECTED_AT: Final = "2026-11-20T08:00:00Z"
MIXED: Final[tuple[Model, ...]] = (
    "kubenet",
    "cni-node-subnet",
    "cni-overlay",
    "cni-pod-subnet-dynamic",
    "cni-pod-subnet-static",
)
DEFAULT_MAX_PODS: Final[Mapping[str, int]] = {
    "kubenet": 110,
    "cni-node-subnet": 30,
    "cni-overlay": 250,
    "cni-pod-subnet-dynamic": 110,
    "cni-pod-subnet-static": 47,
    "byo": 110,
}
TYPES: Final = (
    "Microsoft.ContainerService/managedClusters",
    "Microsoft.ContainerService/managedClusters/agentPools",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/virtualNetworks/subnets",
    "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
    "Microsoft.Network/virtualNetworks/usages",
    "Microsoft.Network/routeTables",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/natGateways",
    "Microsoft.Network/loadBalancers",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/publicIPPrefixes",
    "Microsoft.Network/networkInterfaces",
    "Microsoft.Network/privateEndpoints",
    "Microsoft.Network/applicationGateways",
    "Microsoft.Network/azureFirewalls",
    "Microsoft.Network/bastionHosts",
    "Microsoft.Network/virtualNetworkGateways",
    "Microsoft.Network/privateDnsZones",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "Microsoft.Compute/virtualMachineScaleSets",
    "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.Authorization/roleAssignments",
)
"""What an inventory written here counts as completely listed."""

OFFICE: Final = "198.51.100.0/24"
"""From where people reach public API servers; a documentation range."""
LINUX_IMAGE: Final = "AKSUbuntu-2404gen2containerd-202611.03.0"
WINDOWS_IMAGE: Final = "AKSWindows-2022-containerd-20348.4297.251108"
_DELEGATE: Final = "Microsoft.ContainerService/managedClusters"
_NETWORK_CONTRIBUTOR: Final = "4d97b98b-1d4f-4787-a291-c67834d212e7"
_TENANT: Final = "00000000-0000-0000-0000-00000000000a"
_NO_USAGE: Final = ("gatewaysubnet",)
"""Subnets for which ARM answers -1 of -1."""
_RESERVED: Final = tuple(
    ipaddress.IPv4Network(text) for text in ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
)


@dataclass(kw_only=True)
class Pool:
    """A node pool as its owner would order it.

    `max_pods` None takes the model's default, `max_surge` None leaves `upgradeSettings` empty, `max_count` makes
    it autoscale, `instances` names the instance ids where they have gaps, `extra` goes into the profile as it is.
    """

    name: str = "np1"
    count: int = 3
    max_pods: int | None = None
    min_count: int | None = None
    max_count: int | None = None
    max_surge: str | None = "10%"
    mode: str = "System"
    os_type: str = "Linux"
    subnet: SubnetRef | None = None
    pod_subnet: SubnetRef | None = None
    type: str = "VirtualMachineScaleSets"
    vm_size: str = "Standard_D4s_v5"
    instances: Sequence[int] | None = None
    extra: Json = field(default_factory=dict)

    @property
    def instance_ids(self) -> Sequence[int]:
        return range(self.count) if self.instances is None else self.instances

    @property
    def most_nodes(self) -> int:
        """At maxCount, with a tenth and one for surge."""
        nodes = max(self.count, self.max_count or 0)
        return nodes + ceil(nodes / 10) + 1


class Addresses:
    """Hands out the addresses of one subnet in order; the first is .4, as in Azure."""

    def __init__(self, prefix: str) -> None:
        network = ipaddress.IPv4Network(prefix)
        self._first = int(network.network_address)
        self._end = int(network.broadcast_address)
        self._next = self._first + 4
        self._used: set[int] = set()

    def take(self, address: str | None = None) -> str:
        """The next free address, or the one asked for."""
        if address is not None:
            self._used.add(int(ipaddress.IPv4Address(address)))
            return address
        while self._next in self._used:
            self._next += 1
        return str(ipaddress.IPv4Address(self._claim(self._next, 1)))

    def take_block(self) -> str:
        """The first address of the next free, aligned block of 16; the first and the last block are spoiled."""
        aligned = (self._next + 15) // 16 * 16
        return str(ipaddress.IPv4Address(self._claim(aligned, 16)))

    def _claim(self, start: int, size: int) -> int:
        if start + size > self._end:
            raise ValueError(f"subnet at {ipaddress.IPv4Address(self._first)} is full")
        self._next = start + size
        return start


class Estate:
    """The resources of one subscription.

    `resources` is flat and in the order added; a VNet's usage rows follow their VNet as one object.
    """

    def __init__(
        self,
        subscription: str = SUBSCRIPTION,
        *,
        location: str = "westeurope",
        resource_group: str = "rg-network",
    ) -> None:
        self.subscription = subscription
        self.location = location
        self.resource_group = resource_group
        self.resources: list[Json] = []
        self._subnets: dict[str, Json] = {}
        self._usages: dict[str, Json] = {}
        self._addresses: dict[str, Addresses] = {}
        self._peers: dict[str, list[Json]] = {}
        self._public_addresses = 0

    # ---------------------------------------------------------------- looking things up

    def of_type(self, resource_type: str) -> list[Json]:
        """The resources whose type ends with this, for instance `routeTables`; scale-set NICs have none."""
        ending = resource_type.lower()
        return [r for r in self.resources if f"/{r.get('type', '')}".lower().endswith(f"/{ending}")]

    def find(self, resource_id: str) -> Json:
        """The resource or subnet with this id, in any case."""
        key = resource_id.lower()
        if key in self._subnets:
            return self._subnets[key]
        return next(r for r in self.resources if r["id"].lower() == key)

    def remove(self, resource: Json) -> None:
        """Take one resource out; what refers to it stays as it is."""
        self.resources = [r for r in self.resources if r is not resource]

    def nics(self, cluster: Json, pool: str | None = None) -> list[Json]:
        """The NICs of a cluster's nodes, in node order."""
        group = f"/resourcegroups/{cluster['properties']['nodeResourceGroup']}/".lower()
        mine = [
            r
            for r in self.resources
            if "/networkinterfaces/" in r["id"].lower()
            and group in r["id"].lower()
            and "virtualMachine" in r["properties"]
        ]
        if pool is None:
            return mine
        return [nic for nic in mine if nic["name"].startswith(f"aks-{pool}-") or nic["name"] == f"aks{pool}"]

    def scale_sets(self, cluster: Json) -> list[Json]:
        """The scale sets of a cluster, one a pool."""
        group = f"/resourcegroups/{cluster['properties']['nodeResourceGroup']}/".lower()
        return [r for r in self.of_type("virtualMachineScaleSets") if group in r["id"].lower()]

    def route_table_of(self, cluster: Json) -> Json:
        """The route table on the cluster's first node subnet."""
        profile = cluster["properties"]["agentPoolProfiles"][0]
        subnet_id = profile.get("vnetSubnetID") or self._managed_subnet(cluster)["id"]
        return self.find(self._subnets[subnet_id.lower()]["properties"]["routeTable"]["id"])

    def route_table_of_subnet(self, of_subnet: SubnetRef) -> Json:
        """The route table on a subnet."""
        return self.find(self._subnets[_id_of(of_subnet).lower()]["properties"]["routeTable"]["id"])

    def usage(self, of_subnet: SubnetRef) -> Json:
        """The usage row of a subnet."""
        return self._usages[_id_of(of_subnet).lower()]

    # ---------------------------------------------------------------- VNets

    def virtual_network(
        self,
        name: str = "vnet",
        prefixes: str | Sequence[str] = "10.1.0.0/16",
        subnets: Mapping[str, str | Sequence[str]] | None = None,
        *,
        peer_with: Iterable[Json] = (),
        dns: Sequence[str] = (),
        resource_group: str | None = None,
        location: str | None = None,
    ) -> Json:
        """A VNet with its subnets, and its usage rows. `subnets` None: one of them, `nodes`, of the first /22."""
        space = [prefixes] if isinstance(prefixes, str) else list(prefixes)
        vnet = self._add("Microsoft.Network/virtualNetworks", name, resource_group, location)
        vnet["properties"] |= {
            "addressSpace": {"addressPrefixes": space},
            "subnets": [],
            "virtualNetworkPeerings": [],
            "enableDdosProtection": False,
        }
        if dns:
            vnet["properties"]["dhcpOptions"] = {"dnsServers": list(dns)}
        usages = {"id": f"{vnet['id']}/usages", "type": "Microsoft.Network/virtualNetworks/usages", "value": []}
        self.resources.append(usages)
        if subnets is None:
            first = ipaddress.IPv4Network(space[0])
            subnets = {"nodes": str(ipaddress.IPv4Network((first.network_address, max(22, first.prefixlen))))}
        for subnet_name, prefix in subnets.items():
            self.add_subnet(vnet, subnet_name, prefix)
        for other in peer_with:
            self.peer(vnet, other)
        return vnet

    def add_subnet(self, vnet: Json, name: str, prefix: str | Sequence[str], *, delegate_to: str | None = None) -> Json:
        """A subnet of a VNet; a list of prefixes is worded as `addressPrefixes`."""
        subnet_id = f"{vnet['id']}/subnets/{name}"
        words = {"addressPrefix": prefix} if isinstance(prefix, str) else {"addressPrefixes": list(prefix)}
        entry: Json = {
            "name": name,
            "id": subnet_id,
            "etag": _etag(subnet_id),
            "properties": {
                "provisioningState": "Succeeded",
                **words,
                "delegations": [],
                "privateEndpointNetworkPolicies": "Disabled",
                "privateLinkServiceNetworkPolicies": "Enabled",
            },
            "type": "Microsoft.Network/virtualNetworks/subnets",
        }
        vnet["properties"]["subnets"].append(entry)
        ipv4 = next(p for p in ([prefix] if isinstance(prefix, str) else prefix) if ":" not in p)
        self._subnets[subnet_id.lower()] = entry
        self._addresses[subnet_id.lower()] = Addresses(ipv4)
        self._add_usage(vnet, entry, ipaddress.IPv4Network(ipv4).num_addresses - 5.0)
        if delegate_to:
            self.delegate(entry, delegate_to)
        return entry

    def delegate(self, to_delegate: Json, service: str = _DELEGATE) -> None:
        """Delegate a subnet to a service; for AKS with the link it sets in use."""
        properties = to_delegate["properties"]
        if properties["delegations"]:
            return
        name = "aks-delegation" if service == _DELEGATE else service.rpartition("/")[2]
        properties["delegations"].append(
            {
                "name": name,
                "id": f"{to_delegate['id']}/delegations/{name}",
                "properties": {
                    "provisioningState": "Succeeded",
                    "serviceName": service,
                    "actions": ["Microsoft.Network/virtualNetworks/subnets/join/action"],
                },
                "type": "Microsoft.Network/virtualNetworks/subnets/delegations",
            }
        )
        if service == _DELEGATE:
            link_id = f"{to_delegate['id']}/serviceAssociationLinks/AzureKubernetesService"
            properties["serviceAssociationLinks"] = [
                {
                    "name": "AzureKubernetesService",
                    "id": link_id,
                    "type": "Microsoft.Network/virtualNetworks/subnets/serviceAssociationLinks",
                    "properties": {
                        "provisioningState": "Succeeded",
                        "linkedResourceType": service,
                        "enabledForArmDeployments": False,
                        "allowDelete": False,
                        "locations": [],
                    },
                }
            ]

    def peer(self, vnet_a: Json, vnet_b: Json, **changes: Any) -> tuple[Json, Json]:
        """Peer two VNets; both halves Connected. `changes` go into both halves."""
        for one, other in ((vnet_a, vnet_b), (vnet_b, vnet_a)):
            self._peers.setdefault(one["id"].lower(), []).append(other)
        return _half(vnet_a, vnet_b, changes), _half(vnet_b, vnet_a, changes)

    # ---------------------------------------------------------------- what subnets have attached

    def route_table(
        self,
        name: str = "rt",
        routes: Mapping[str, str] | None = None,
        *,
        subnets: Iterable[SubnetRef] = (),
        resource_group: str | None = None,
        location: str | None = None,
    ) -> Json:
        """A route table. `routes` is prefix to next hop: an address is an appliance, anything else the type.

        `estate.route_table(routes={"0.0.0.0/0": "10.0.1.4", "10.9.0.0/16": "VnetLocal"})`
        """
        table = self._add("Microsoft.Network/routeTables", name, resource_group, location)
        table["properties"] |= {"disableBgpRoutePropagation": False, "routes": []}
        for prefix, next_hop in (routes or {}).items():
            self.add_route(table, prefix, next_hop)
        for each in subnets:
            self.attach(table, each)
        return table

    def add_route(self, table: Json, prefix: str, next_hop: str, name: str | None = None) -> Json:
        """A route; `next_hop` is an address (then a VirtualAppliance) or a next hop type."""
        name = name or ("default" if prefix == "0.0.0.0/0" else "to-" + _squeezed(prefix))
        appliance = next_hop[:1].isdigit() or ":" in next_hop
        hop = (
            {"nextHopType": "VirtualAppliance", "nextHopIpAddress": next_hop}
            if appliance
            else {"nextHopType": next_hop}
        )
        entry = {
            "name": name,
            "id": f"{table['id']}/routes/{name}",
            "etag": table["etag"],
            "properties": {"provisioningState": "Succeeded", "addressPrefix": prefix, **hop, "hasBgpOverride": False},
            "type": "Microsoft.Network/routeTables/routes",
        }
        table["properties"]["routes"].append(entry)
        return entry

    def attach(self, resource: Json, to_subnet: SubnetRef) -> None:
        """Attach a route table, an NSG or a NAT gateway to a subnet: both sides are written."""
        key = {"routeTables": "routeTable", "networkSecurityGroups": "networkSecurityGroup"}.get(
            resource["type"].rpartition("/")[2], "natGateway"
        )
        target = self._subnets[_id_of(to_subnet).lower()]
        target["properties"][key] = {"id": resource["id"]}
        attached = resource["properties"].setdefault("subnets", [])
        if {"id": target["id"]} not in attached:
            attached.append({"id": target["id"]})

    def network_security_group(
        self,
        name: str = "nsg",
        rules: Iterable[Json] = (),
        *,
        subnets: Iterable[SubnetRef] = (),
        resource_group: str | None = None,
        location: str | None = None,
    ) -> Json:
        """An NSG with Azure's six default rules; see `security_rule` for the others."""
        nsg = self._add("Microsoft.Network/networkSecurityGroups", name, resource_group, location)
        nsg["properties"] |= {
            "securityRules": [_rule_in(nsg, "securityRules", rule) for rule in rules],
            "defaultSecurityRules": [_rule_in(nsg, "defaultSecurityRules", rule) for rule in _default_rules()],
        }
        for each in subnets:
            self.attach(nsg, each)
        return nsg

    def nat_gateway(
        self,
        name: str = "natgw",
        *,
        public_ips: int = 1,
        subnets: Iterable[SubnetRef] = (),
        resource_group: str | None = None,
        location: str | None = None,
    ) -> Json:
        """A NAT gateway with so many public IPs of its own."""
        gateway = self._add("Microsoft.Network/natGateways", name, resource_group, location)
        addresses = [
            self.public_ip(f"{name}-ip{number}", resource_group=resource_group, location=location)
            for number in range(1, public_ips + 1)
        ]
        for address in addresses:
            address["properties"]["natGateway"] = {"id": gateway["id"]}
        gateway["sku"] = {"name": "Standard", "tier": "Regional"}
        gateway["properties"] |= {
            "idleTimeoutInMinutes": 4,
            "publicIpAddresses": [{"id": address["id"]} for address in addresses],
        }
        for each in subnets:
            self.attach(gateway, each)
        return gateway

    def public_ip(
        self,
        name: str = "pip",
        address: str | None = None,
        *,
        sku: str = "Standard",
        resource_group: str | None = None,
        location: str | None = None,
    ) -> Json:
        """A static public IP."""
        self._public_addresses += 1
        pip = self._add("Microsoft.Network/publicIPAddresses", name, resource_group, location)
        pip["sku"] = {"name": sku, "tier": "Regional"}
        pip["properties"] |= {
            "ipAddress": address or str(ipaddress.IPv4Address("20.50.0.0") + self._public_addresses),
            "publicIPAddressVersion": "IPv4",
            "publicIPAllocationMethod": "Static",
            "idleTimeoutInMinutes": 4,
            "ipTags": [],
        }
        return pip

    # ---------------------------------------------------------------- what else takes addresses

    def virtual_machine_nic(
        self,
        subnet: SubnetRef,
        name: str = "vm1",
        *,
        address: str | None = None,
        ip_forwarding: bool = False,
        resource_group: str | None = None,
    ) -> Json:
        """A VM that is none of AKS's, and its NIC, which is returned."""
        vm_id = self.resource_id("Microsoft.Compute/virtualMachines", name, resource_group)
        nic = self._vm_nic(f"{name}-nic", subnet, vm_id, resource_group, count=1, address=address)
        nic["properties"]["enableIPForwarding"] = ip_forwarding
        self._virtual_machine(name, nic, resource_group)
        self._sort(subnet)
        return nic

    def private_endpoint(
        self,
        subnet: SubnetRef,
        name: str = "pe",
        *,
        target: str | None = None,
        group_ids: Sequence[str] = ("blob",),
        address: str | None = None,
        resource_group: str | None = None,
        location: str | None = None,
    ) -> Json:
        """A private endpoint and the NIC it brings."""
        endpoint = self._add("Microsoft.Network/privateEndpoints", name, resource_group, location)
        nic_name = f"{name}.nic.{_guid(endpoint['id'])}"
        nic = self._vm_nic(nic_name, subnet, None, resource_group, count=1, address=address)
        nic["properties"]["privateEndpoint"] = {"id": endpoint["id"]}
        endpoint["properties"] |= {
            "privateLinkServiceConnections": [
                {
                    "name": name,
                    "id": f"{endpoint['id']}/privateLinkServiceConnections/{name}",
                    "properties": {
                        "provisioningState": "Succeeded",
                        "privateLinkServiceId": target
                        or self.resource_id("Microsoft.Storage/storageAccounts", f"st{_digits(name)}"),
                        "groupIds": list(group_ids),
                        "privateLinkServiceConnectionState": {
                            "status": "Approved",
                            "description": "",
                            "actionsRequired": "None",
                        },
                    },
                }
            ],
            "manualPrivateLinkServiceConnections": [],
            "subnet": {"id": _id_of(subnet)},
            "networkInterfaces": [{"id": nic["id"]}],
            "customDnsConfigs": [],
        }
        held = self._subnets[_id_of(subnet).lower()]["properties"].setdefault("privateEndpoints", [])
        held.append({"id": endpoint["id"]})
        self._sort(subnet)
        return endpoint

    def internal_load_balancer(
        self,
        subnet: SubnetRef,
        name: str = "kubernetes-internal",
        *,
        frontends: int = 1,
        resource_group: str | None = None,
    ) -> Json:
        """A load balancer with frontends in a subnet, as services of type LoadBalancer make it."""
        balancer = self._add("Microsoft.Network/loadBalancers", name, resource_group)
        balancer["sku"] = {"name": "Standard", "tier": "Regional"}
        configurations = []
        for number in range(frontends):
            frontend = f"{balancer['id']}/frontendIPConfigurations/frontend{number}"
            configurations.append(
                {
                    "name": f"frontend{number}",
                    "id": frontend,
                    "etag": balancer["etag"],
                    "type": "Microsoft.Network/loadBalancers/frontendIPConfigurations",
                    "properties": {
                        "provisioningState": "Succeeded",
                        "privateIPAddress": self._take(subnet, frontend),
                        "privateIPAllocationMethod": "Dynamic",
                        "subnet": {"id": _id_of(subnet)},
                        "privateIPAddressVersion": "IPv4",
                    },
                }
            )
        balancer["properties"] |= {
            "frontendIPConfigurations": configurations,
            "backendAddressPools": [],
            "loadBalancingRules": [],
            "probes": [],
            "inboundNatRules": [],
            "outboundRules": [],
        }
        self._sort(subnet)
        return balancer

    def public_service(self, cluster: Json, name: str = "svc1", *, port: int = 443) -> Json:
        """A service of type LoadBalancer: a public frontend and its rule on the balancer `kubernetes`."""
        group = cluster["properties"]["nodeResourceGroup"]
        balancer = next(
            (r for r in self.of_type("loadBalancers") if r["name"] == "kubernetes" and f"/{group}/" in r["id"]), None
        )
        if balancer is None:
            balancer = self._add("Microsoft.Network/loadBalancers", "kubernetes", group)
            balancer["sku"] = {"name": "Standard", "tier": "Regional"}
            balancer["properties"] |= {
                "frontendIPConfigurations": [],
                "backendAddressPools": [
                    _child(balancer, "backendAddressPools", "kubernetes", {"backendIPConfigurations": []})
                ],
                "loadBalancingRules": [],
                "probes": [],
                "inboundNatRules": [],
                "outboundRules": [],
            }
        pip = self.public_ip(f"kubernetes-{name}", resource_group=group)
        words = {"publicIPAddress": {"id": pip["id"]}, "privateIPAllocationMethod": "Dynamic"}
        frontend = _child(balancer, "frontendIPConfigurations", name, words)
        pip["properties"]["ipConfiguration"] = {"id": frontend["id"]}
        balancer["properties"]["frontendIPConfigurations"].append(frontend)
        rule = {
            "frontendIPConfiguration": {"id": frontend["id"]},
            "backendAddressPool": {"id": f"{balancer['id']}/backendAddressPools/kubernetes"},
            "protocol": "Tcp",
            "frontendPort": port,
            "backendPort": port,
            "enableFloatingIP": True,
            "idleTimeoutInMinutes": 4,
            "disableOutboundSnat": True,
        }
        balancer["properties"]["loadBalancingRules"].append(
            _child(balancer, "loadBalancingRules", f"{name}-TCP-{port}", rule)
        )
        return balancer

    def application_gateway(
        self, subnet: SubnetRef, name: str = "appgw", *, private_frontend: bool = False, capacity: int = 2
    ) -> Json:
        """An application gateway, listed by its subnet under `applicationGatewayIPConfigurations`."""
        gateway = self._add("Microsoft.Network/applicationGateways", name)
        configuration = f"{gateway['id']}/gatewayIPConfigurations/gateway"
        frontend = f"{gateway['id']}/frontendIPConfigurations/frontend"
        front: Json = {"provisioningState": "Succeeded", "privateIPAllocationMethod": "Dynamic"}
        if private_frontend:
            front |= {"privateIPAddress": self._take(subnet, frontend), "subnet": {"id": _id_of(subnet)}}
        else:
            front |= {"publicIPAddress": {"id": self.public_ip(f"{name}-ip")["id"]}}
        gateway["properties"] |= {
            "sku": {"name": "Standard_v2", "tier": "Standard_v2", "capacity": capacity},
            "operationalState": "Running",
            "gatewayIPConfigurations": [
                {
                    "name": "gateway",
                    "id": configuration,
                    "properties": {"provisioningState": "Succeeded", "subnet": {"id": _id_of(subnet)}},
                    "type": "Microsoft.Network/applicationGateways/gatewayIPConfigurations",
                }
            ],
            "frontendIPConfigurations": [
                {
                    "name": "frontend",
                    "id": frontend,
                    "properties": front,
                    "type": "Microsoft.Network/applicationGateways/frontendIPConfigurations",
                }
            ],
        }
        listed = self._subnets[_id_of(subnet).lower()]["properties"]
        listed.setdefault("applicationGatewayIPConfigurations", []).append({"id": configuration})
        return gateway

    def azure_firewall(self, vnet: Json, name: str = "firewall", *, prefix: str | None = None) -> Json:
        """A firewall in the VNet's AzureFirewallSubnet, which is added (a free /26, or `prefix`) where missing."""
        home = next((s for s in vnet["properties"]["subnets"] if s["name"] == "AzureFirewallSubnet"), None)
        home = home or self.add_subnet(vnet, "AzureFirewallSubnet", prefix or _free_prefix(vnet, 26))
        firewall = self._add("Microsoft.Network/azureFirewalls", name)
        configuration = f"{firewall['id']}/azureFirewallIpConfigurations/AzureFirewallIpConfiguration0"
        firewall["properties"] |= {
            "sku": {"name": "AZFW_VNet", "tier": "Standard"},
            "threatIntelMode": "Alert",
            "ipConfigurations": [
                {
                    "name": "AzureFirewallIpConfiguration0",
                    "id": configuration,
                    "properties": {
                        "provisioningState": "Succeeded",
                        "privateIPAddress": self._take(home, configuration),
                        "privateIPAllocationMethod": "Dynamic",
                        "publicIPAddress": {"id": self.public_ip(f"{name}-ip")["id"]},
                        "subnet": {"id": home["id"]},
                    },
                    "type": "Microsoft.Network/azureFirewalls/azureFirewallIpConfigurations",
                }
            ],
            "networkRuleCollections": [],
            "applicationRuleCollections": [],
            "natRuleCollections": [],
        }
        return firewall

    def hub_firewall(self, name: str = "hub-firewall", address: str = "10.100.0.132") -> Json:
        """A firewall in the hub of a virtual WAN: it names no subnet, only an address."""
        firewall = self._add("Microsoft.Network/azureFirewalls", name)
        firewall["properties"] |= {
            "sku": {"name": "AZFW_Hub", "tier": "Standard"},
            "virtualHub": {"id": self.resource_id("Microsoft.Network/virtualHubs", "hub")},
            "hubIPAddresses": {"privateIPAddress": address, "publicIPs": {"count": 1, "addresses": []}},
        }
        return firewall

    def virtual_network_gateway(self, vnet: Json, name: str = "vpn", *, prefix: str | None = None) -> Json:
        """A gateway in the VNet's GatewaySubnet, which is added (a free /27, or `prefix`) where missing."""
        home = next((s for s in vnet["properties"]["subnets"] if s["name"] == "GatewaySubnet"), None)
        home = home or self.add_subnet(vnet, "GatewaySubnet", prefix or _free_prefix(vnet, 27))
        gateway = self._add("Microsoft.Network/virtualNetworkGateways", name)
        configuration = f"{gateway['id']}/ipConfigurations/default"
        self._take(home, configuration)
        gateway["properties"] |= {
            "gatewayType": "Vpn",
            "enableBgp": True,
            "ipConfigurations": [
                {
                    "name": "default",
                    "id": configuration,
                    "properties": {
                        "provisioningState": "Succeeded",
                        "privateIPAllocationMethod": "Dynamic",
                        "publicIPAddress": {"id": self.public_ip(f"{name}-ip")["id"]},
                        "subnet": {"id": home["id"]},
                    },
                }
            ],
        }
        return gateway

    def route_server(self, vnet: Json, name: str = "routeserver", *, prefix: str | None = None) -> Json:
        """A route server in the VNet's RouteServerSubnet, which is added (a free /27, or `prefix`)."""
        home = self.add_subnet(vnet, "RouteServerSubnet", prefix or _free_prefix(vnet, 27))
        server = self._add("Microsoft.Network/virtualHubs", name)
        self._take(home, f"{server['id']}/ipConfigurations/default")
        server["properties"] |= {"sku": "Standard", "virtualRouterAsn": 65515}
        return server

    # ---------------------------------------------------------------- names and rights

    def private_dns_zone(self, name: str, links: Iterable[Json] = (), *, resource_group: str | None = None) -> Json:
        """A private DNS zone, linked to these VNets."""
        zone = self._add("Microsoft.Network/privateDnsZones", name, resource_group, "global")
        linked = list(links)
        zone["properties"] |= {
            "numberOfRecordSets": 1,
            "maxNumberOfRecordSets": 25000,
            "numberOfVirtualNetworkLinks": len(linked),
            "maxNumberOfVirtualNetworkLinks": 1000,
        }
        for vnet in linked:
            self.resources.append(
                {
                    "id": f"{zone['id']}/virtualNetworkLinks/{vnet['name']}",
                    "name": vnet["name"],
                    "type": "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
                    "location": "global",
                    "properties": {
                        "provisioningState": "Succeeded",
                        "registrationEnabled": False,
                        "virtualNetwork": {"id": vnet["id"]},
                        "virtualNetworkLinkState": "Completed",
                    },
                }
            )
        return zone

    def role_assignment(
        self,
        scope: str,
        principal_id: str,
        role: str = _NETWORK_CONTRIBUTOR,
        *,
        principal_type: str = "ServicePrincipal",
        condition: str | None = None,
    ) -> Json:
        """A role assignment; `role` is the role definition's GUID."""
        name = _guid(f"{scope}{principal_id}{role}")
        definition = f"/subscriptions/{self.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
        assignment: Json = {
            "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}",
            "name": name,
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {
                "roleDefinitionId": definition,
                "principalId": principal_id,
                "principalType": principal_type,
                "scope": scope,
                "condition": condition,
                "conditionVersion": "2.0" if condition else None,
            },
        }
        self.resources.append(assignment)
        return assignment

    def role_definition(self, name: str, actions: Sequence[str], not_actions: Sequence[str] = ()) -> Json:
        """A custom role; its GUID is its `name`."""
        guid = _guid(f"{self.subscription}{name}")
        place = f"/subscriptions/{self.subscription}"
        definition: Json = {
            "id": f"{place}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
            "name": guid,
            "type": "Microsoft.Authorization/roleDefinitions",
            "properties": {
                "roleName": name,
                "type": "CustomRole",
                "description": "",
                "assignableScopes": [place],
                "permissions": [
                    {
                        "actions": list(actions),
                        "notActions": list(not_actions),
                        "dataActions": [],
                        "notDataActions": [],
                    }
                ],
            },
        }
        self.resources.append(definition)
        return definition

    def principal_of(self, cluster: Json) -> str:
        """The object id of a cluster's identity."""
        identity = cluster["identity"]
        users = identity.get("userAssignedIdentities", {}).values()
        return str(identity.get("principalId") or next(iter(users))["principalId"])

    def revoke(self, cluster: Json, scope: str = "") -> None:
        """Take a cluster's identity its roles, or those at one scope."""
        principal = self.principal_of(cluster)
        for given in self.of_type("roleAssignments"):
            properties = given["properties"]
            if properties["principalId"] == principal and properties["scope"].lower() in (
                scope.lower() or properties["scope"].lower(),
            ):
                self.remove(given)

    # ---------------------------------------------------------------- clusters

    def cluster(
        self,
        name: str = "aks1",
        model: Model = "cni-overlay",
        *,
        subnet: SubnetRef | None = None,
        pod_subnet: SubnetRef | None = None,
        pools: Sequence[Pool | Mapping[str, Any]] | None = None,
        pod_cidr: str | None = None,
        service_cidr: str | None = None,
        dns_service_ip: str | None = None,
        outbound_type: str = "loadBalancer",
        kubernetes_version: str = "1.35.2",
        resource_group: str | None = None,
        route_table: Json | None = None,
        nat_gateway: Json | None = None,
        next_hop: str | None = None,
        outbound_ips: int = 1,
        allocated_outbound_ports: int = 0,
        dataplane: str = "azure",
        network_policy: str | None = None,
        private: bool = False,
        api_server_subnet: SubnetRef | None = None,
        authorized_ip_ranges: Sequence[str] | None = None,
    ) -> Json:
        """A cluster and all that Azure makes for it; the managedCluster is returned.

        Without `subnet` (here or at a pool) AKS's own VNet is made in the node resource group. `route_table` is
        a table of the owner's; without one a table that is on the subnet is taken, else AKS makes its own
        (kubenet), or one with a default route to `next_hop` or to a firewall (userDefinedRouting). Without
        `network_policy` it is Cilium's where that is the dataplane, else Calico's; without `authorized_ip_ranges`
        a public API server admits an office and the addresses that the cluster itself leaves by.
        """
        ordered = [replace(pool) if isinstance(pool, Pool) else Pool(**pool) for pool in pools or (Pool(),)]
        for pool in ordered:
            pool.subnet = pool.subnet or subnet
            pool.pod_subnet = pool.pod_subnet or (pod_subnet if "pod-subnet" in model else None)
            pool.max_pods = pool.max_pods or DEFAULT_MAX_PODS[model]
        if "pod-subnet" in model and any(pool.pod_subnet is None for pool in ordered):
            raise ValueError(f"cluster {name}: {model} needs a pod_subnet")
        builder = _ClusterBuilder(self, name, model, resource_group or f"rg-{name}", ordered)
        builder.networks(route_table, nat_gateway, next_hop, outbound_type)
        builder.balancer(outbound_type, outbound_ips, allocated_outbound_ports)
        for pool in ordered:
            builder.nodes(pool)
        cluster = builder.managed_cluster(kubernetes_version, outbound_type, outbound_ips, allocated_outbound_ports)
        network = cluster["properties"]["networkProfile"]
        network |= builder.ranges(pod_cidr, service_cidr, dns_service_ip)
        network |= {"networkPolicy": _policy(model, dataplane) if network_policy is None else network_policy}
        if model not in ("kubenet", "byo"):
            network["networkDataplane"] = dataplane
        builder.api_server(cluster, private, api_server_subnet, authorized_ip_ranges)
        for used in builder.node_subnets:
            self._sort(used)
        return cluster

    # ---------------------------------------------------------------- writing

    def write(self, path: str | Path, *others: Estate) -> Path:
        """Write an inventory of this estate, and of others, as `.jsonl`."""
        estates = (self, *others)
        resources = (resource for estate in estates for resource in estate.resources)
        return write_inventory(path, resources, [estate.subscription for estate in estates])

    # ---------------------------------------------------------------- shared by the above

    def resource_id(self, resource_type: str, name: str, resource_group: str | None = None) -> str:
        group = resource_group or self.resource_group
        return f"/subscriptions/{self.subscription}/resourceGroups/{group}/providers/{resource_type}/{name}"

    def _add(
        self, resource_type: str, name: str, resource_group: str | None = None, location: str | None = None
    ) -> Json:
        resource_id = self.resource_id(resource_type, name, resource_group)
        resource: Json = {
            "name": name,
            "id": resource_id,
            "etag": _etag(resource_id),
            "type": resource_type,
            "location": location or self.location,
            "tags": {},
            "properties": {"provisioningState": "Succeeded", "resourceGuid": _guid(resource_id)},
        }
        self.resources.append(resource)
        return resource

    def _add_usage(self, vnet: Json, subnet: Json, limit: float) -> None:
        counted = subnet["name"].lower() not in _NO_USAGE
        row = {
            "id": subnet["id"],
            "currentValue": 0.0 if counted else -1.0,
            "limit": limit if counted else -1.0,
            "unit": "Count",
            "name": {"value": "SubnetSpace", "localizedValue": "Subnet size and usage"},
        }
        self._usages[subnet["id"].lower()] = row
        usages = f"{vnet['id']}/usages"
        next(r for r in self.resources if r["id"] == usages)["value"].append(row)

    def _take(self, subnet: SubnetRef, configuration: str, address: str | None = None) -> str:
        """An address for an ipConfiguration, written into the subnet's list and its usage row."""
        self._note(subnet, _shouted(configuration))
        return self._addresses[_id_of(subnet).lower()].take(address)

    def _take_block(self, subnet: SubnetRef, configuration: str) -> str:
        self._note(subnet, _shouted(configuration))
        return self._addresses[_id_of(subnet).lower()].take_block()

    def _note(self, subnet: SubnetRef, configuration: str) -> None:
        key = _id_of(subnet).lower()
        self._subnets[key]["properties"].setdefault("ipConfigurations", []).append({"id": configuration})
        row = self._usages[key]
        if row["limit"] >= 0:
            row["currentValue"] += 1.0

    def _sort(self, subnet: SubnetRef) -> None:
        """ARM lists a subnet's ipConfigurations sorted as text."""
        used = self._subnets[_id_of(subnet).lower()]["properties"].get("ipConfigurations")
        if used:
            used.sort(key=lambda entry: str(entry["id"]))

    def _vm_nic(
        self,
        name: str,
        subnet: SubnetRef,
        vm_id: str | None,
        resource_group: str | None,
        *,
        count: int,
        address: str | None = None,
    ) -> Json:
        nic = self._add("Microsoft.Network/networkInterfaces", name, resource_group)
        configurations = [
            _ip_configuration(nic["id"], number, _id_of(subnet), nic["etag"]) for number in range(1, count + 1)
        ]
        for entry in configurations:
            entry["properties"]["privateIPAddress"] = self._take(subnet, entry["id"], address)
            entry["type"] = "Microsoft.Network/networkInterfaces/ipConfigurations"
        nic["properties"] |= _nic_properties(name, configurations, vm_id) | {"nicType": "Standard"}
        return nic

    def _virtual_machine(self, name: str, nic: Json, resource_group: str | None, size: str = "Standard_D2s_v5") -> Json:
        vm = self._add("Microsoft.Compute/virtualMachines", name, resource_group)
        del vm["etag"]
        vm["properties"] = {
            "provisioningState": "Succeeded",
            "vmId": _guid(vm["id"]),
            "hardwareProfile": {"vmSize": size},
            "osProfile": {"computerName": name, "adminUsername": "azureuser"},
            "networkProfile": {"networkInterfaces": [{"id": nic["id"], "properties": {"primary": True}}]},
        }
        return vm

    def _managed_subnet(self, cluster: Json) -> Json:
        group = cluster["properties"]["nodeResourceGroup"]
        name = f"aks-vnet-{_digits(cluster['id'].lower())}"
        vnet_id = self.resource_id("Microsoft.Network/virtualNetworks", name, group)
        return self._subnets[f"{vnet_id}/subnets/aks-subnet".lower()]

    def _vnet_of(self, subnet: SubnetRef) -> Json:
        return self.find(_id_of(subnet).rsplit("/", 2)[0])


class _ClusterBuilder:
    """Makes one cluster, step by step, in the order in which Azure needs the parts."""

    def __init__(self, estate: Estate, name: str, model: Model, resource_group: str, pools: list[Pool]) -> None:
        self.estate = estate
        self.name = name
        self.model = model
        self.group = resource_group
        self.pools = pools
        self.id = (
            f"/subscriptions/{estate.subscription}/resourcegroups/{resource_group}"
            f"/providers/Microsoft.ContainerService/managedClusters/{name}"
        )
        self.digits = _digits(self.id.lower())
        self.node_group = f"MC_{resource_group}_{name}_{estate.location}"
        self.principal = _guid(f"{self.id}/principal")
        self.managed_vnet = all(pool.subnet is None for pool in pools)
        self.node_subnets: list[Json] = []
        self.table: Json | None = None
        self.gateway: Json | None = None
        self.load_balancer: Json | None = None
        self.outbound_ips: list[Json] = []
        self._routed: list[tuple[str, str]] = []
        self.nsg = estate.network_security_group(f"aks-agentpool-{self.digits}-nsg", resource_group=self.node_group)

    def networks(self, table: Json | None, gateway: Json | None, next_hop: str | None, outbound_type: str) -> None:
        """Subnets, and the route table and NAT gateway on them."""
        estate = self.estate
        if self.managed_vnet:
            vnet = estate.virtual_network(
                f"aks-vnet-{self.digits}",
                "10.224.0.0/12",
                {"aks-subnet": "10.224.0.0/16"},
                resource_group=self.node_group,
            )
            estate.attach(self.nsg, vnet["properties"]["subnets"][0])
            self.node_subnets = [vnet["properties"]["subnets"][0]]
        else:
            named = [pool.subnet for pool in self.pools if pool.subnet is not None]
            self.node_subnets = list({_id_of(s).lower(): estate.find(_id_of(s)) for s in named}.values())
        self.vnet = estate._vnet_of(self.node_subnets[0])
        pods = {_id_of(p.pod_subnet): estate.find(_id_of(p.pod_subnet)) for p in self.pools if p.pod_subnet}
        for pod_subnet in pods.values():
            estate.delegate(pod_subnet)
        needs_table = self.model == "kubenet" or outbound_type == "userDefinedRouting"
        if table is not None or needs_table:
            self._set_table(table, next_hop, outbound_type)
        if outbound_type in ("managedNATGateway", "managedNATGatewayV2", "userAssignedNATGateway"):
            self._set_gateway(gateway, [*self.node_subnets, *pods.values()], outbound_type)
        if not self.managed_vnet:
            estate.role_assignment(self.vnet["id"], self.principal)

    def balancer(self, outbound_type: str, outbound_ips: int, ports: int) -> None:
        """The load balancer `kubernetes` with its outbound rule."""
        if outbound_type != "loadBalancer":
            return
        estate = self.estate
        balancer = estate._add("Microsoft.Network/loadBalancers", "kubernetes", self.node_group)
        balancer["sku"] = {"name": "Standard", "tier": "Regional"}
        self.load_balancer = balancer
        frontends = []
        for number in range(outbound_ips):
            name = _guid(f"{self.id}/outbound/{number}")
            pip = estate.public_ip(name, resource_group=self.node_group)
            frontend = f"{balancer['id']}/frontendIPConfigurations/{name}"
            pip["properties"]["ipConfiguration"] = {"id": frontend}
            self.outbound_ips.append(pip)
            properties = {"publicIPAddress": {"id": pip["id"]}, "privateIPAllocationMethod": "Dynamic"}
            frontends.append(_child(balancer, "frontendIPConfigurations", name, properties))
        backend: Json = {"backendIPConfigurations": []}
        rule = {
            "allocatedOutboundPorts": ports,
            "protocol": "All",
            "enableTcpReset": True,
            "idleTimeoutInMinutes": 30,
            "backendAddressPool": {"id": f"{balancer['id']}/backendAddressPools/aksOutboundBackendPool"},
            "frontendIPConfigurations": [{"id": entry["id"]} for entry in frontends],
        }
        balancer["properties"] |= {
            "frontendIPConfigurations": frontends,
            "backendAddressPools": [
                _child(balancer, "backendAddressPools", "aksOutboundBackendPool", backend),
                _child(balancer, "backendAddressPools", "kubernetes", {"backendIPConfigurations": []}),
            ],
            "loadBalancingRules": [],
            "probes": [],
            "inboundNatRules": [],
            "outboundRules": [_child(balancer, "outboundRules", "aksOutboundRule", rule)],
            "inboundNatPools": [],
        }

    def nodes(self, pool: Pool) -> None:
        """The scale set or the VMs of a pool, with their NICs."""
        subnet = self.estate.find(_id_of(pool.subnet)) if pool.subnet else self.node_subnets[0]
        if pool.type == "VirtualMachineScaleSets":
            self._scale_set(pool, subnet)
        else:
            self._machines(pool, subnet)

    def managed_cluster(self, version: str, outbound_type: str, outbound_ips: int, ports: int) -> Json:
        """The cluster itself, its ranges excepted."""
        estate = self.estate
        host = f"{self.name}-{self.digits}.hcp.{estate.location}.azmk8s.io"
        cluster: Json = {
            "id": self.id,
            "location": estate.location,
            "name": self.name,
            "type": "Microsoft.ContainerService/ManagedClusters",
            "properties": {
                "provisioningState": "Succeeded",
                "powerState": {"code": "Running"},
                "kubernetesVersion": version,
                "currentKubernetesVersion": version,
                "dnsPrefix": self.name,
                "fqdn": host,
                "azurePortalFQDN": host.replace(".hcp.", ".portal.hcp."),
                "agentPoolProfiles": [self._profile(pool, version) for pool in self.pools],
                "nodeResourceGroup": self.node_group,
                "enableRBAC": True,
                "supportPlan": "KubernetesOfficial",
                "networkProfile": self._network_profile(outbound_type, outbound_ips, ports),
                "maxAgentPools": 100,
                "autoUpgradeProfile": {"upgradeChannel": "patch", "nodeOSUpgradeChannel": "NodeImage"},
                "disableLocalAccounts": False,
                "securityProfile": {},
                "oidcIssuerProfile": {"enabled": False},
                "nodeProvisioningProfile": {"mode": "Manual"},
            },
            "identity": self._identity(),
            "sku": {"name": "Base", "tier": "Standard"},
        }
        estate.resources.append(cluster)
        return cluster

    def ranges(self, pod_cidr: str | None, service_cidr: str | None, dns_service_ip: str | None) -> Json:
        """The cluster's own ranges; those not given are chosen clear of the VNet and its peers."""
        space = _space(self.vnet, *self.estate._peers.get(self.vnet["id"].lower(), ()))
        has_pods = self.model in ("kubenet", "cni-overlay")
        if has_pods and pod_cidr is None:
            longest = 24 - max(8, (sum(p.most_nodes for p in self.pools) - 1).bit_length())
            pod_cidr = _clear_of(space, ("10.244.0.0", "192.168.0.0", "100.64.0.0"), longest)
        if pod_cidr:
            space.append(ipaddress.IPv4Network(pod_cidr))
            self._routes(ipaddress.IPv4Network(pod_cidr))
        service_cidr = service_cidr or _clear_of(space, ("172.16.0.0", "10.0.0.0", "192.168.0.0"), 16)
        services = ipaddress.IPv4Network(service_cidr)
        return {
            **({"podCidr": pod_cidr} if pod_cidr else {}),
            "serviceCidr": service_cidr,
            "dnsServiceIP": dns_service_ip or str(services.network_address + 10),
            **({"podCidrs": [pod_cidr]} if pod_cidr else {}),
            "serviceCidrs": [service_cidr],
            "ipFamilies": ["IPv4"],
        }

    def api_server(
        self, cluster: Json, private: bool, subnet: SubnetRef | None, authorized: Sequence[str] | None
    ) -> None:
        """How the API server is reached: from an office unless asked otherwise."""
        access: Json = {}
        if authorized is None:
            authorized = () if private else (OFFICE, *(() if subnet is not None else self._egress_addresses()))
        if authorized:
            access["authorizedIPRanges"] = list(authorized)
        if private:
            access |= {"enablePrivateCluster": True, "privateDNSZone": "system"}
            access["enablePrivateClusterPublicFQDN"] = False
            self._private_access(cluster, with_endpoint=subnet is None)
        if subnet is not None:
            access |= {"enableVnetIntegration": True, "subnetId": _id_of(subnet)}
            self.estate.delegate(self.estate.find(_id_of(subnet)))
            self.estate.internal_load_balancer(subnet, "kube-apiserver", resource_group=self.node_group)
        if access:
            cluster["properties"]["apiServerAccessProfile"] = access

    # ---------------------------------------------------------------- parts

    def _egress_addresses(self) -> list[str]:
        """The public addresses by which nodes leave, as far as AKS doesn't admit them by itself."""
        pips: list[str] = []
        if self.gateway is not None:
            pips += [entry["id"] for entry in self.gateway["properties"].get("publicIpAddresses", [])]
        hops = {
            route["properties"].get("nextHopIpAddress")
            for route in (self.table["properties"]["routes"] if self.table else [])
            if route["properties"]["addressPrefix"] == "0.0.0.0/0"
        }
        for firewall in self.estate.of_type("azureFirewalls"):
            configurations = [entry["properties"] for entry in firewall["properties"]["ipConfigurations"]]
            if hops & {entry.get("privateIPAddress") for entry in configurations}:
                pips += [entry["publicIPAddress"]["id"] for entry in configurations]
        return [f"{self.estate.find(pip)['properties']['ipAddress']}/32" for pip in pips]

    def _private_access(self, cluster: Json, *, with_endpoint: bool) -> None:
        properties = cluster["properties"]
        zone = f"{_guid(self.id + '/zone')}.privatelink.{self.estate.location}.azmk8s.io"
        properties["privateFQDN"] = f"{self.name}-{self.digits}.{zone}"
        properties.pop("fqdn")
        self.estate.private_dns_zone(zone, [self.vnet], resource_group=self.node_group)
        if with_endpoint:
            self.estate.private_endpoint(
                self.node_subnets[0],
                "kube-apiserver",
                target=self.id,
                group_ids=["management"],
                resource_group=self.node_group,
            )

    def _set_table(self, given: Json | None, next_hop: str | None, outbound_type: str) -> None:
        estate = self.estate
        on_subnet = self.node_subnets[0]["properties"].get("routeTable")
        table = given or (estate.find(on_subnet["id"]) if on_subnet else None)
        if table is not None:
            estate.role_assignment(table["id"], self.principal)
        elif outbound_type == "userDefinedRouting":
            hop = next_hop or self._firewall_address()
            table = estate.route_table(f"rt-{self.name}", {"0.0.0.0/0": hop}, resource_group=self.group)
            estate.role_assignment(table["id"], self.principal)
        else:
            name = f"aks-agentpool-{self.digits}-routetable"
            table = estate.route_table(name, resource_group=self.node_group)
        for subnet in self.node_subnets:
            estate.attach(table, subnet)
        self.table = table

    def _firewall_address(self) -> str:
        near = [self.vnet, *self.estate._peers.get(self.vnet["id"].lower(), ())]
        homes = {f"{vnet['id']}/subnets/AzureFirewallSubnet".lower() for vnet in near}
        for firewall in self.estate.of_type("azureFirewalls"):
            properties = firewall["properties"]["ipConfigurations"][0]["properties"]
            if properties["subnet"]["id"].lower() in homes:
                return str(properties["privateIPAddress"])
        firewall = self.estate.azure_firewall(self.vnet, f"fw-{self.name}")
        return str(firewall["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"])

    def _set_gateway(self, given: Json | None, subnets: list[Json], outbound_type: str) -> None:
        estate = self.estate
        owned = outbound_type == "userAssignedNATGateway"
        attached = subnets[0]["properties"].get("natGateway")
        if given is None and attached:
            given = estate.find(attached["id"])
        name = f"natgw-{self.name}" if owned else f"aks-natgateway-{self.digits}"
        gateway = given or estate.nat_gateway(name, resource_group=self.group if owned else self.node_group)
        for subnet in subnets:
            estate.attach(gateway, subnet)
        self.gateway = gateway

    def _routes(self, pods: ipaddress.IPv4Network) -> None:
        if self.model != "kubenet" or self.table is None:
            return
        for number, (node, address) in enumerate(self._routed):
            prefix = f"{pods.network_address + 256 * number}/24"
            self.estate.add_route(self.table, prefix, address, f"{node}____{_squeezed(prefix)}")

    def _scale_set(self, pool: Pool, subnet: Json) -> None:
        windows = pool.os_type.lower() == "windows"
        name = f"aks{pool.name}" if windows else f"aks-{pool.name}-{self.digits}-vmss"
        scale_set = self.estate._add("Microsoft.Compute/virtualMachineScaleSets", name, self.node_group)
        scale_set["sku"] = {"name": pool.vm_size, "tier": "Standard", "capacity": pool.count}
        scale_set["tags"] = {
            "aks-managed-poolName": pool.name,
            "aks-managed-orchestrator": "Kubernetes:1.33.4",
            "aks-managed-createOperationID": _guid(scale_set["id"]),
        }
        scale_set["etag"] = '"1"'
        scale_set["properties"] = {
            "singlePlacementGroup": False,
            "orchestrationMode": "Uniform",
            "upgradePolicy": {"mode": "Manual"},
            "virtualMachineProfile": {
                "osProfile": {"computerNamePrefix": name, "adminUsername": "azureuser"},
                "storageProfile": {"osDisk": {"osType": pool.os_type, "diskSizeGB": 128}},
                "networkProfile": {"networkInterfaceConfigurations": [self._nic_template(name, pool, subnet)]},
            },
            "provisioningState": "Succeeded",
            "overprovision": False,
            "uniqueId": _guid(scale_set["id"]),
            "timeCreated": "2026-03-02T09:00:00+00:00",
        }
        for instance in pool.instance_ids:
            nic = self._scale_set_nic(scale_set, instance, pool, subnet)
            self.estate.resources.append(nic)
            self._joined(f"{name}{_base36(instance)}", nic)

    def _nic_template(self, name: str, pool: Pool, subnet: Json) -> Json:
        configurations = []
        for number, (home, block) in enumerate(self._homes(pool, subnet), start=1):
            properties: Json = {"primary": number == 1, "subnet": {"id": home["id"]}, "privateIPAddressVersion": "IPv4"}
            if block:
                properties["privateIPAddressPrefixLength"] = 28
            if number == 1 and self.load_balancer:
                properties["loadBalancerBackendAddressPools"] = self._backend_pools()
            configurations.append({"name": f"ipconfig{number}", "properties": properties})
        return {
            "name": name,
            "properties": {
                "primary": True,
                "enableAcceleratedNetworking": True,
                "networkSecurityGroup": {"id": self.nsg["id"]},
                "dnsSettings": {"dnsServers": []},
                "enableIPForwarding": self.model == "kubenet",
                "ipConfigurations": configurations,
            },
        }

    def _homes(self, pool: Pool, subnet: Json) -> list[tuple[Json, bool]]:
        """The subnet of each ipConfiguration of a node, and whether it holds a block of 16."""
        max_pods = pool.max_pods or 0
        if self.model == "cni-node-subnet":
            return [(subnet, False)] * (max_pods + 1)
        if self.model == "cni-pod-subnet-static" and pool.pod_subnet:
            pods = self.estate.find(_id_of(pool.pod_subnet))
            return [(subnet, False), *[(pods, True)] * ceil((max_pods + 1) / 16)]
        return [(subnet, False)]

    def _backend_pools(self) -> list[Json]:
        assert self.load_balancer is not None
        return [{"id": entry["id"]} for entry in self.load_balancer["properties"]["backendAddressPools"]]

    def _scale_set_nic(self, scale_set: Json, instance: int, pool: Pool, subnet: Json) -> Json:
        vm_id = f"{scale_set['id']}/virtualMachines/{instance}"
        nic_id = f"{vm_id}/networkInterfaces/{scale_set['name']}"
        etag = _etag(nic_id)
        configurations = []
        for number, (home, block) in enumerate(self._homes(pool, subnet), start=1):
            entry = _ip_configuration(nic_id, number, home["id"], etag)
            if block:
                entry["properties"]["privateIPAddress"] = self.estate._take_block(home, entry["id"])
                entry["properties"]["privateIPAddressPrefixLength"] = 28
            else:
                entry["properties"]["privateIPAddress"] = self.estate._take(home, entry["id"])
            configurations.append(entry)
        return {
            "name": scale_set["name"],
            "id": nic_id,
            "etag": etag,
            "properties": {
                "provisioningState": "Succeeded",
                "resourceGuid": _guid(nic_id),
                **_nic_properties(nic_id, configurations, vm_id),
                "networkSecurityGroup": {"id": self.nsg["id"]},
                "enableIPForwarding": self.model == "kubenet",
            },
        }

    def _machines(self, pool: Pool, subnet: Json) -> None:
        estate = self.estate
        for number in pool.instance_ids:
            if pool.type == "AvailabilitySet":
                name = f"aks-{pool.name}-{self.digits}-{number}"
                nic_name = f"aks-{pool.name}-{self.digits}-nic-{number}"
            else:
                name = f"aks-{pool.name}-{self.digits}-vms{number}"
                nic_name = name
            vm_id = estate.resource_id("Microsoft.Compute/virtualMachines", name, self.node_group)
            count = len(self._homes(pool, subnet)) if self.model == "cni-node-subnet" else 1
            nic = estate._vm_nic(nic_name, subnet, vm_id, self.node_group, count=count)
            nic["properties"]["networkSecurityGroup"] = {"id": self.nsg["id"]}
            nic["properties"]["enableIPForwarding"] = self.model == "kubenet"
            vm = estate._virtual_machine(name, nic, self.node_group, pool.vm_size)
            vm["tags"] = {"aks-managed-poolName": pool.name}
            self._joined(name, nic)

    def _joined(self, node: str, nic: Json) -> None:
        """Tie a new node's NIC to the NSG and the load balancer, and remember it for its route."""
        primary = nic["properties"]["ipConfigurations"][0]
        self._routed.append((node, primary["properties"]["privateIPAddress"]))
        self.nsg["properties"].setdefault("networkInterfaces", []).append({"id": nic["id"]})
        if self.load_balancer is not None:
            primary["properties"]["loadBalancerBackendAddressPools"] = self._backend_pools()
            for pool in self.load_balancer["properties"]["backendAddressPools"]:
                pool["properties"]["backendIPConfigurations"].append({"id": primary["id"]})

    def _profile(self, pool: Pool, version: str) -> Json:
        autoscales = pool.max_count is not None
        if pool.type == "VirtualMachines":
            size: Json = {
                "virtualMachinesProfile": {"scale": {"manual": [{"size": pool.vm_size, "count": pool.count}]}},
                "virtualMachineNodesStatus": [{"size": pool.vm_size, "count": pool.count}],
            }
        else:
            size = {"count": pool.count, "vmSize": pool.vm_size}
        profile: Json = {
            "name": pool.name,
            **size,
            "osDiskSizeGB": 128,
            "osDiskType": "Managed",
            "kubeletDiskType": "OS",
            **({"vnetSubnetID": _id_of(pool.subnet)} if pool.subnet else {}),
            **({"podSubnetID": _id_of(pool.pod_subnet)} if pool.pod_subnet else {}),
            "maxPods": pool.max_pods,
            "type": pool.type,
            **({"maxCount": pool.max_count, "minCount": pool.min_count or 1} if autoscales else {}),
            "enableAutoScaling": autoscales,
            "scaleDownMode": "Delete",
            "provisioningState": "Succeeded",
            "powerState": {"code": "Running"},
            "orchestratorVersion": version,
            "currentOrchestratorVersion": version,
            "enableNodePublicIP": False,
            "mode": pool.mode,
            "osType": pool.os_type,
            "osSKU": "Windows2022" if pool.os_type.lower() == "windows" else "Ubuntu",
            "nodeImageVersion": WINDOWS_IMAGE if pool.os_type.lower() == "windows" else LINUX_IMAGE,
            "upgradeSettings": {} if pool.max_surge is None else {"maxSurge": pool.max_surge},
            "enableFIPS": False,
        }
        if self.model == "cni-pod-subnet-dynamic":
            profile["podIPAllocationMode"] = "DynamicIndividual"
        if self.model == "cni-pod-subnet-static":
            profile["podIPAllocationMode"] = "StaticBlock"
        return profile | pool.extra

    def _network_profile(self, outbound_type: str, outbound_ips: int, ports: int) -> Json:
        plugin = {"kubenet": "kubenet", "byo": "none"}.get(self.model, "azure")
        profile: Json = {"networkPlugin": plugin}
        if self.model == "cni-overlay":
            profile["networkPluginMode"] = "overlay"
        profile |= {"loadBalancerSku": "standard", "outboundType": outbound_type}
        if self.load_balancer is not None:
            profile["loadBalancerProfile"] = {
                "managedOutboundIPs": {"count": outbound_ips},
                "effectiveOutboundIPs": [{"id": pip["id"]} for pip in self.outbound_ips],
                **({"allocatedOutboundPorts": ports} if ports else {}),
                "backendPoolType": "nodeIPConfiguration",
            }
        if self.gateway is not None and outbound_type.startswith("managed"):
            addresses = self.gateway["properties"]["publicIpAddresses"]
            profile["natGatewayProfile"] = {
                "managedOutboundIPProfile": {"count": len(addresses)},
                "effectiveOutboundIPs": list(addresses),
                "idleTimeoutInMinutes": 4,
            }
        return profile

    def _identity(self) -> Json:
        if self.managed_vnet:
            return {"type": "SystemAssigned", "principalId": self.principal, "tenantId": _TENANT}
        identity = self.estate.resource_id(
            "Microsoft.ManagedIdentity/userAssignedIdentities", f"id-{self.name}", self.group
        )
        words = {"clientId": _guid(identity), "principalId": self.principal}
        return {"type": "UserAssigned", "userAssignedIdentities": {identity: words}}


# -------------------------------------------------------------------- pieces


def subnet(vnet: Json, name: str) -> Json:
    """A VNet's subnet by name."""
    return next(entry for entry in vnet["properties"]["subnets"] if entry["name"] == name)


def security_rule(
    name: str,
    priority: int,
    access: str = "Deny",
    *,
    direction: str = "Inbound",
    protocol: str = "*",
    source: str | Sequence[str] = "*",
    destination: str | Sequence[str] = "*",
    ports: str | Sequence[str] = "*",
) -> Json:
    """An NSG rule for `Estate.network_security_group`; a list goes into the plural field, as ARM does it."""
    properties: Json = {
        "provisioningState": "Succeeded",
        "protocol": protocol,
        "sourcePortRange": "*",
        "access": access,
        "priority": priority,
        "direction": direction,
        "sourcePortRanges": [],
    }
    for key, plural, value in (
        ("destinationPortRange", "destinationPortRanges", ports),
        ("sourceAddressPrefix", "sourceAddressPrefixes", source),
        ("destinationAddressPrefix", "destinationAddressPrefixes", destination),
    ):
        if isinstance(value, str):
            properties |= {key: value, plural: []}
        else:
            properties[plural] = list(value)
    return {"name": name, "properties": properties}


def _policy(model: Model, dataplane: str) -> str:
    if model == "byo":
        return "none"
    return "cilium" if dataplane == "cilium" and model != "kubenet" else "calico"


def write_inventory(path: str | Path, resources: Iterable[Json], subscriptions: Sequence[str]) -> Path:
    """Write resources as an inventory (`.jsonl`), one at a time; everything counts as completely listed."""
    target = Path(path)
    unique = list(dict.fromkeys(subscriptions))
    header = {
        "schemaVersion": 1,
        "tool": "tests",
        "collectedAt": COLLECTED_AT,
        "subscriptions": unique,
        "complete": [{"resourceType": t, "scope": f"/subscriptions/{s}"} for s in unique for t in TYPES],
    }
    encode = msgspec.json.Encoder().encode
    written = 0
    with target.open("wb") as file:
        file.write(encode({"inventory": header}) + b"\n")
        for resource in resources:
            file.write(encode(resource) + b"\n")
            written += 1
        file.write(encode({"end": {"resources": written, "gaps": 0}}) + b"\n")
    return target


def subscription_id(number: int) -> str:
    """The id of the n-th test subscription, counted from 1."""
    return f"00000000-0000-0000-0000-{number:012d}"


def grow(
    *,
    clusters: int,
    pools: int = 3,
    nodes: int = 10,
    subscriptions: int = 1,
    max_pods: int = 30,
    models: Sequence[Model] = MIXED,
    seed: int = 0,
) -> Iterator[Json]:
    """Healthy clusters in any number, each in a VNet of its own, one cluster's resources in memory at a time.

    VNets are not peered and may repeat address space. A model that cannot be had in that size (kubenet beyond
    300 nodes) gives way to overlay. With a seed, models and node counts vary (at most `nodes` a pool).
    """
    chance = random.Random(seed)
    for number in range(clusters):
        model = chance.choice(models) if seed else models[number % len(models)]
        counts = [chance.randint(1, nodes) if seed else nodes for _ in range(pools)]
        if model == "kubenet" and sum(counts) > 300:
            model = "cni-overlay"
        estate = Estate(subscription_id(1 + number % subscriptions), resource_group=f"rg-network-{number}")
        ordered = [
            Pool(name=f"np{place}", count=count, max_pods=max_pods, mode="User" if place > 1 else "System")
            for place, count in enumerate(counts, start=1)
        ]
        _grown_cluster(estate, number, model, ordered)
        yield from estate.resources


def _grown_cluster(estate: Estate, number: int, model: Model, pools: list[Pool]) -> None:
    most = sum(pool.most_nodes for pool in pools)
    per_node = (pools[0].max_pods or 0) + 1
    node_need = most * (per_node if model == "cni-node-subnet" else 1)
    pod_need = 0
    if model == "cni-pod-subnet-dynamic":
        pod_need = most * 16 * ceil(0.5 + (per_node - 1) / 16)
    if model == "cni-pod-subnet-static":
        pod_need = most * 16 * ceil(per_node / 16) + 32
    node_bits = max(8, (node_need + 16).bit_length())
    pod_bits = (pod_need + 16).bit_length() if pod_need else 0
    vnet_bits = max(16, max(node_bits, pod_bits) + 1)
    places = 1 << (24 - vnet_bits)
    base = int(ipaddress.IPv4Address("10.0.0.0")) + (number % places << vnet_bits)
    plan = {"nodes": _cidr(base, node_bits)}
    if pod_bits:
        plan["pods"] = _cidr(base + (1 << vnet_bits - 1), pod_bits)
    vnet = estate.virtual_network(f"vnet-{number}", _cidr(base, vnet_bits), plan)
    estate.cluster(
        f"aks-{number}",
        model,
        subnet=subnet(vnet, "nodes"),
        pod_subnet=subnet(vnet, "pods") if pod_bits else None,
        pools=pools,
        service_cidr="172.16.0.0/16",
    )


def _cidr(base: int, bits: int) -> str:
    return f"{ipaddress.IPv4Address(base)}/{32 - bits}"


def _half(vnet: Json, remote: Json, changes: Mapping[str, Any]) -> Json:
    name = f"{vnet['name']}-to-{remote['name']}"
    space = {"addressPrefixes": list(remote["properties"]["addressSpace"]["addressPrefixes"])}
    half = {
        "name": name,
        "id": f"{vnet['id']}/virtualNetworkPeerings/{name}",
        "etag": vnet["etag"],
        "properties": {
            "provisioningState": "Succeeded",
            "peeringState": "Connected",
            "peeringSyncLevel": "FullyInSync",
            "remoteVirtualNetwork": {"id": remote["id"]},
            "allowVirtualNetworkAccess": True,
            "allowForwardedTraffic": True,
            "allowGatewayTransit": False,
            "useRemoteGateways": False,
            "doNotVerifyRemoteGateways": False,
            "peerCompleteVnets": True,
            "remoteAddressSpace": space,
            "remoteVirtualNetworkAddressSpace": {"addressPrefixes": list(space["addressPrefixes"])},
            **changes,
        },
        "type": "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
    }
    vnet["properties"]["virtualNetworkPeerings"].append(half)
    return half


def _ip_configuration(nic_id: str, number: int, subnet_id: str, etag: str) -> Json:
    name = f"ipconfig{number}"
    return {
        "name": name,
        "id": f"{nic_id}/ipConfigurations/{name}",
        "etag": etag,
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAddress": "",
            "privateIPAllocationMethod": "Dynamic",
            "subnet": {"id": subnet_id},
            "primary": number == 1,
            "privateIPAddressVersion": "IPv4",
        },
    }


def _nic_properties(name: str, configurations: list[Json], vm_id: str | None) -> Json:
    mac = f"{zlib.crc32(name.encode()):08X}"
    properties: Json = {
        "ipConfigurations": configurations,
        "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
        "macAddress": f"00-0D-{mac[:2]}-{mac[2:4]}-{mac[4:6]}-{mac[6:]}",
        "enableAcceleratedNetworking": vm_id is not None,
        "enableIPForwarding": False,
    }
    if vm_id is not None:
        properties |= {"primary": True, "virtualMachine": {"id": vm_id}}
    return properties


def _child(parent: Json, collection: str, name: str, properties: Json) -> Json:
    return {
        "name": name,
        "id": f"{parent['id']}/{collection}/{name}",
        "etag": parent["etag"],
        "type": f"{parent['type']}/{collection}",
        "properties": {"provisioningState": "Succeeded", **properties},
    }


def _rule_in(nsg: Json, collection: str, rule: Json) -> Json:
    return _child(nsg, collection, rule["name"], rule["properties"])


def _default_rules() -> Iterator[Json]:
    vnet, lb = "VirtualNetwork", "AzureLoadBalancer"
    yield security_rule("AllowVnetInBound", 65000, "Allow", source=vnet, destination=vnet)
    yield security_rule("AllowAzureLoadBalancerInBound", 65001, "Allow", source=lb)
    yield security_rule("DenyAllInBound", 65500, "Deny")
    yield security_rule("AllowVnetOutBound", 65000, "Allow", direction="Outbound", source=vnet, destination=vnet)
    yield security_rule("AllowInternetOutBound", 65001, "Allow", direction="Outbound", destination="Internet")
    yield security_rule("DenyAllOutBound", 65500, "Deny", direction="Outbound")


def _space(*vnets: Json) -> list[ipaddress.IPv4Network]:
    prefixes = (p for vnet in vnets for p in vnet["properties"]["addressSpace"]["addressPrefixes"])
    return [ipaddress.IPv4Network(prefix) for prefix in prefixes if ":" not in prefix]


def _clear_of(taken: list[ipaddress.IPv4Network], bases: Sequence[str], length: int) -> str:
    for base in bases:
        candidate = ipaddress.IPv4Network((base, length), strict=False)
        if not any(candidate.overlaps(other) for other in (*taken, *_RESERVED)):
            return str(candidate)
    raise ValueError(f"no /{length} of {', '.join(bases)} is clear of the VNets: name one")


def _free_prefix(vnet: Json, length: int) -> str:
    """The last free range of this length in a VNet's space."""
    taken = [
        ipaddress.IPv4Network(text)
        for entry in vnet["properties"]["subnets"]
        for text in [entry["properties"].get("addressPrefix"), *entry["properties"].get("addressPrefixes", ())]
        if text and ":" not in text
    ]
    size = 1 << (32 - length)
    for network in _space(vnet):
        for start in range(int(network.broadcast_address) + 1 - size, int(network.network_address) - 1, -size):
            candidate = ipaddress.IPv4Network((start, length))
            if not any(candidate.overlaps(other) for other in taken):
                return str(candidate)
    raise ValueError(f"{vnet['name']} has no room for a /{length}")


def _shouted(configuration: str) -> str:
    """An ipConfiguration's id as a subnet lists it: mostly in capitals, and which part depends on the kind."""
    head, _, tail = configuration.partition("/providers/")
    scope, _, group = head.rpartition("/")
    kind, _, rest = tail.partition("/")
    collection, *parts = rest.split("/")
    scope = f"{scope}/{group.upper()}"
    if collection == "virtualMachineScaleSets":
        owner = "/".join([kind, collection, *parts[:-2]]).upper()
        return f"{scope}/PROVIDERS/{owner}/{parts[-2]}/{parts[-1].upper()}"
    words = [part.upper() if place % 2 == 0 else part for place, part in enumerate(parts)]
    return "/".join([scope, "providers", kind, collection, *words])


def _id_of(reference: SubnetRef | None) -> str:
    if reference is None:
        raise ValueError("a subnet is needed")
    return reference if isinstance(reference, str) else str(reference["id"])


def _guid(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def _etag(text: str) -> str:
    return f'W/"{_guid(text)}"'


def _digits(text: str) -> str:
    return f"{zlib.crc32(text.encode()) % 90_000_000 + 10_000_000}"


def _squeezed(prefix: str) -> str:
    return prefix.replace(".", "").replace("/", "").replace(":", "")


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text.rjust(6, "0")
