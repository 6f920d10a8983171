from __future__ import annotations

from collections.abc import Iterator

from ...findings import Evidence, Finding, Severity, Unknown, rule
from ...model import Network, NodePool
from .pools import clusters_with_pools, finding_on, names, path_of


@rule(
    title="A pool is not autoscaled (PSRule AZR-000019)",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/cluster-autoscaler",
    disrupts="nothing",
    profile="policy",
    peer="PSRule Azure.AKS.AutoScaling (AZR-000019)",
)
def pool_without_autoscaler(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A pool without the cluster autoscaler. APRL's 902c82ff-4910-4b61-942d-0d6ef7f39b67 demands the same.

    Other than APRL it looks at every pool and not at the first alone. It asks nothing of gateway pools, whose size is
    tied to their public IP prefix, of pools of type `VirtualMachines`, which scale by a profile of their own, nor of
    clusters with node auto-provisioning, which replaces the autoscaler.

    ## Why it matters
    A pool of fixed size doesn't follow its load: pods stay `Pending`, or nodes idle. For the address plan a maximum
    that is written down is what the subnet must hold; without one, the next manual scale-out comes unannounced.

    ## How to fix it
    Switch the autoscaler on with a maximum that the subnet and the outbound ports bear; `aks-audit plan --cluster
    CLUSTER --pool POOL --max-count 10` answers that beforehand.

    ```azurecli
    az aks nodepool update -g RG --cluster-name CLUSTER -n POOL \\
      --enable-cluster-autoscaler --min-count 3 --max-count 10
    ```

    ```bicep
    properties: {
      enableAutoScaling: true
      minCount: 3
      maxCount: 10
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np1" {
      auto_scaling_enabled = true
      min_count            = 3
      max_count            = 10
    }
    ```
    """
    for cluster in clusters_with_pools(network):
        if isinstance(cluster, Unknown):
            yield cluster
        elif not cluster.node_auto_provisioning:
            fixed = [pool for pool in cluster.node_pools if not pool.autoscaled and _can_autoscale(pool)]
            if fixed:
                said = ["size unknown" if pool.count is None else f"fixed at {pool.count}" for pool in fixed]
                yield finding_on(
                    cluster,
                    f"{cluster.name}: no autoscaler in {names(fixed, said)}",
                    fixed,
                    tuple(Evidence(cluster.id, path_of(pool, "enableAutoScaling"), False) for pool in fixed),
                )


def _can_autoscale(pool: NodePool) -> bool:
    return not pool.is_gateway and pool.type.lower() != "virtualmachines"
