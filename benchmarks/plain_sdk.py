"""What people write first: the typed SDK, one subscription after the other, to learn which node holds which addresses.

It reads less than aks-audit does (clusters, networks, route tables and NICs) and judges nothing. Scale sets are taken
from what the subnets show, since their own client would be one more.
"""

from __future__ import annotations

import os
from typing import Any

from azure.identity import DefaultAzureCredential
from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.network import NetworkManagementClient

SCALE_SETS = "/virtualmachinescalesets/"


def main() -> None:
    """Print how many clusters, nodes and addresses there are."""
    endpoint = os.environ["AKS_AUDIT_ARM_ENDPOINT"]
    there: Any = {"base_url": endpoint, "credential_scopes": ["https://management.azure.com/.default"]}
    clusters = nodes = addresses = 0
    with DefaultAzureCredential() as credential:
        for subscription in os.environ["SUBSCRIPTIONS"].split():
            network = NetworkManagementClient(credential, subscription, **there)
            clusters += len(list(ContainerServiceClient(credential, subscription, **there).managed_clusters.list()))
            list(network.route_tables.list_all())
            list(network.network_interfaces.list_all())
            scale_sets = set()
            for vnet in network.virtual_networks.list_all():
                for subnet in vnet.subnets or ():
                    for held in subnet.ip_configurations or ():
                        if held.id and SCALE_SETS in held.id.lower():
                            parts = held.id.lower().split("/")
                            scale_sets.add((parts[4], parts[8]))
            for group, name in sorted(scale_sets):
                for nic in network.network_interfaces.list_virtual_machine_scale_set_network_interfaces(group, name):
                    nodes += 1
                    addresses += sum(1 for one in nic.ip_configurations or () if one.private_ip_address)
    print(f"{clusters} clusters, {nodes} nodes, {addresses} addresses")


if __name__ == "__main__":
    main()
