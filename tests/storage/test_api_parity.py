"""The API answers the same over SQLite and over PostgreSQL, whatever is asked of it in whatever order."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from pydantic import SecretStr
from sqlalchemy import delete
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.core.database import Database
from app.models.records.dataset import DatasetStore
from app.models.records.job_lease import JobLeases
from app.models.records.tables import metadata
from tests.conftest import settings_in
from tests.storage.children import facts
from tests.stress.counts import chosen

SEQUENCES = chosen(4, 500)
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# a moment, a cursor that holds one, the number of a request
FLEETING = re.compile(r'"(?:\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|\+00:00)|[0-9a-f]{16,32})"')
HOSTILE = ["", " ", "a\x00", "\ud800", "x" * 201, "Zoë 🛒", "A\u030a", "'; --", "%", "_", "\u202e"]
texts = st.sampled_from(HOSTILE) | st.text(max_size=12)
numbers = st.sampled_from([-1, 0, 1, 2, 3, 100, 2**31, 2**53, 2**63, 10**30])
few = st.integers(0, 3)


class Side:
    """One application over one database, and the ids that it gave, in the order in which they came."""

    def __init__(self, client: TestClient, database: Database) -> None:
        self.client = client
        self.database = database
        self.ids: list[str] = []

    def clear(self) -> None:
        self.ids = []
        with self.database.writing() as session:
            for table in metadata.sorted_tables:
                session.execute(delete(table))

    def named(self, number: int) -> str:
        return self.ids[number] if number < len(self.ids) else "6a0f4b4e-0000-4000-8000-000000000000"

    def plain(self, content: str) -> str:
        """Return an answer with each id as its number, and without what no two answers share."""
        found = ID.sub(lambda match: self.number_of(match[0]), content)
        return FLEETING.sub('"…"', found)

    def number_of(self, found: str) -> str:
        return f"id {self.ids.index(found)}" if found in self.ids else "another id"


class Answers(RuleBasedStateMachine):
    """Asks both and compares what they answer, letter by letter."""

    sides: tuple[Side, Side]

    def __init__(self) -> None:
        super().__init__()
        for side in self.sides:
            side.clear()

    def ask(self, method: str, address: str, number: int = 0, **more: Any) -> None:
        answers = []
        for side in self.sides:
            sent = json.dumps(more["json"]).replace("{id}", side.named(number)) if "json" in more else None
            headers = {"Content-Type": "application/json", **more.get("headers", {})} if sent else {}
            where = address.replace("{id}", side.named(number))
            answer = side.client.request(
                method, where, content=sent, headers=headers, params=more.get("params")
            )
            if answer.status_code == 202 and answer.json()["id"] not in side.ids:
                side.ids.append(answer.json()["id"])
            assert answer.status_code < 500, answer.text
            kept = {name: answer.headers.get(name) for name in ("content-type", "location", "allow")}
            answers.append((answer.status_code, side.plain(json.dumps(kept)), side.plain(answer.text)))
        assert answers[0] == answers[1]

    @rule(recipe=st.just("mall") | texts, seed=numbers, segments=st.none() | numbers, key=st.none() | few)
    def train(self, recipe: str, seed: int, segments: int | None, key: int | None) -> None:
        headers = {} if key is None else {"Idempotency-Key": f"key {key}"}
        body = {"recipe": recipe, "seed": seed, "segments": segments}
        self.ask("POST", "/api/v1/trainings", json=body, headers=headers)

    @rule(number=few, name=texts)
    def train_on_a_table(self, number: int, name: str) -> None:
        self.ask(
            "POST", "/api/v1/trainings", number, json={"recipe": "mall", "dataset_id": "{id}", "x": name}
        )

    @rule(name=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20))
    def bring(self, name: str) -> None:
        for side in self.sides:
            made = replace(facts(f"t{len(side.ids)}"), name=name)
            with side.database.writing() as session:
                side.ids.append(DatasetStore(session).create_dataset(made).id)

    @rule()
    def begin(self) -> None:
        for side in self.sides:
            with side.database.writing() as session:
                JobLeases(session).claim("worker", 60.0)

    @rule(
        what=st.sampled_from(["jobs", "trainings", "datasets"]),
        limit=st.none() | numbers,
        cursor=st.none() | texts,
    )
    def list_all(self, what: str, limit: int | None, cursor: str | None) -> None:
        asked = {"limit": limit, "cursor": None if cursor is None else cursor.encode("utf-8", "replace")}
        self.ask("GET", f"/api/v1/{what}", params={k: v for k, v in asked.items() if v is not None})

    @rule(number=few, what=st.sampled_from(["jobs", "trainings", "datasets"]))
    def look(self, number: int, what: str) -> None:
        self.ask("GET", f"/api/v1/{what}/{{id}}", number)

    @rule(number=few, what=st.sampled_from(["jobs", "trainings"]))
    def cancel(self, number: int, what: str) -> None:
        self.ask("POST", f"/api/v1/{what}/{{id}}/cancel", number)

    @rule(number=few, what=st.sampled_from(["jobs", "datasets"]))
    def forget(self, number: int, what: str) -> None:
        self.ask("DELETE", f"/api/v1/{what}/{{id}}", number)

    @rule(number=few, name=texts)
    def rename(self, number: int, name: str) -> None:
        self.ask("PATCH", "/api/v1/datasets/{id}", number, json={"name": name})

    @rule(segment=few | numbers, slot=st.none() | numbers, name=st.none() | texts, line=texts)
    def rewrite(self, segment: int, slot: int | None, name: str | None, line: str) -> None:
        body = {"name": name, "slot": slot, "strategy": [line, "x"]}
        self.ask("PATCH", f"/api/v1/recipes/mall/segments/{segment}", json=body)

    @rule()
    def list_segments(self) -> None:
        self.ask("GET", "/api/v1/recipes/mall/segments")


@pytest.fixture
def sides(
    trained_once: Path, tmp_path: Path, sqlite_template: bytes, postgres_with_tables: str
) -> Iterator[tuple[Side, Side]]:
    (tmp_path / "clientele.db").write_bytes(sqlite_template)
    with contextlib.ExitStack() as opened:
        made = []
        for kind, url in (("a", f"sqlite:///{tmp_path / 'clientele.db'}"), ("b", postgres_with_tables)):
            shutil.copytree(trained_once, tmp_path / kind)
            chosen_settings: Settings = settings_in(tmp_path / kind)
            chosen_settings = chosen_settings.model_copy(update={"database_url": SecretStr(url)})
            client = opened.enter_context(
                TestClient(create_app(chosen_settings), raise_server_exceptions=False)
            )
            database = Database(url)
            opened.callback(database.close)
            made.append(Side(client, database))
        yield made[0], made[1]


@pytest.mark.slow
@pytest.mark.timeout(chosen(300, 3_600))
def test_same_answers(sides: tuple[Side, Side]) -> None:
    chosen_settings = settings(
        max_examples=SEQUENCES,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(
        type("AnswersOfThisTest", (Answers,), {"sides": sides}), settings=chosen_settings
    )
    print(f"{SEQUENCES} sequences of requests: the same answers over both databases")
