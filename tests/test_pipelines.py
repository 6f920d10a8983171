"""What pipelines and platforms run: each file by its own linter or schema, and every exit code comes through.

Nothing here runs a container or a pipeline: the shell of each is run as its platform runs it, with a stand-in for
aks-audit, and once with aks-audit itself.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HERE = ROOT / "docs" / "pipelines"
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
AZURE: dict[str, Any] = yaml.safe_load((HERE / "azure-pipelines.yml").read_text())
GITLAB: dict[str, Any] = yaml.safe_load((HERE / "gitlab-ci.yml").read_text())["aks-audit"]
CODES = (0, 1, 2, 3, 130)
YAML_RULES = (
    "{extends: default, rules: {line-length: {max: 120}, document-start: disable, truthy: {check-keys: false},"
    " comments: {min-spaces-from-content: 1}}}"
)


# -------------------------------------------------------------------- linters and schemas


def linted(tool: str, *arguments: str | Path) -> None:
    """Run a linter of the environment that the tests run in."""
    program = Path(sys.executable).with_name(tool)
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("github-actions", "action.yml"),
        ("github-workflows", "docs/pipelines/github-workflow.yml"),
        ("github-workflows", ".github/workflows/ci.yml"),
        ("github-workflows", ".github/workflows/release.yml"),
        ("github-workflows", "docs/pipelines/github-matrix.yml"),
        ("azure-pipelines", "docs/pipelines/azure-pipelines.yml"),
        ("gitlab-ci", "docs/pipelines/gitlab-ci.yml"),
    ],
)
def test_fits_the_schema_of_its_platform(schema: str, path: str) -> None:
    transform = ("--data-transform", schema) if schema == "gitlab-ci" else ()
    linted("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *transform, path)


def test_yaml_is_tidy() -> None:
    linted("yamllint", "--strict", "-d", YAML_RULES, "action.yml", *sorted(HERE.glob("*.y*ml")), ".github/workflows")


def test_the_workflows_pass_actionlint() -> None:
    ours = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    assert len(ours) == 2
    linted("actionlint", "-shellcheck=", "-pyflakes=", *sorted(HERE.glob("github-*.yml")), *ours)


def test_the_matrix_has_as_many_shards_as_it_says() -> None:
    jobs = yaml.safe_load((HERE / "github-matrix.yml").read_text())["jobs"]
    shards = jobs["audit"]["strategy"]["matrix"]["shard"]
    assert shards == list(range(1, jobs["audit"]["env"]["SHARDS"] + 1))


def test_the_dockerfile_passes_hadolint() -> None:
    linted("hadolint", "Dockerfile")


def test_the_cron_job_fits_the_schema_of_kubernetes() -> None:
    for version in ("1.30", "1.34"):
        linted("kubernetes-validate", "--strict", "-k", version, "docs/pipelines/kubernetes-cronjob.yaml")


def test_the_container_apps_job_parses_as_bicep() -> None:
    import pycep

    parsed = pycep.BicepParser().parse(text=(HERE / "container-apps-job.bicep").read_text())
    job = parsed["resources"]["job"]
    assert (job["type"], job["api_version"]) == ("Microsoft.App/jobs", "2024-03-01")
    properties = job["config"]["properties"]
    assert properties["configuration"]["triggerType"] == "Schedule"
    assert properties["configuration"]["replicaRetryLimit"] == 0
    assert properties["template"]["containers"][0]["args"][0] == "audit"


# -------------------------------------------------------------------- what they may do


def test_the_cron_job_has_no_rights_that_it_does_not_need() -> None:
    _, account, job = yaml.safe_load_all((HERE / "kubernetes-cronjob.yaml").read_text())
    pod = job["spec"]["jobTemplate"]["spec"]["template"]
    container = pod["spec"]["containers"][0]
    assert account["automountServiceAccountToken"] is False
    assert pod["metadata"]["labels"]["azure.workload.identity/use"] == "true"
    assert pod["spec"]["serviceAccountName"] == account["metadata"]["name"]
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["spec"]["restartPolicy"] == "Never"
    assert job["spec"]["jobTemplate"]["spec"]["backoffLimit"] == 0


def test_the_image_has_all_that_its_build_needs_and_no_root() -> None:
    text = (ROOT / "Dockerfile").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    copied = re.search(r"^COPY (.+) \./$", text, re.MULTILINE)
    assert copied
    assert {"pyproject.toml", project["readme"], *project["license-files"]} == set(copied[1].split())
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {f"!{name}" for name in (*copied[1].split(), "aks_audit")} <= set(ignored)
    assert re.search(r"^USER 65532:65532$", text, re.MULTILINE)


def test_no_value_becomes_part_of_a_script() -> None:
    """Expressions are put into a script before the shell reads it: whoever names a value would write the script."""
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    scripts += [step["bash"] for step in AZURE["steps"] if "bash" in step]
    scripts += [step["inputs"]["inlineScript"] for step in AZURE["steps"] if step.get("task") == "AzureCLI@2"]
    assert len(scripts) == 6
    assert [script for script in scripts if "${{" in script] == []
    macros = [script for script in scripts[3:] if re.search(r"\$\([A-Z]?[a-zA-Z.]+\)", script)]
    assert macros == []


def test_the_workflow_gives_inputs_that_the_action_has() -> None:
    workflow = yaml.safe_load((HERE / "github-workflow.yml").read_text())
    step = workflow["jobs"]["audit"]["steps"][1]
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert workflow["permissions"] == {"contents": "read", "id-token": "write", "security-events": "write"}


# -------------------------------------------------------------------- the exit code comes through

STAND_IN = """\
#!{python}
import json, os, pathlib, sys
pathlib.Path(os.environ["CALLED"]).write_text(json.dumps(sys.argv[1:]))
code = int(os.environ["FAKE_CODE"])
for argument in sys.argv[1:]:
    if argument.startswith("--output=") and code in (0, 1, 3):
        pathlib.Path(argument.partition("=")[2]).write_text("report")
