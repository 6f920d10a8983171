"""What the libraries' errors come to: codes for Gaps, and words for people."""

from __future__ import annotations

from azure.core.exceptions import AzureError

from .answers import TIMEOUT, NoAnswer, NotInCassette
from .deadline import OutOfTime


def no_answer(error: AzureError) -> NoAnswer:
    """What becomes of an error in the pipeline."""
    inner: BaseException | None = error.inner_exception
    if isinstance(inner, NotInCassette):
        return NoAnswer("NotInCassette", "the cassette has no answer to this")
    return NoAnswer(code_of(error), first_line(_reason(error)))


def code_of(error: AzureError) -> str:
    """The code of a Gap for what a library says went wrong: its own name for it."""
    return TIMEOUT if isinstance(error, OutOfTime) else type(error.inner_exception or error).__name__


def _reason(error: AzureError) -> BaseException:
    """What is at the bottom of an error that libraries wrapped in one another, such as "Connection refused"."""
    reason: BaseException = error
    for _ in range(5):
        within = (getattr(reason, "reason", None), getattr(reason, "inner_exception", None), *reason.args)
        reason = next((inner for inner in within if isinstance(inner, Exception)), reason)
    return reason if str(reason).strip() else error


def first_line(error: BaseException) -> str:
    """What an error says, fit for a message."""
    line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return line if len(line) <= 200 else line[:197] + "..."
