"""`python -m benchmarks [NAME ...]`: measure, print each ratio with its budget; exit 1 where a budget does not hold."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import Final

from . import measure
from .line import Line
from .machine import machine

NAMES: Final = ("startup", "nic-page", "clusters", "fleet", "live", "quotas", "peers")


def main() -> int:
    """Run the named benchmarks, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all without one")
    wanted = parser.parse_args().names or NAMES
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}")
    measure.compile_bytecode()
    print(machine())
    broken = 0
    for name in wanted:
        module = import_module(f"benchmarks.{name.replace('-', '_')}")
        print(f"\n{name}: {module.TITLE}", flush=True)
        for line in module.run():
            broken += line.holds is False
            print(_text(line), flush=True)
    return 1 if broken else 0


def _text(line: Line) -> str:
    verdict = {None: "", True: "holds", False: "DOES NOT HOLD"}[line.holds]
    return f"  {line.what:<68} {line.measured:>14}  {line.budget:<14} {verdict}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
