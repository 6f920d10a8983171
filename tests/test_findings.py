from __future__ import annotations

from collections.abc import Iterator

from aks_audit.findings import Finding, Severity, Unknown, rule
from aks_audit.model import Network


@rule(title="The widget is loose", severity=Severity.LOW, source="https://github.com/Azure/AKS")
def widget_loose(network: Network) -> Iterator[Finding | Unknown]:
    r"""
    ## What it finds
    A widget.

    ## Why it matters
    It falls.

    ## How to fix it
    Fasten it, and look
    again afterwards.

    ```azurecli
    # once a day
    az aks update -g RG -n CLUSTER \
      --fasten widget
    az aks show -g RG -n CLUSTER
    ```
    """
    yield from ()


def test_the_remediation_is_the_prose_before_the_first_block() -> None:
    assert widget_loose.remediation == "Fasten it, and look again afterwards."


def test_the_first_command_skips_comments_and_joins_its_lines() -> None:
    assert widget_loose.first_command == "az aks update -g RG -n CLUSTER --fasten widget"
