from __future__ import annotations

from collections.abc import Iterator

from ...analysis.retirements import APPLICATION_ROUTING_NGINX
from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import ManagedCluster, Network

_PATH = "properties.ingressProfile.webAppRouting.enabled"


@rule(
    title="The managed NGINX of application routing retires on 2026-11-30",
    severity=Severity.MEDIUM,
    source=APPLICATION_ROUTING_NGINX.source,
    covers=("LIF-11",),
    disrupts="connections are reset",
)
def application_routing_nginx_retirement(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    A cluster with the application routing add-on and its managed NGINX: medium in the last year, high after November
    2026 (the page names the month; its last day counts). Not where `defaultIngressControllerType` is `None`; whether
    NginxIngressController objects stand in such a cluster ARM doesn't show.

    ## Why it matters
    The upstream project ended in March 2026; Azure fixes critical holes in its build until November and nothing later.
    An ingress controller takes traffic from the internet, so an open hole in it is open to everybody.

    ## How to fix it
    Move to the Gateway API of the same add-on; both run side by side, and DNS makes the switch.

    ```azurecli
    az aks approuting update --resource-group RG --name CLUSTER --nginx None
    ```

    ```bicep
    ingressProfile: {
      webAppRouting: {
        enabled: true
        nginx: { defaultIngressControllerType: 'None' }
      }
    }
    ```

    ```terraform
    web_app_routing {
      dns_zone_ids             = []
      default_nginx_controller = "None"
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif cluster.uses_web_app_routing and cluster.web_app_routing_nginx.lower() != "none":
            yield _finding(network, cluster)


def _finding(network: Network, cluster: ManagedCluster) -> Finding:
    day = network.as_of
    return Finding(
        cluster.id,
        f"{cluster.name} uses {APPLICATION_ROUTING_NGINX.feature}, which {APPLICATION_ROUTING_NGINX.when(day)}",
        (Evidence(cluster.id, _PATH, True),),
        cluster_id=cluster.id,
        arithmetic=APPLICATION_ROUTING_NGINX.sum_on(day),
        severity=APPLICATION_ROUTING_NGINX.severity_on(day, network.settings.thresholds.retirement_days_high),
    )
