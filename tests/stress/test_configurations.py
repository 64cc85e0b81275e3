"""Settings that cannot be used stop the start: one line that names the key, exit code 2, no value."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.application import create_app
from app.core.config import Settings, load_settings
from app.core.errors import ClienteleError
from tests.api.live_server import PATIENCE_SECONDS, REPOSITORY

CANARY = "hunter2canary"
BAD: list[tuple[str, str]] = [
    *(("PORT", value) for value in ("0", "-1", "65536", "70000", "8e3", "http", CANARY, "", "8000.5", "[]")),
    *(("WEB_CONCURRENCY", value) for value in ("0", "-2", "65", "1000000", "many", "1.5", "", CANARY)),
    *(("MAX_BODY_BYTES", value) for value in ("0", "1023", "1073741825", "10MB", "1e6", "-1", "", CANARY)),
    *(("LOG_LEVEL", value) for value in ("LOUD", "TRACE", "10", "", "NOTSET", CANARY)),
    *(("LOG_FORMAT", value) for value in ("xml", "JSON", "", CANARY)),
    *(
        ("CORS_ORIGINS", value)
        for value in (
            "*", "null", "https://", "https://*.shop.example", "https://shop.example/", "ftp://shop.example",
            "shop.example", "https://SHOP.example", "https://a.example,*",
            "https://user@shop.example", CANARY,
        )
    ),
    *(
        ("TRUSTED_PROXIES", value)
        for value in (
            "*", "proxy.example", "10.0.0.0/33", "10.0.0.1/8", "300.1.1.1", "::g", "127.0.0.1;::1", CANARY,
        )
    ),
    *(("FORCE_HTTPS", value) for value in ("maybe", "2", "", "https", CANARY)),
    *(("DEFAULT_RECIPE", value) for value in ("retail9", "../mall", "mall/..", "", "MALL ", CANARY)),
]  # fmt: skip


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ARTIFACTS_DIR", str(tmp_path / "artifacts"))


def refusal() -> str:
    """Start as `main.py` does and return the line that it would print."""
    with pytest.raises(ClienteleError) as caught:
        create_app(load_settings())
    return caught.value.detail


def test_there_are_enough() -> None:
    assert len(set(BAD)) >= 60


@pytest.mark.parametrize(("name", "value"), BAD)
def test_by_the_environment(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    line = refusal()
    assert name in line
    assert len(line.splitlines()) == 1
    assert CANARY not in line


@pytest.mark.parametrize(("name", "value"), [*BAD[::8], (CANARY, "1"), ("PROT", "8000"), ("port ", CANARY)])
def test_by_dotenv(tmp_path: Path, name: str, value: str) -> None:
    (tmp_path / ".env").write_text(f'{name}="{value}"\n', encoding="utf-8")
    line = refusal()
    assert name.strip().upper() in line
    assert len(line.splitlines()) == 1
    assert CANARY not in line.removeprefix(f"cannot start: {CANARY.upper()}")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"PORT=\x00\n"])
def test_by_no_text(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)
    line = refusal()
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize(("name", "value"), [("PORT", CANARY), ("DEFAULT_RECIPE", f"../{CANARY}")])
def test_as_a_process(tmp_path: Path, name: str, value: str) -> None:
    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=REPOSITORY, env=os.environ | {name: value}, capture_output=True, text=True, check=False,
        timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("clientele: ")
    assert name in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert CANARY not in done.stderr
