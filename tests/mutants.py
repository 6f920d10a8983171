"""Mutation run: `python -m tests.mutants [FAMILY ...]` changes rules/ and analysis/ a little, thousands of times.

Each change is one that a test has to notice. mutmut makes the changes and runs, for each, the tests that reach the
changed function. It leaves decorated functions alone, and every rule is one, so the copy it works on has
`@rule(...) def check` written as `check = rule(...)(check)`.

What it prints: how many were killed of how many, and the survivors by module. `mutmut show NAME`, run in the folder
named at the end, shows one.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
COPY: Final = ROOT / ".mutants"
MUTATED: Final = ("aks_audit/rules", "aks_audit/analysis")
TESTS: Final = (
    "tests/rules",
    "tests/analysis",
    "tests/incidents",
    "tests/test_incidents.py",
    "tests/test_catalogue.py",
    "tests/test_peer_mistakes.py",
    "tests/test_worked_examples.py",
    "tests/test_unlisted_pools.py",
    "tests/test_special_topologies.py",
)
KILLED: Final = ("killed", "timeout", "segfault", "suspicious")


def main(families: list[str]) -> int:
    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(ROOT, COPY, ignore=shutil.ignore_patterns(".*", "__pycache__", "docs"))
    for folder in MUTATED:
        for file in (COPY / folder).rglob("*.py"):
            file.write_text(without_decorators(file.read_text("utf-8")), "utf-8")
    only = [f"{folder}/*" for folder in (_folder(family) for family in families)] or [f"{f}/*" for f in MUTATED]
    _configure(only)
    mutmut = [sys.executable, "-m", "mutmut"]
    subprocess.run([*mutmut, "run"], cwd=COPY, check=True)
    subprocess.run([*mutmut, "export-cicd-stats"], cwd=COPY, check=True)
    counts = json.loads((COPY / "mutants" / "mutmut-cicd-stats.json").read_text("utf-8"))
    survivors = subprocess.run([*mutmut, "results"], cwd=COPY, check=True, capture_output=True, text=True).stdout
    by_module = Counter(line.strip().rpartition(".x")[0] for line in survivors.splitlines() if ".x" in line)
    for module, number in by_module.most_common():
        print(f"{number:5}  {module}")  # noqa: T201
    killed = sum(counts[name] for name in KILLED)
    print(f"{killed} of {counts['total']} mutants killed: {killed * 100 / max(1, counts['total']):.1f} %; in {COPY}")  # noqa: T201
    return 0


def without_decorators(source: str) -> str:
    """The same module, its decorated functions written as plain ones that are decorated afterwards.

    >>> print(without_decorators("@a\\n@b(1)\\ndef f():\\n    pass\\n"), end="")
    def f():
        pass
    <BLANKLINE>
    <BLANKLINE>
    f = a(b(1)(f))
    """
    lines = source.splitlines()
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    for node in reversed(functions):
        call = node.name
        for decorator in reversed(node.decorator_list):
            call = f"{ast.unparse(decorator)}({call})"
        lines[node.end_lineno : node.end_lineno] = ["", "", f"{node.name} = {call}"]
        del lines[node.decorator_list[0].lineno - 1 : node.lineno - 1]
    return "\n".join(lines) + "\n"


def _folder(family: str) -> str:
    return family if family.startswith("aks_audit/") else f"aks_audit/rules/{family}"


def _configure(only: list[str]) -> None:
    tests = [test for test in TESTS if (ROOT / test).exists()]
    lines = [
        "[tool.mutmut]",
        'source_paths = ["aks_audit"]',
        f"only_mutate = {json.dumps(only)}",
        f"pytest_add_cli_args_test_selection = {json.dumps(tests)}",
        'pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:xdist", "--snapshot-warn-unused"]',
        'also_copy = ["aks_audit", "cassettes", "tests", "README.md", "LICENSE", "CHANGELOG.md"]',
    ]
    with (COPY / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
