"""What `nic_page` compares, one step a process: prints the processor seconds of the step, without imports and file."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def audit_page(folder: Path) -> float:
    """From the page's bytes to a report."""
    from aks_audit.audit import audit
    from aks_audit.collectors.pages import read_page
    from aks_audit.inventory.read import read_inventory
    from aks_audit.inventory.records import Source
    from aks_audit.inventory.split import split
    from aks_audit.inventory.stream import Unique
    from aks_audit.model import NetworkBuilder
    from aks_audit.rules import catalogue

    rules = catalogue()
    builder = NetworkBuilder()
    header = read_inventory(str(folder / "rest.jsonl"), builder)
    body = (folder / "page.json").read_bytes()
    begun = time.process_time()
    sink = Unique(builder)
    elements, _ = read_page(body)
    for element in elements:
        for record in split(element, "the page"):
            sink.add(record)
    report = audit(builder.build(Source("inventory", header)), rules)
    taken = time.process_time() - begun
    addresses = sum(len(node.node.nic.ip_configurations) for node in report.clusters[0].nodes)
    if addresses % 250 or not addresses:
        raise RuntimeError(f"{addresses} addresses were read")
    return taken


def json_loads(folder: Path) -> float:
    """The same bytes into Python's dicts and lists."""
    body = (folder / "page.json").read_bytes()
    begun = time.process_time()
    json.loads(body)
    return time.process_time() - begun


def typed_models(folder: Path) -> float:
    """The same bytes into azure-mgmt-network's models, as its paging does, each address looked at once."""
    from azure.mgmt.network._utils.model_base import _deserialize
    from azure.mgmt.network.models import NetworkInterface

    body = (folder / "page.json").read_bytes()
    begun = time.process_time()
    nics = _deserialize(list[NetworkInterface], json.loads(body)["value"])
    addresses = sum(1 for nic in nics for one in nic.ip_configurations if one.private_ip_address)
    taken = time.process_time() - begun
    if addresses % 250 or not addresses:
        raise RuntimeError(f"{addresses} addresses were read")
    return taken


if __name__ == "__main__":
    step = {"audit_page": audit_page, "json_loads": json_loads, "typed_models": typed_models}[sys.argv[1]]
    print(step(Path(sys.argv[2])))
