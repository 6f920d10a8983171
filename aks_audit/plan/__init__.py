"""What if: would an operation fit, what would Azure answer, and what is the smallest change that makes it fit.

An operation is a change of the network. Its limits are those of `aks_audit.capacity`, before and after, so that what a
plan says is what an audit says once the network has been changed that way.
"""

from __future__ import annotations

from .answer import Blocker, Constraint, Fix, Plan, Refusal, Verdict
from .change import NewPool
from .create import plan_create
from .migrate import plan_migrate
from .operations import plan_add_pools, plan_outbound, plan_pool, plan_upgrade
from .render import render_json, render_text
from .size import Size, plan_size

__all__ = [
    "Blocker",
    "Constraint",
    "Fix",
    "NewPool",
    "Plan",
    "Refusal",
    "Size",
    "Verdict",
    "plan_add_pools",
    "plan_create",
    "plan_migrate",
    "plan_outbound",
    "plan_pool",
    "plan_size",
    "plan_upgrade",
    "render_json",
    "render_text",
]
