"""Container, cluster and continuous integration files: sound by their schemas and in step with the code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
from ruamel.yaml import YAML

from app.application import create_app
from app.core.config import Settings
from app.core.version import VERSION
from tests.api.live_server import free_port, serving
from tests.conftest import settings_in

TOOLS = Path(sys.executable).parent
USER = 10001
KEYS = {name.upper() for name in Settings.model_fields}
# Of Python itself and of the shell, not ours.
OTHER_KEYS = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
SCHEMAS = {
    "compose.yaml": ("vendor.compose-spec",),
    ".github/workflows/ci.yml": ("vendor.github-workflows", "custom.github-workflows-require-timeout"),
    ".github/dependabot.yml": ("vendor.dependabot",),
}
STYLE = (
    "{extends: default, rules: {line-length: {max: 110}, document-start: disable, "
    "truthy: {check-keys: false}, comments: {min-spaces-from-content: 1}}}"
)


def run(repository: Path, tool: str, *arguments: str, given: str | None = None) -> str:
    """Run an installed tool; return what it says, empty if it is content."""
    done = subprocess.run(
        [str(TOOLS / tool), *arguments],
        cwd=repository,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr or f"exit code {done.returncode}"


def read(repository: Path, name: str) -> Any:
    return YAML(typ="safe").load(repository / name)


@pytest.fixture(scope="module")
def dockerfile(repository: Path) -> str:
    return (repository / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


@pytest.fixture(scope="module")
def service(repository: Path) -> dict[str, Any]:
    (service,) = read(repository, "compose.yaml")["services"].values()
    return dict(service)


@pytest.fixture(scope="module")
def manifests(repository: Path) -> dict[str, Any]:
    """The Kubernetes objects by kind."""
    objects = [read(repository, str(path)) for path in sorted((repository / "deploy/kubernetes").glob("*"))]
    return {manifest["kind"]: manifest for manifest in objects}


@pytest.fixture(scope="module")
def pods(manifests: dict[str, Any]) -> list[dict[str, Any]]:
    job = manifests["CronJob"]["spec"]["jobTemplate"]["spec"]
    return [manifests["Deployment"]["spec"]["template"]["spec"], job["template"]["spec"]]


@pytest.fixture(scope="module")
def containers(pods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [c for pod in pods for c in [*pod.get("initContainers", []), *pod["containers"]]]


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    return set(create_app(settings_in(tmp_path_factory.mktemp("empty"))).openapi()["paths"])


def environment_of(dockerfile: str) -> dict[str, str]:
    (line,) = instructions(dockerfile, "ENV")
    return dict(pair.split("=", 1) for pair in line.split())


def instructions(dockerfile: str, word: str) -> list[str]:
    return re.findall(rf"^{word} (.*)$", dockerfile, re.MULTILINE)


def is_written(container: dict[str, Any], folder: str) -> bool:
    """Answer whether a container may write a folder: the innermost mount above it says so."""
    mounts = [m for m in container["volumeMounts"] if Path(folder).is_relative_to(m["mountPath"])]
    return not max(mounts, key=lambda mount: len(mount["mountPath"])).get("readOnly", False)


class TestDockerfile:
    @pytest.mark.skipif(sys.platform == "win32", reason="hadolint has no wheel for Windows")
    def test_hadolint(self, repository: Path) -> None:
        assert run(repository, "hadolint", "Dockerfile") == ""
        assert "DL3020" in run(repository, "hadolint", "-", given="FROM a:1\nADD b c\n")

    def test_two_stages_on_one_base(self, dockerfile: str) -> None:
        assert instructions(dockerfile, "ARG") == ["BASE=python:3.13-slim-trixie"]
        assert instructions(dockerfile, "FROM") == ["${BASE} AS build", "${BASE}"]

    def test_installs_the_lock_and_compiles_nothing(self, dockerfile: str) -> None:
        words = dockerfile.split()
        locks = ["-r", "requirements.txt", "-r", "requirements-postgres.txt"]
        assert words[words.index("--require-hashes") :][:7] == [
            "--require-hashes", "--only-binary", ":all:", *locks,
        ]  # fmt: skip
        assert not re.search(r"apt-get|gcc|build-essential", dockerfile)

    def test_is_not_root(self, dockerfile: str) -> None:
        assert instructions(dockerfile.rpartition("FROM ")[2], "USER") == [f"{USER}:{USER}"]

    def test_starts_without_a_shell(self, dockerfile: str) -> None:
        (started,), (checked,) = instructions(dockerfile, "CMD"), instructions(dockerfile, "HEALTHCHECK")
        assert json.loads(started) == ["python", "main.py"]
        assert json.loads(checked.partition("CMD ")[2]) == ["python", "deploy/healthcheck.py"]

    def test_environment_and_port(self, dockerfile: str) -> None:
        environment = environment_of(dockerfile)
        assert environment.keys() - KEYS == OTHER_KEYS
        default = Settings.model_fields["port"].default
        assert (environment["HOST"], environment["PORT"]) == ("0.0.0.0", str(default))
        assert instructions(dockerfile, "EXPOSE") == [str(default)]
        (volume,) = json.loads(instructions(dockerfile, "VOLUME")[0])
        assert environment["DATA_DIR"].startswith(f"{volume}/")
        assert environment["ARTIFACTS_DIR"].startswith(f"{volume}/")

    def test_labels(self, dockerfile: str) -> None:
        (label,) = instructions(dockerfile, "LABEL")
        assert f'org.opencontainers.image.version="{VERSION}"' in label

    def test_takes_along_only_what_is_named(self, repository: Path, dockerfile: str) -> None:
        lines = (repository / ".dockerignore").read_text(encoding="utf-8").splitlines()
        rules = [line for line in lines if line and not line.startswith("#")]
        assert rules[0] == "*"
        named = [rule[1:] for rule in rules if rule.startswith("!")]
        assert [name for name in named if not (repository / name).exists()] == []
        copied = {
            name for line in instructions(dockerfile, "COPY") for name in line.split() if ".txt" in name
        }
        assert {"main.py", "app", "deploy/first_start.sh"} | copied <= set(named)


class TestScripts:
    @pytest.mark.skipif(os.name == "nt", reason="a script of the image, which is Linux")
    @pytest.mark.parametrize(("answer", "code"), [(0, 0), (1, 0), (2, 1)])
    def test_first_start_goes_on_without_a_database(
        self, repository: Path, tmp_path: Path, answer: int, code: int
    ) -> None:
        fake = tmp_path / "python"
        fake.write_text(f"#!/bin/sh\ncase $* in *database*) exit {answer};; esac\n", encoding="utf-8")
        fake.chmod(0o755)
        folders = {"DATA_DIR": str(tmp_path), "ARTIFACTS_DIR": str(tmp_path)}
        environment = os.environ | folders | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        script = repository / "deploy" / "first_start.sh"
        assert subprocess.run([str(script)], env=environment, check=False).returncode == code

    @pytest.mark.parametrize("script", ["deploy/first_start.sh", "scripts/build_image.sh"])
    def test_shellcheck(self, repository: Path, script: str) -> None:
        assert run(repository, "shellcheck", script) == ""
        assert os.access(repository / script, os.X_OK)

    def test_healthcheck_agrees_with_readyz(
        self, repository: Path, tmp_path: Path, trained: Settings
    ) -> None:
        def check(port: int) -> int:
            environment = os.environ | {"PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
            command = [sys.executable, "deploy/healthcheck.py"]
            return subprocess.run(
                command, cwd=repository, env=environment, check=False, stderr=subprocess.DEVNULL
            ).returncode

        with serving(trained, tmp_path / "log", FORCE_HTTPS="true") as live:
            assert check(live.port) == 0
        shutil.rmtree(trained.artifacts_dir)
        with serving(trained, tmp_path / "log") as live:
            assert check(live.port) == 1  # alive, but without a model
        assert check(free_port()) == 1


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema(repository: Path, name: str) -> None:
    for schema in SCHEMAS[name]:
        assert run(repository, "check-jsonschema", "--builtin-schema", schema, name) == ""


def test_schemas_see_faults(repository: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text("services:\n  a:\n    image: b\n    read_onyl: true\n", encoding="utf-8")
    found = run(repository, "check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(wrong))
    assert "read_onyl" in found


def test_yaml_style(repository: Path) -> None:
    assert run(repository, "yamllint", "-d", STYLE, "compose.yaml", "deploy", ".github") == ""


class TestCompose:
    def test_is_locked_down(self, service: dict[str, Any]) -> None:
        assert service["read_only"] is True
        assert service["tmpfs"] == ["/tmp"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == "unless-stopped"

    def test_agrees_with_the_image(self, service: dict[str, Any], dockerfile: str) -> None:
        assert service["image"] == f"clientele:{VERSION}"
        assert service["ports"] == [f"127.0.0.1:8000:{instructions(dockerfile, 'EXPOSE')[0]}"]
        (volume,) = json.loads(instructions(dockerfile, "VOLUME")[0])
        assert service["volumes"] == [f"clientele:{volume}"]
        assert service["healthcheck"]["test"] == ["CMD", "python", "deploy/healthcheck.py"]
        assert service["command"][-1].split(" && ") == ["deploy/first_start.sh", "exec python main.py"]

    def test_the_server_starts_a_worker(self, service: dict[str, Any]) -> None:
        assert service["environment"]["JOB_WORKER"] == "true"
        # it writes to the volume, which nobody else has
        assert not any(mount.endswith(":ro") for mount in service["volumes"])

    def test_settings_are_known_and_acceptable(
        self, service: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert service["environment"].keys() <= KEYS
        for key, value in service["environment"].items():
            monkeypatch.setenv(key, value)
        Settings(_env_file=None)


class TestKubernetes:
    def test_schema(self, manifests: dict[str, Any]) -> None:
        assert len(manifests) == 7
        for manifest in manifests.values():
            kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)

    def test_schema_sees_faults(self, manifests: dict[str, Any]) -> None:
        wrong = json.loads(json.dumps(manifests["Deployment"]))
        probe = wrong["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]
        probe["httpGett"] = probe.pop("httpGet")
        with pytest.raises(kubernetes_validate.ValidationError, match="httpGett"):
            kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)

    def test_probes_exist(self, containers: list[dict[str, Any]], addresses: set[str]) -> None:
        (server,) = [c for c in containers if c["name"] == "server"]
        paths = {probe: server[probe]["httpGet"]["path"] for probe in server if probe.endswith("Probe")}
        assert paths == {"livenessProbe": "/livez", "readinessProbe": "/readyz", "startupProbe": "/livez"}
        assert set(paths.values()) <= addresses

    def test_ports_agree(self, manifests: dict[str, Any], containers: list[dict[str, Any]]) -> None:
        (port,) = [port for c in containers for port in c.get("ports", [])]
        assert port == {"name": "http", "containerPort": Settings.model_fields["port"].default}
        assert manifests["Service"]["spec"]["ports"][0]["targetPort"] == "http"
        assert manifests["NetworkPolicy"]["spec"]["ingress"][0]["ports"][0]["port"] == "http"

    def test_settings_are_known_and_acceptable(
        self, manifests: dict[str, Any], containers: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config = manifests["ConfigMap"]
        assert config["data"].keys() <= KEYS
        for key, value in config["data"].items():
            monkeypatch.setenv(key, value)
        Settings(_env_file=None)
        name = config["metadata"]["name"]
        # a DATABASE_URL holds a password
        sources = [{"configMapRef": {"name": name}}, {"secretRef": {"name": name, "optional": True}}]
        assert all(c["envFrom"] == sources and "env" not in c for c in containers)

    def test_a_worker_does_the_jobs(
        self, manifests: dict[str, Any], containers: list[dict[str, Any]], dockerfile: str
    ) -> None:
        assert manifests["ConfigMap"]["data"]["JOB_WORKER"] == "false"
        (worker,) = [c for c in containers if c["name"] == "worker"]
        assert worker["command"] == ["python", "-m", "app.cli.worker"]
        environment = environment_of(dockerfile)
        folders = [environment["DATA_DIR"], environment["ARTIFACTS_DIR"]]
        assert [is_written(worker, folder) for folder in folders] == [True, True]
        (server,) = [c for c in containers if c["name"] == "server"]
        assert [is_written(server, folder) for folder in folders] == [True, False]

    def test_pods_are_locked_down(self, pods: list[dict[str, Any]], containers: list[dict[str, Any]]) -> None:
        for pod in pods:
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["fsGroup"] == USER
            assert pod["automountServiceAccountToken"] is False
        for container in containers:
            assert container["image"] == f"clientele:{VERSION}"
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert {"requests", "limits"} == container["resources"].keys()

    def test_selectors_find_the_pods(self, manifests: dict[str, Any]) -> None:
        deployment = manifests["Deployment"]["spec"]
        labels = deployment["template"]["metadata"]["labels"].items()
        for selector in (
            deployment["selector"]["matchLabels"],
            manifests["Service"]["spec"]["selector"],
            manifests["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
            manifests["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
        ):
            assert selector.items() <= labels


class TestWorkflow:
    def test_zizmor(self, repository: Path) -> None:
        arguments = ("--offline", "--persona", "pedantic", "--config", ".github/zizmor.yml")
        assert run(repository, "zizmor", *arguments, ".github") == ""

    def test_runs_the_two_commands_everywhere(self, repository: Path) -> None:
        workflow = read(repository, ".github/workflows/ci.yml")
        assert workflow["permissions"] == {"contents": "read"}
        matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
        assert [name.split("-")[0] for name in matrix["os"]] == ["ubuntu", "macos", "windows"]
        assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
        commands = {step.get("run") for step in workflow["jobs"]["test"]["steps"]}
        assert {"./setup.sh test", ".\\setup.ps1 test"} <= commands
