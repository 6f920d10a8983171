from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from ...analysis.kubernetes_support import CHECKED, NEWEST, OLDEST, SOURCE, VERSIONS, minor_of
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...inventory.records import Gap
from ...inventory.types import MANAGED_CLUSTERS
from ...model import ManagedCluster, Network

SOON_DAYS: Final = 60
"""So many days before support ends it is told, at low severity. Our own choice."""


@rule(
    title="The Kubernetes version is out of support, or soon will be",
    severity=Severity.MEDIUM,
    source=SOURCE,
    covers=("LIF-06",),
    disrupts="nodes are recreated",
)
def kubernetes_version_unsupported(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster whose version has left support: medium, high once long-term support has ended for it too; low in the last
    60 days. With the long-term support plan in the Premium tier the long-term day counts alone. The page names months;
    the last day of the month counts. Versions newer or older than the table are judged where its dates are enough.

    ## Why it matters
    Out of support there are no fixes for the CNI, kube-proxy or CoreDNS, Azure answers no tickets about them, and AKS
    may upgrade the cluster by itself, at a time when the subnet has no room for the surge.

    ## How to fix it
    Upgrade minor by minor, after `aks-audit plan --cluster CLUSTER --upgrade` has said that it fits; or take the
    long-term plan.

    ```azurecli
    az aks get-upgrades --resource-group RG --name CLUSTER --output table
    az aks upgrade --resource-group RG --name CLUSTER --kubernetes-version VERSION
    az aks update --resource-group RG --name CLUSTER --tier premium --k8s-support-plan AKSLongTermSupport
    ```

    ```bicep
    resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
      sku: { name: 'Base', tier: 'Premium' }
      properties: { kubernetesVersion: '1.35', supportPlan: 'AKSLongTermSupport' }
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster" "aks" {
      kubernetes_version = "1.35"
      sku_tier           = "Premium"
      support_plan       = "AKSLongTermSupport"
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        else:
            yield from _judge(cluster, network.as_of)


def _judge(cluster: ManagedCluster, day: date) -> Iterator[Finding | Unknown]:
    version = minor_of(cluster.kubernetes_version)
    if version is None:
        yield _unsaid(cluster, "neither currentKubernetesVersion nor kubernetesVersion is given")
    elif version > NEWEST:
        if day > VERSIONS[NEWEST].community:
            yield _unsaid(cluster, f"Kubernetes {_text(version)} is newer than the table of {CHECKED}")
    elif version < OLDEST:
        if day > VERSIONS[OLDEST].community:
            yield _finding(cluster, day, None)
        else:
            yield _unsaid(cluster, f"Kubernetes {_text(version)} is older than the table of {CHECKED}")
    else:
        support, long_term = VERSIONS[version], _has_long_term(cluster)
        ends = support.long_term if long_term else support.community
        if (ends - day).days <= SOON_DAYS:
            yield _finding(cluster, day, ends, past_everything=day > support.long_term)


def _has_long_term(cluster: ManagedCluster) -> bool:
    return cluster.support_plan.lower() == "akslongtermsupport" and cluster.sku_tier.lower() == "premium"


def _finding(cluster: ManagedCluster, day: date, ends: date | None, *, past_everything: bool = True) -> Finding:
    left = (ends - day).days if ends else None
    plan = "long-term support" if _has_long_term(cluster) else "support"
    if ends is None:
        when, severity = f"has long been out of {plan}", Severity.HIGH
    elif day > ends:
        when = f"is out of {plan} since {ends}"
        severity = Severity.HIGH if past_everything else Severity.MEDIUM
    else:
        when, severity = f"leaves {plan} after {ends}, in {left} days", Severity.LOW
    return Finding(
        cluster.id,
        f"{cluster.name}: Kubernetes {cluster.kubernetes_version} {when}",
        (
            Evidence(cluster.id, "properties.currentKubernetesVersion", cluster.kubernetes_version),
            Evidence(cluster.id, "properties.supportPlan", cluster.support_plan or None),
            Evidence(cluster.id, "sku.tier", cluster.sku_tier or None),
        ),
        cluster_id=cluster.id,
        arithmetic=f"{ends} - {day} = {left} days" if ends else None,
        severity=severity,
    )


def _unsaid(cluster: ManagedCluster, message: str) -> Unknown:
    return unknown(cluster.id, Gap(MANAGED_CLUSTERS, cluster.id.text, None, "NotCollected", message))


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