sys.exit(code)
"""


class Sandbox:
    """A runner of its own: temporary folders, and programs that stand in for aks-audit, pip and az."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.called = folder / "called.json"
        self.outputs = folder / "outputs"
        self.summary = folder / "summary.md"
        self.work = folder / "work"
        self.work.mkdir()
        self.program("aks-audit/bin/aks-audit", STAND_IN.format(python=sys.executable))
        self.program("path/pip", "#!/bin/sh\n")
        self.program("path/az", "#!/bin/sh\necho 00000000-0000-0000-0000-000000000009\n")
        (folder / "path" / "aks-audit").symlink_to(folder / "aks-audit" / "bin" / "aks-audit")
        for file in (self.outputs, self.summary):
            file.touch()

    def program(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def run(self, script: str, flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
        given = {
            "PATH": f"{self.folder / 'path'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder),
            "CALLED": str(self.called),
            "RUNNER_TEMP": str(self.folder),
            "AGENT_TEMPDIRECTORY": str(self.folder),
            "GITHUB_OUTPUT": str(self.outputs),
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }
        command = ["bash", "--noprofile", "--norc", *flags.split(), "-c", script]
        return subprocess.run(
            command, cwd=self.work, env={**given, **environment}, capture_output=True, text=True, check=False
        )

    @property
    def arguments(self) -> list[str]:
        """What aks-audit was called with, reports aside."""
        called: list[str] = json.loads(self.called.read_text())
        return [argument for argument in called if not argument.startswith("--output=")]


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path)


def of_action(sandbox: Sandbox, code: int, **inputs: str) -> tuple[int, dict[str, str]]:
    """Run the action's audit and its end as GitHub does; gives the end's exit code and the audit's outputs."""
    steps = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}
    values = {name: inputs.get(name.replace("-", "_"), given["default"]) for name, given in ACTION["inputs"].items()}
    environment = {}
    for name, expression in steps["Audit"]["env"].items():
        found = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", expression)
        assert found, expression
        environment[name] = values[found[1]]
    done = sandbox.run(steps["Audit"]["run"], "-eo pipefail", **environment, FAKE_CODE=str(code))
    assert done.returncode == 0, done.stderr
    outputs = dict(line.split("=", 1) for line in sandbox.outputs.read_text().splitlines())
    assert steps["End as aks-audit did"]["env"] == {"CODE": "${{ steps.audit.outputs.exit-code }}"}
    assert "if" not in steps["End as aks-audit did"]
    end = sandbox.run(steps["End as aks-audit did"]["run"], "-eo pipefail", CODE=outputs["exit-code"])
    return end.returncode, outputs


