"""Lays down a rule and its test: `python -m tests.new_rule addressing/pod-cidr-too-small`."""

from __future__ import annotations

import sys
from pathlib import Path
from string import Template

ROOT = Path(__file__).parent.parent

_RULE = Template('''\
from __future__ import annotations

from collections.abc import Iterator

from ...findings import Evidence, Finding, Severity, Unknown, rule, unknown
from ...model import Network


@rule(
    title="TODO: the trouble in a few words",
    severity=Severity.MEDIUM,
    source="https://learn.microsoft.com/azure/aks/",
    covers=(),
    disrupts="TODO: what the fix costs the running cluster, or nothing",
)
def $function(network: Network) -> Iterator[Finding | Unknown]:
    """
    ## What it finds
    TODO: which resource, in which state, and at which severity; eight words at least.

    ## Why it matters
    TODO: the error code that Azure answers with, or the outage.

    ## How to fix it
    TODO: one short paragraph of prose, which the reports quote; then the same in three languages.

    ```azurecli
    az aks nodepool add -g RG --cluster-name CLUSTER -n POOL
    ```

    ```bicep
    resource np1 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
      parent: cluster
      name: 'np1'
    }
    ```

    ```terraform
    resource "azurerm_kubernetes_cluster_node_pool" "np1" {
      kubernetes_cluster_id = azurerm_kubernetes_cluster.aks1.id
    }
    ```
    """
    for cluster in network.clusters:
        if cluster.gap:
            yield unknown(cluster.id, cluster.gap)
        elif not cluster.node_pools:
            seen = Evidence(cluster.id, "properties.agentPoolProfiles", ())
            yield Finding(cluster.id, f"{cluster.name} has no pools", (seen,), cluster_id=cluster.id)
''')

_TEST = Template("""\
from aks_audit.rules.$family.$function import $function
from tests.estate import Estate
from tests.networks import messages, network_of, unknowns


def test_is_quiet_on_a_healthy_network() -> None:
    estate = Estate()
    estate.cluster("aks1", "kubenet")
    assert messages($function, network_of(estate)) == []


def test_finds_the_trouble() -> None:
    estate = Estate()
    estate.cluster("aks1", "kubenet")["properties"]["agentPoolProfiles"] = []
    assert messages($function, network_of(estate)) == ["aks1 has no pools"]


def test_cannot_tell_where_a_value_does_not_parse() -> None:
    estate = Estate()
    estate.cluster("aks1", "kubenet")["properties"]["networkProfile"]["serviceCidr"] = "10.0.0.0/99"
    assert [u.gap.code for u in unknowns($function, network_of(estate))] == ["InvalidValue"]
""")


def main(name: str) -> None:
    family, _, rule = name.partition("/")
    function = rule.replace("-", "_")
    if not function.isidentifier() or not family.isidentifier():
        sys.exit(f"{name!r} is no rule name; write FAMILY/what-is-wrong")
    names = {"family": family, "function": function}
    for folder, file, template in (
        (ROOT / "aks_audit" / "rules" / family, f"{function}.py", _RULE),
        (ROOT / "tests" / "rules" / family, f"test_{function}.py", _TEST),
    ):
        folder.mkdir(exist_ok=True)
        init = folder / "__init__.py"
        if not init.exists():
            init.touch()
        target = folder / file
        if target.exists():
            sys.exit(f"{target.relative_to(ROOT)} is there already")
        target.write_text(template.substitute(names), encoding="utf-8")
        sys.stdout.write(f"{target.relative_to(ROOT)}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("say which: FAMILY/what-is-wrong")
    main(sys.argv[1])
