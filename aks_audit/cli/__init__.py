"""The command line: options in, one library call, text and exit code out. One module a command."""

from __future__ import annotations

import os
import sys

from ..errors import AksAuditError

CANNOT = 2
"""Exit code: the run could not be done."""
INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command line; returns the exit code.

    What goes wrong comes out as one line on standard error, never as a traceback, unless AKS_AUDIT_TRACEBACK is set.
    """
    from .app import command

    try:
        result = command().main(args=arguments, prog_name="aks-audit", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except AksAuditError as error:
        return _say(str(error))
    except KeyboardInterrupt:
        print("aks-audit: interrupted", file=sys.stderr)  # noqa: T201
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 (so that nothing is flushed into the pipe at exit)
        return 0
    except Exception as error:
        if type(error).__name__ == "Abort":
            return INTERRUPTED
        if hasattr(error, "format_message"):  # click's usage errors, wherever typer keeps its click
            return _say(f"{_one_line(error.format_message())}; 'aks-audit --help' shows what there is")
        if os.environ.get("AKS_AUDIT_TRACEBACK"):
            raise
        return _say(
            f"a fault in aks-audit itself: {type(error).__name__}: {_one_line(str(error))};"
            " please report it, with AKS_AUDIT_TRACEBACK=1 set for the details"
        )


def _say(message: str) -> int:
    print(f"aks-audit: {_one_line(message)}", file=sys.stderr)  # noqa: T201
    return CANNOT


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else "?" for c in line)