@pytest.mark.parametrize("code", CODES)
def test_the_action_ends_as_aks_audit_did(code: int, sandbox: Sandbox) -> None:
    ended, outputs = of_action(sandbox, code)
    assert ended == code
    assert outputs["exit-code"] == str(code)
    assert ("sarif" in outputs) is (code in (0, 1, 3))
    assert ("wrote no report" in sandbox.summary.read_text()) is (code in (2, 130))
    assert sandbox.arguments == ["audit", "--cloud=public", "--format", "terminal"]


def test_the_action_fails_when_the_audit_told_nothing(sandbox: Sandbox) -> None:
    end = ACTION["runs"]["steps"][-1]
    assert sandbox.run(end["run"], "-eo pipefail", CODE="").returncode == 2


def test_the_action_hands_every_input_on(sandbox: Sandbox) -> None:
    of_action(
        sandbox,
        0,
        subscriptions="\n  shop production \n\tlab\n\n",
        management_group="corp",
        resource_groups="rg-a",
        clusters="one\ntwo",
        config="my.toml",
        profile="policy",
        baseline="known.json",
        fail_on="low",
        cloud="usgov",
        all_subscriptions="true",
        allow_incomplete="true",
    )
    assert sandbox.arguments == [
        "audit",
        "--subscription=shop production",
        "--subscription=lab",
        "--management-group=corp",
        "--resource-group=rg-a",
        "--cluster=one",
        "--cluster=two",
        "--config=my.toml",
        "--profile=policy",
        "--baseline=known.json",
        "--fail-on=low",
        "--cloud=usgov",
        "--all-subscriptions",
        "--allow-incomplete",
        "--format",
        "terminal",
    ]


@pytest.mark.parametrize("hostile", ["$(touch pwned)", "`touch pwned`", '"; touch pwned; "', "--demo", "a b;c", "*"])
def test_what_an_input_says_stays_one_argument(hostile: str, sandbox: Sandbox) -> None:
    of_action(sandbox, 0, clusters=hostile)
    assert sandbox.arguments[1] == f"--cluster={hostile}"
    assert list(sandbox.work.iterdir()) == []


def test_the_action_runs_aks_audit_itself(sandbox: Sandbox) -> None:
    real = f"#!{sys.executable}\nfrom aks_audit.cli import main\nmain()\n"
    sandbox.program("aks-audit/bin/aks-audit", real)
    estate = sandbox.work / "estate.jsonl"
    made = sandbox.run("aks-audit collect --demo -q -o estate.jsonl", "-e")
    assert made.returncode == 0, made.stderr
    ended, outputs = of_action(sandbox, 0, inventory=estate.name)
    assert ended == 1
    reports = Path(outputs["reports"])
    assert sorted(path.name for path in reports.iterdir()) == [
        f"report.{suffix}" for suffix in ("html", "json", "md", "sarif", "xml")
    ]
    assert json.loads((reports / "report.sarif").read_text())["version"] == "2.1.0"
    sandbox.outputs.write_text("")
    assert of_action(sandbox, 0, inventory="absent.jsonl")[0] == 2


# -------------------------------------------------------------------- Azure Pipelines and GitLab


