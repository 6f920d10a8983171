"""A stand-in for Azure Resource Manager: an HTTPS server that answers as ARM does, and fails as ARM does.

with StandIn(estate.resources) as arm:
    arm.fault("*/routeTables", status=403)
    requests.get(f"{arm.base_url}/subscriptions?api-version=2022-12-01", verify=arm.ca_file, ...)
"""

from .behaviour import Recorded
from .envelopes import http_date
from .faults import Fault
from .quotas import Quotas
from .server import StandIn
from .store import Store

__all__ = ["Fault", "Quotas", "Recorded", "StandIn", "Store", "http_date"]
