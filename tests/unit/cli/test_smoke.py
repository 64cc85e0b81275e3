"""The smoke test itself: it passes a sound server, fails an unsound one, and says when nobody answers."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from app.cli import smoke as smoke_module
from app.cli.smoke import Reply, checks, smoke

KNOWN = {"annual_income": 60.0, "spending_score": 50.0}
HTML = Reply(200, "text/html", b"<!doctype html>")
SOUND = {
    "/livez": Reply(200, "application/json", {"status": "ok"}),
    "/readyz": Reply(200, "application/json", {"model_version": "mall/1"}),
    "/api/v1/health": Reply(200, "application/json", {"model_version": "mall/1"}),
    "/api/v1/model/info": Reply(
        200, "application/json", {"k": 5, "features": [{"name": name, "mean": 50.0} for name in KNOWN]}
    ),
    "/api/v1/clusters": Reply(200, "application/json", {"segments": [{"share": 0.25}, {"share": 0.75}]}),
    "/api/v1/clusters/info": Reply(200, "application/json", {"segments": [{"strategy": ["x"]}]}),
    "/api/v1/nothing-here": Reply(404, "application/problem+json", {}),
    "/openapi.json": Reply(200, "application/json", {"paths": {"/api/v1/predict": {}}}),
    "/": HTML,
    "/about": HTML,
    "/docs": HTML,
    "/redoc": HTML,
}


def serve(monkeypatch: pytest.MonkeyPatch, **changed: Reply | OSError) -> None:
    """Let a server answer as a sound one does, but for what is changed (path without its slashes)."""

    def ask(_base: str, _method: str, path: str, body: object = None) -> Reply:
        reply = changed.get(path.strip("/").replace("/", "_").replace("-", "_") or "home")
        if isinstance(reply, OSError):
            raise reply
        if reply is not None:
            return reply
        if path == "/api/v1/predict":
            faulty = isinstance(body, dict) and any(isinstance(value, str) for value in body.values())
            if faulty:
                return Reply(422, "application/problem+json", {"errors": [{}] * len(KNOWN)})
            return Reply(200, "application/json", {"name": "VIP", "strategy": ["x"]})
        return SOUND[path]

    monkeypatch.setattr(smoke_module, "ask", ask)


class TestSmoke:
    def test_a_sound_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        serve(monkeypatch)
        result = CliRunner().invoke(smoke, [])
        assert result.exit_code == 0, result.stdout
        assert result.stdout.count("pass  ") == len(checks(KNOWN))
        assert result.stdout.rstrip().endswith(f"{len(checks(KNOWN))} passed, 0 failed")

    @pytest.mark.parametrize(
        "changed",
        [
            {"api_v1_clusters": Reply(200, "application/json", {"segments": [{"share": 0.5}]})},
            {"api_v1_health": Reply(503, "application/problem+json", {})},
            {"about": Reply(500, "text/html", b"")},
            {"docs": OSError("refused")},
        ],
    )
    def test_one_fault_is_one_failure(
        self, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Reply | OSError]
    ) -> None:
        serve(monkeypatch, **changed)
        result = CliRunner().invoke(smoke, [])
        assert result.exit_code == 1
        assert result.stdout.count("FAIL  ") == 1

    def test_a_server_without_a_model(self, monkeypatch: pytest.MonkeyPatch) -> None:
        serve(monkeypatch, api_v1_model_info=Reply(503, "application/problem+json", {}))
        assert CliRunner().invoke(smoke, []).exit_code == 1

    def test_nobody_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        serve(monkeypatch, api_v1_model_info=OSError("refused"))
        assert CliRunner().invoke(smoke, []).exit_code == 2

    def test_an_address_of_another_kind(self) -> None:
        assert CliRunner().invoke(smoke, ["--url", "file:///etc"]).exit_code == 2
