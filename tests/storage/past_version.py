"""Model versions of earlier releases as text, and what they answered.

``python -m tests.storage.past_version`` trains the mall recipe with few draws and writes
``past/versions/<release>/``: the version's files (pickles as base64), the recipe's text and the answers. What
lies there already is never changed.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.core.version import VERSION
from app.models.artifact_store import ArtifactStore
from app.models.model_document import MODEL, MODEL_HASH
from app.models.recipe import SHIPPED
from app.services.training_service import TrainingService
from data.generators import mall

PAST = Path(__file__).parent / "past" / "versions"
RECIPE, ANSWERS, BASE64 = "recipe.toml", "answers.jsonl", ".base64"
NULL_DRAWS, REFITS, CUSTOMERS = 19, 20, 30
# people may write other texts at any time, and a later release may find a shorter way into another segment
LEFT_OUT = ("name", "description", "strategy", "color", "label", "paths")


def settings_over(folder: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=folder / "data",
        artifacts_dir=folder / "models_artifacts",
        job_worker=False,
        log_level="ERROR",
    )


def bring_back(past: Path, folder: Path) -> Settings:
    """Put a past version into folders of this release, in use, with the recipe that it was trained by."""
    settings = settings_over(folder)
    settings.recipes_dir.mkdir(parents=True)
    (settings.recipes_dir / "mall.toml").write_bytes((past / RECIPE).read_bytes())
    version = settings.artifacts_dir / "mall" / "1"
    version.mkdir(parents=True)
    for path in past.iterdir():
        if path.suffix == BASE64:
            (version / path.stem).write_bytes(base64.b64decode(path.read_bytes()))
        elif path.name not in (RECIPE, ANSWERS):
            (version / path.name).write_bytes(path.read_bytes())
    for name, content in (("NEXT", '{"version": 2, "segment_id": 5}'), ("HISTORY", "1"), ("ACTIVE", "1")):
        (version.parent / name).write_text(f"{content}\n", encoding="utf-8")
    return settings


def customers() -> list[dict[str, float]]:
    """Return customers within the bounds of the recipe, some beyond what training saw."""
    draws = Random(20261121)
    return [
        {
            "annual_income": round(draws.uniform(0, 160 + 840 * (n % 10 == 0)), 1),
            "spending_score": round(draws.uniform(1, 100), 1),
        }
        for n in range(CUSTOMERS)
    ]


def ask(client: TestClient, customer: dict[str, float]) -> dict[str, Any]:
    """Return how a customer is scored: where it is placed, how surely, and why."""
    answer = {"customer": customer}
    for what in ("predict", "explain"):
        found = client.post(f"/api/v1/{what}", json=customer)
        assert found.status_code == 200, found.text
        answer[what] = _scores(found.json())
    return answer


def _scores(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_scores(part) for part in answer]
    if isinstance(answer, dict):
        return {key: _scores(value) for key, value in answer.items() if key not in LEFT_OUT}
    return answer


def freeze(past: Path) -> None:
    """Train a version and keep it as text."""
    past.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_over(Path(folder))
        mall.write(settings.raw_dir / "mall_customers.csv")
        TrainingService(settings, NULL_DRAWS, REFITS).train("mall")
        store = ArtifactStore(settings.artifacts_dir, "mall")
        for name in (*store.read(1), MODEL_HASH):
            content = (store.folder / "1" / name).read_bytes()
            if name.endswith(".pkl"):
                (past / f"{name}{BASE64}").write_bytes(base64.encodebytes(content))
            else:
                (past / name).write_bytes(content)
        (past / RECIPE).write_bytes((SHIPPED / "mall.toml").read_bytes())
        with TestClient(create_app(settings)) as client:
            lines = [json.dumps(ask(client, customer)) for customer in customers()]
    (past / ANSWERS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert (past / MODEL).is_file()


if __name__ == "__main__":
    if (PAST / VERSION).exists():
        sys.exit(f"{VERSION} is kept already")
    freeze(PAST / VERSION)
