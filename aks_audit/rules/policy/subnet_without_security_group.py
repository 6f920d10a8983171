from __future__ import annotations

from collections.abc import Iterator

from ...analysis.cluster_networks import made_by_aks
from ...analysis.nodes import pools_gap
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.resource_id import ResourceId
from ...model import ManagedCluster, Network, NotCollected, Subnet


@rule(
    title="A pod or API server subnet has no security group (PSRule AZR-000263)",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/concepts-network",
    disrupts="nothing",
    profile="policy",
    peer="PSRule Azure.VNET.UseNSGs (AZR-000263)",
)
def subnet_without_security_group(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pod or API server subnet of a cluster without a security group on it. Others demand the same of every subnet:
    Prowler's network_subnet_nsg_associated, Checkov's CKV2_AZURE_31, and APRL's f0bf9ae6, which is switched off.

    Other than they, it looks at the subnets of clusters alone and says who is in them. Subnets of a network that AKS
    made are left out. Node subnets are left to node-subnet-without-security-group of the default profile: AKS guards
    each node's NIC with a group of its own, so that one is info; `[severity]` of the configuration raises it.

    ## Why it matters
    What AKS's own group doesn't guard is open to the whole virtual network and its peers: the API server's load
    balancer, and whatever else stands in those subnets.

    ## How to fix it
    Attach a group with the rules that AKS needs: nodes and pods among themselves, the API server's ports 443 and 4443,
    and the tag AzureLoadBalancer. Rules that are too tight break the cluster; the family nsg checks them.

    ```azurecli
    az network vnet subnet update -g RG --vnet-name VNET -n SUBNET --network-security-group NSG
    ```

    ```bicep
    properties: {
      addressPrefix: '10.1.0.0/24'
      networkSecurityGroup: { id: nsg.id }
    }
    ```

    ```terraform
    resource "azurerm_subnet_network_security_group_association" "pods" {
      subnet_id                 = azurerm_subnet.pods.id
      network_security_group_id = azurerm_network_security_group.pods.id
    }
    ```
    """
    users: dict[ResourceId, dict[ResourceId, str]] = {}
    for cluster in network.clusters:
        gap = cluster.gap or pools_gap(cluster)
        if gap:
            yield unknown(cluster.id, gap)
        for subnet_id, role in _subnets(cluster):
            if not (subnet_id.parent and made_by_aks(cluster, subnet_id.parent)):
                users.setdefault(subnet_id, {}).setdefault(cluster.id, f"{role} of {cluster.name}")
    for subnet_id, clusters in sorted(users.items()):
        match network.subnet(subnet_id):
            case NotCollected() as refused:
                yield unknown(subnet_id, refused)
            case Subnet(gap=Gap() as gap):
                yield unknown(subnet_id, gap)
            case Subnet(network_security_group_id=None):
                yield Finding(
                    subnet_id,
                    f"{subnet_id.name} has no security group; in it: {', '.join(clusters.values())}",
                    (Evidence(subnet_id, "properties.networkSecurityGroup", None),),
                    cluster_id=next(iter(clusters)) if len(clusters) == 1 else None,
                    affected=tuple(clusters),
                )


def _subnets(cluster: ManagedCluster) -> Iterator[tuple[ResourceId, str]]:
    """The subnets that a cluster names besides its nodes', with what is in them."""
    yield from ((pool.pod_subnet_id, "pods") for pool in cluster.node_pools if pool.pod_subnet_id)
    if cluster.api_server_subnet_id:
        yield cluster.api_server_subnet_id, "the API server"
