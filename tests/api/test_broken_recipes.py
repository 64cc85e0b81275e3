"""A recipe of a user's own that cannot be used is left out and told of; the default one stops the start."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.core.errors import RecipeInvalid
from app.models.recipe import SHIPPED
from tests.api.problems import problem_of
from tests.api.test_shoppers import FIRST

BROKEN: dict[str, str | bytes] = {
    "no TOML": "name = ",
    "no recipe": 'name = "lifestyle"\n',
    "no text": b"\xff\xfe\x00",
    "another's name": (SHIPPED / "mall.toml").read_bytes(),
}
REASON = "lifestyle.toml is not readable as TOML: "


def write(settings: Settings, name: str, content: str | bytes) -> Path:
    settings.recipes_dir.mkdir(parents=True, exist_ok=True)
    path = settings.recipes_dir / f"{name}.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusals(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line for line in lines if line["event"] == "recipe_refused"]


@pytest.fixture
def client(trained: Settings) -> Iterator[TestClient]:
    write(trained, "lifestyle", BROKEN["no TOML"])
    with TestClient(create_app(trained)) as client:
        yield client


class TestLeftOut:
    @pytest.mark.parametrize("name", BROKEN)
    def test_the_service_starts_and_the_log_says_why(
        self, trained: Settings, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write(trained, "lifestyle", BROKEN[name])
        create_app(trained)
        (line,) = refusals(capsys)
        assert (line["level"], line["logger"]) == ("warning", "clientele.model")
        assert line["detail"].startswith("lifestyle.toml")

    def test_all_else_answers(self, client: TestClient) -> None:
        for address in ("/", "/about", "/models", "/datasets", "/api/v1/model/info", "/readyz", "/docs"):
            assert client.get(address).status_code == 200, address
        assert "/recipes/lifestyle" not in client.get("/").text

    def test_health_and_the_list_of_recipes_tell_of_it(self, client: TestClient) -> None:
        left_out = client.get("/api/v1/health").json()["recipes_left_out"]
        assert list(left_out) == ["lifestyle"]
        assert left_out["lifestyle"].startswith(REASON)
        listed = {
            recipe["name"]: recipe["fault"] for recipe in client.get("/api/v1/recipes").json()["recipes"]
        }
        assert listed == {"lifestyle": left_out["lifestyle"], "mall": None}

    def test_its_own_addresses_say_why(self, client: TestClient) -> None:
        assert problem_of(client.get("/api/v1/recipes/lifestyle"), 422, "recipe_invalid")[
            "detail"
        ].startswith(REASON)
        answer = problem_of(client.post("/api/predict_cluster", json=FIRST), 503, "model_unavailable")
        assert answer["detail"].startswith(f"the recipe lifestyle is left out until the next start: {REASON}")

    def test_once_mended_it_is_back(self, client: TestClient, trained: Settings) -> None:
        path = trained.recipes_dir / "lifestyle.toml"
        write(trained, "lifestyle", (SHIPPED / path.name).read_bytes())
        assert client.get("/api/v1/recipes/lifestyle").status_code == 200
        assert "recipes_left_out" not in client.get("/api/v1/health").json()
        path.unlink()
        assert client.get("/api/v1/recipes/lifestyle").status_code == 200

    def test_broken_later_it_is_told_of_once(
        self, trained: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with TestClient(create_app(trained)) as client:
            write(trained, "outlet", "name = ")
            for _ in range(3):
                assert "outlet" in client.get("/api/v1/health").json()["recipes_left_out"]
                assert client.get("/").status_code == 200
        (line,) = refusals(capsys)
        assert line["detail"].startswith("outlet.toml")

    def test_a_folder_is_no_recipe(self, trained: Settings) -> None:
        (trained.recipes_dir / "outlet.toml").mkdir(parents=True)
        with TestClient(create_app(trained)) as client:
            assert client.get("/").status_code == 200
            assert "recipes_left_out" not in client.get("/api/v1/health").json()


@pytest.mark.parametrize("content", [BROKEN["no TOML"], BROKEN["no text"], 'name = "mall"\n'])
def test_the_default_recipe_stops_the_start(trained: Settings, content: str | bytes) -> None:
    write(trained, "mall", content)
    with pytest.raises(RecipeInvalid, match=r"^cannot start: the default recipe cannot be used: mall\.toml"):
        create_app(trained)
