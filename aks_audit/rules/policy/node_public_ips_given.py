from __future__ import annotations

from collections.abc import Iterator

from ...findings import Evidence, Finding, Severity, Unknown, rule
from ...model import Network
from .pools import clusters_with_pools, finding_on, names, path_of


@rule(
    title="Nodes have public addresses (Prowler created_with_private_nodes)",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/use-node-public-ips",
    disrupts="workloads move to a new pool",
    profile="policy",
    peer="Prowler aks_clusters_created_with_private_nodes",
)
def node_public_ips_given(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    Pools with `enableNodePublicIP`. Others demand the same: Checkov's CKV_AZURE_143, Steampipe's
    kubernetes_cluster_node_restrict_public_access, half of Prowler's aks_clusters_public_access_disabled, what
    Kubescape's C-0248 is named after, 06.05.02 of the review checklists, and of every NIC CKV_AZURE_119 and Trivy's
    AZU-0076.

    Other than Checkov it looks at every pool and not at the default one alone; other than Prowler's second check a
    cluster doesn't pass because its last pool is private. Static egress gateway pools, whose addresses are their
    purpose, have theirs by a prefix and are not asked.

    ## Why it matters
    Each node can be addressed from the internet, and only security groups stand before it. The nodes leave by as many
    addresses as there are nodes, so nobody can allow them elsewhere.

    ## How to fix it
    Make a pool without public addresses, move the workloads, and delete the old one. Let the nodes leave by a NAT
    gateway, a load balancer or a firewall.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n np2
    az aks nodepool delete -g RG --cluster-name CLUSTER -n OLD
    ```

    ```bicep
    properties: {
      enableNodePublicIP: false
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np2" {
      kubernetes_cluster_id  = azurerm_kubernetes_cluster.aks1.id
      node_public_ip_enabled = false
    }
    ```
    """
    for cluster in clusters_with_pools(network):
        if isinstance(cluster, Unknown):
            yield cluster
            continue
        public = [pool for pool in cluster.node_pools if pool.has_node_public_ips and not pool.is_gateway]
        if public:
            said = ["nodes unknown" if pool.count is None else f"{pool.count} nodes" for pool in public]
            yield finding_on(
                cluster,
                f"{cluster.name}: each node has a public address in {names(public, said)}",
                public,
                tuple(Evidence(cluster.id, path_of(pool, "enableNodePublicIP"), True) for pool in public),
            )
