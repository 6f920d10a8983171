"""A search with atheris: `python -m tests.fuzz TARGET [SECONDS]`, or `all` to give each target its share.

What breaks a target is kept under .fuzz/found/TARGET, one input for each place in the code, and the search goes on;
.fuzz/runs.jsonl has a line a run with its seconds and executions. Exit code 1: something was found.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import time
import traceback
from pathlib import Path
from random import Random
from typing import Final

ROOT: Final = Path(__file__).parents[2]
WORK: Final = ROOT / ".fuzz"
TIMEOUT_SECONDS: Final = 60
"""By the clock, on a machine that may be busy with other things."""
MEMORY_MB: Final = 2048
LONGEST: Final = 1 << 17
_EXECUTED: Final = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_CHILD: Final = "AKS_AUDIT_FUZZ_CHILD"


def main(arguments: list[str]) -> int:
    from .targets import TARGETS

    name, seconds = arguments[0], int(arguments[1]) if len(arguments) > 1 else 60
    names = list(TARGETS) if name == "all" else [name]
    found = [path for each in names for path in search(each, seconds // len(names))]
    for path in found:
        sys.stdout.write(f"found: {path.relative_to(ROOT)}\n")
    return 1 if found else 0


def search(name: str, seconds: int) -> list[Path]:
    """Search one target for some seconds; gives the inputs that broke it."""
    from .targets import TARGETS

    corpus, found = WORK / "corpus" / name, WORK / "found" / name
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in TARGETS[name].seeds():
        (corpus / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    _write_dictionary(WORK / "dictionary")
    before, end = set(found.iterdir()), time.monotonic() + seconds
    while (left := round(end - time.monotonic())) > 0:
        _child(name, left, corpus, found)  # comes back early where an input took too long or too much
    return sorted(set(found.iterdir()) - before)


def _child(name: str, seconds: int, corpus: Path, found: Path) -> None:
    options = {
        "max_total_time": seconds,
        "timeout": TIMEOUT_SECONDS,
        "rss_limit_mb": MEMORY_MB,
        "max_len": LONGEST,
        "dict": WORK / "dictionary",
        "artifact_prefix": f"{found}/",
        "report_slow_units": TIMEOUT_SECONDS,
        "print_final_stats": 1,
        "verbosity": 0,
    }
    command = [sys.executable, "-m", "tests.fuzz", name, *(f"-{key}={value}" for key, value in options.items())]
    started, used = time.monotonic(), _cpu_seconds()
    done = subprocess.run(
        [*command, str(corpus)], cwd=ROOT, env={**os.environ, _CHILD: "1"}, capture_output=True, text=True, check=False
    )
    counted = _EXECUTED.search(done.stderr)
    line = {
        "target": name,
        "seconds": round(time.monotonic() - started),
        "cpuSeconds": round(_cpu_seconds() - used),
        "executions": int(counted[1]) if counted else 0,
        "exit": done.returncode,
    }
    with (WORK / "runs.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")
    sys.stdout.write(f"{line}\n{done.stdout[-4000:]}")
    if not counted:
        sys.stdout.write(done.stderr[-2000:])
        raise SystemExit(2)


def _cpu_seconds() -> float:
    """What the children took so far: on a machine that is shared, less than the clock says."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _write_dictionary(path: Path) -> None:
    from .seeds import words

    lines = ['"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"' for word in words()]
    path.write_text("\n".join(lines) + "\n")


def fuzz(name: str, options: list[str]) -> None:
    """The search itself, in a process of its own."""
    import atheris

    with atheris.instrument_imports(include=["aks_audit"], enable_loader_override=False):
        from . import seeds
        from .mutate import mutated_json
        from .targets import TARGETS
    target, words, found = TARGETS[name], seeds.words(), WORK / "found" / name
    seen: set[str] = set()

    def one(data: bytes) -> None:
        try:
            target.run(data)
        except Exception as error:
            place = "".join(traceback.format_tb(error.__traceback__)[-1:]).splitlines()[0] + type(error).__name__
            if place not in seen:
                seen.add(place)
                (found / hashlib.sha1(place.encode(), usedforsecurity=False).hexdigest()[:12]).write_bytes(data)
                sys.stdout.write("".join(traceback.format_exception(error)[-8:]) + "\n")
                sys.stdout.flush()

    def mutator(data: bytes, most: int, seed: int) -> bytes:
        chance = Random(seed)
        changed = mutated_json(data, chance, words) if target.is_json and chance.random() < 0.7 else None
        if changed is None or len(changed) > most:
            turned: bytes = atheris.Mutate(data, most)
            return turned
        return changed

    target.run(target.seeds()[0])  # what is made once is made before the clock starts
    atheris.Setup([sys.argv[0], *options], one, custom_mutator=mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    if os.environ.get(_CHILD):
        fuzz(sys.argv[1], sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1:]))
