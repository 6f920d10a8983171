"""Trying again: when, how often, and how long to wait before."""

from __future__ import annotations

from typing import Any, Final

from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import RetryPolicy

MAX_RETRY_AFTER_SECONDS: Final = 60.0
"""A longer Retry-After is not obeyed but cut: the run names a Gap sooner than it hangs."""


class BoundedRetryPolicy(RetryPolicy[Any, Any]):
    """azure-core's retries, with a bound on what Retry-After may ask, and a pause before the first retry too."""

    def get_retry_after(self, response: PipelineResponse[Any, Any]) -> float | None:
        asked = super().get_retry_after(response)
        return None if asked is None else min(max(asked, 0.0), MAX_RETRY_AFTER_SECONDS)

    def get_backoff_time(self, settings: dict[str, Any]) -> float:
        retries = len(settings["history"])
        wanted: float = settings["backoff"] * 2 ** (retries - 1)
        return min(float(settings["max_backoff"]), wanted)
