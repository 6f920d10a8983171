"""Trying again: when, how often, and how long to wait before."""

from __future__ import annotations

from typing import Any, Final

from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import RetryPolicy

from .deadline import Deadline
from .patience import Patience
from .retry_after import retry_after

MAX_RETRY_AFTER_SECONDS: Final = 60.0
"""A longer Retry-After is not obeyed but cut: the run names a Gap sooner than it hangs."""
MAX_BACKOFF_SECONDS: Final = 30.0


class BoundedRetryPolicy(RetryPolicy[Any, Any]):
    """azure-core's retries, with a bound on what Retry-After may ask, and a pause before the first retry too."""

    def __init__(self, patience: Patience, deadline: Deadline) -> None:
        super().__init__(
            retry_total=patience.retries,
            retry_backoff_factor=patience.backoff_seconds,
            retry_backoff_max=MAX_BACKOFF_SECONDS,
        )
        self._method_whitelist = frozenset({"GET", "POST"})  # the guard lets no POST out that is no query
        self._deadline = deadline

    def get_retry_after(self, response: PipelineResponse[Any, Any]) -> float | None:
        asked = retry_after(response.http_response.headers)
        return None if asked is None else min(asked, MAX_RETRY_AFTER_SECONDS)

    def get_backoff_time(self, settings: dict[str, Any]) -> float:
        retries = len(settings["history"])
        wanted: float = settings["backoff"] * 2 ** (retries - 1)
        return min(float(settings["max_backoff"]), wanted)

    def sleep(self, settings: Any, _transport: Any, response: PipelineResponse[Any, Any] | None = None) -> None:
        """Wait as long as was asked for, or ever longer.

        Raises:
            OutOfTime: the run ends before.
        """
        asked = self.get_retry_after(response) if response else None
        seconds = asked or self.get_backoff_time(settings)
        if seconds > 0:
            self._deadline.sleep(seconds)

    def increment(self, settings: dict[str, Any], response: Any = None, error: Exception | None = None) -> bool:
        """Whether to try again: not after an error that says of itself that it is final."""
        if isinstance(error, AzureError) and getattr(error, "is_final", False):
            return False
        return super().increment(settings, response, error)
