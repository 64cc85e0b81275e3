"""Model versions of earlier releases: served by this one, with every number as it was then."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from app.application import create_app
from app.cli.versions import versions as command
from app.core.config import Settings
from app.models.artifact_store import ArtifactStore, sha256
from app.models.model_document import FORMAT, MODEL, MODEL_HASH
from app.services.training_service import TrainingService
from tests.storage.past_version import ANSWERS, PAST, ask, bring_back

VERSIONS = sorted(PAST.iterdir())
NEWER = "model.json is of format {}, which a newer release wrote, and this one reads {}: start that release"


@pytest.fixture(params=VERSIONS, ids=lambda past: past.name)
def past(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def settings(past: Path, tmp_path: Path) -> Settings:
    """Settings over folders in which a past version is in use."""
    return bring_back(past, tmp_path)


class TestPast:
    def test_it_answers_as_it_did(self, past: Path, settings: Settings) -> None:
        known = [json.loads(line) for line in (past / ANSWERS).read_text(encoding="utf-8").splitlines()]
        assert len(known) >= 30
        with TestClient(create_app(settings)) as client:
            assert client.get("/api/v1/health").json()["warning"] is None
            assert [ask(client, answer["customer"]) for answer in known] == known

    def test_every_page_shows_it(self, settings: Settings) -> None:
        with TestClient(create_app(settings)) as client:
            for address in ("/", "/about", "/models", "/api/v1/clusters", "/api/v1/model/info"):
                assert client.get(address).status_code == 200, address
            listed = client.get("/api/v1/recipes/mall/versions").json()["versions"]
            assert [(version["version"], version["fault"]) for version in listed] == [(1, None)]
            assert client.get("/api/v1/recipes/mall/versions/1").status_code == 200
            assert client.get("/api/v1/recipes/mall/versions/1/download").status_code == 200

    def test_its_segments_live_on(self, settings: Settings, trained_once: Path) -> None:
        settings.raw_dir.mkdir()
        table = settings.raw_dir / "mall_customers.csv"
        table.write_bytes((trained_once / "data" / "raw" / table.name).read_bytes())
        trained = TrainingService(settings, 5, 5).train("mall")
        assert trained.model_version == "mall/2"
        assert (trained.lineage.previous, trained.lineage.kept) == ("mall/1", [0, 1, 2, 3, 4])


class TestNewer:
    @pytest.fixture
    def newer(self, two_versions: Settings) -> Settings:
        """A version that a newer release wrote, beside one of this release that is in use."""
        folder = two_versions.artifacts_dir / "mall" / "2"
        document = json.loads((folder / MODEL).read_bytes())
        # what else is new in it is not what is told of
        content = json.dumps(
            document | {"format": FORMAT + 1, "novelty": {}, "segments": "elsewhere"}
        ).encode()
        (folder / MODEL).write_bytes(content)
        (folder / MODEL_HASH).write_text(f"{sha256(content)}\n", encoding="utf-8")
        return two_versions

    def test_it_is_refused_and_the_earlier_one_answers(self, newer: Settings) -> None:
        words = NEWER.format(FORMAT + 1, FORMAT)
        with TestClient(create_app(newer)) as client:
            refused = client.post("/api/v1/recipes/mall/versions/2/activate")
            assert refused.status_code == 503
            assert refused.json()["detail"].startswith(words)
            assert "\n" not in refused.json()["detail"]
            # as the newer release would have left it
            ArtifactStore(newer.artifacts_dir, "mall").activate(2)
            health = client.get("/api/v1/health").json()
            assert health["model_version"] == "mall/1"
            assert health["warning"].startswith(words)

    def test_after_a_downgrade_too(self, newer: Settings) -> None:
        ArtifactStore(newer.artifacts_dir, "mall").activate(2)
        with TestClient(create_app(newer)) as client:
            health = client.get("/api/v1/health").json()
        assert health["model_version"] == "mall/1"
        assert health["warning"].startswith(NEWER.format(FORMAT + 1, FORMAT))

    def test_the_command_line_tells_it(self, newer: Settings) -> None:
        told = CliRunner().invoke(command, ["activate", "2"], env=newer.environment())
        assert told.exit_code == 1
        assert NEWER.format(FORMAT + 1, FORMAT) in told.stderr
        assert told.stderr.count("\n") == 1