def of_azure(sandbox: Sandbox, code: int, subscriptions: str = "", **given: str) -> int:
    """Run the template's audit and its end; gives the end's exit code."""
    audit = next(step for step in AZURE["steps"] if step.get("task") == "AzureCLI@2")
    environment = {
        "SUBSCRIPTIONS": subscriptions,
        "MANAGEMENT_GROUP": "",
        "CONFIG": "",
        "PROFILE": "",
        "BASELINE": "",
        "FAIL_ON": "high",
        "ALLOW_INCOMPLETE": "false",
    } | {name.upper(): value for name, value in given.items()}
    assert set(audit["env"]) == set(environment)
    done = sandbox.run(audit["inputs"]["inlineScript"], "", **environment, FAKE_CODE=str(code))
    assert done.returncode == 0, done.stderr
    said = re.search(r"^##vso\[task\.setvariable variable=(\w+)\](\d+)$", done.stdout, re.MULTILINE)
    assert said
    end = AZURE["steps"][-1]
    assert end["env"] == {"CODE": f"$({said[1]})"}
    return sandbox.run(end["bash"], "", CODE=said[2]).returncode


@pytest.mark.parametrize("code", CODES)
def test_the_template_ends_as_aks_audit_did(code: int, sandbox: Sandbox) -> None:
    assert of_azure(sandbox, code, "shop production|lab") == code
    chosen = ["--subscription=shop production", "--subscription=lab"]
    assert sandbox.arguments == ["audit", "--fail-on", "high", *chosen, "--format", "terminal"]


def test_without_subscriptions_the_template_takes_that_of_its_connection(sandbox: Sandbox) -> None:
    assert of_azure(sandbox, 0, allow_incomplete="true") == 0
    own = "--subscription=00000000-0000-0000-0000-000000000009"
    assert sandbox.arguments == ["audit", "--fail-on", "high", "--allow-incomplete", own, "--format", "terminal"]


def test_the_template_hands_every_parameter_on(sandbox: Sandbox) -> None:
    given = {"management_group": "corp", "config": "my audit.toml", "profile": "policy", "baseline": "known.json"}
    assert of_azure(sandbox, 0, **given) == 0
    options = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    assert sandbox.arguments == ["audit", "--fail-on", "high", *options, "--format", "terminal"]


def test_a_variable_that_was_never_set_fails_the_template(sandbox: Sandbox) -> None:
    """Azure Pipelines leaves the macro of an unset variable as it stands."""
    assert sandbox.run(AZURE["steps"][-1]["bash"], "", CODE="$(aksAuditExitCode)").returncode == 2


@pytest.mark.parametrize("code", CODES)
def test_the_gitlab_job_ends_as_aks_audit_did(code: int, sandbox: Sandbox) -> None:
    given = {**GITLAB["variables"], "AZURE_ID_TOKEN": "token", "AKS_AUDIT_PACKAGE": ".", "TMPDIR": str(sandbox.folder)}
    script = "\n".join(GITLAB["script"])
    done = sandbox.run(
        script.replace("--output=aks-audit", f"--output={sandbox.work}/aks-audit"),
        "-eo pipefail",
        **given,
        FAKE_CODE=str(code),
    )
    assert done.returncode == code
    assert sandbox.arguments == ["audit", "--subscription=shop-production", "--fail-on=high", "--format=terminal"]
    token = next(sandbox.folder.glob("tmp.*"))
    assert token.read_text() == "token"
    assert token.stat().st_mode & 0o077 == 0


# -------------------------------------------------------------------- a read-only root file system

READ_ONLY = """\
mount --make-rprivate / && mount -o remount,ro,bind / || exit 77
touch /written 2>/dev/null && exit 78
exec "$@"
"""


def test_works_where_nothing_can_be_written() -> None:
    """What `--read-only` and readOnlyRootFilesystem come to; of the container itself only the Dockerfile is checked."""
    command = [sys.executable, "-B", "-m", "aks_audit", "audit", "--demo", "--format", "markdown"]
    try:
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh", *command],  # noqa: S607 (of the system)
            cwd="/",
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/nonexistent"},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("needs unshare, of Linux")
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("needs the right to mount")
    assert done.returncode == 1, done.stderr
    assert "### Findings" in done.stdout
