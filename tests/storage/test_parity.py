"""The same steps have the same outcome on SQLite and on PostgreSQL, whatever the steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.errors import ClienteleError
from app.models.records.column_mapping import ColumnMappingStore
from app.models.records.job import JobRecord, JobStore
from app.models.records.job_lease import JobLeases
from app.models.records.segment_edit import SegmentEditStore, SegmentTexts
from app.models.records.tables import metadata
from tests.stress.counts import chosen

SEQUENCES = chosen(25, 500)
HOSTILE = ["", "a\x00", "\ud800", "x" * 201, "Zoë 🛒", "'; --"]
SHOWN = ("kind", "payload", "status", "progress", "words", "result", "failure", "attempts", "fence")
texts = st.sampled_from(HOSTILE) | st.text(max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
payloads = st.dictionaries(texts, values, max_size=3)
few = st.integers(0, 3)


@pytest.fixture
def pair(tmp_path: Path, sqlite_template: bytes, postgres_with_tables: str) -> Iterator[list[Database]]:
    """One database of each kind, with all tables."""
    path = tmp_path / "clientele.db"
    path.write_bytes(sqlite_template)
    both = [Database(f"sqlite:///{path}"), Database(postgres_with_tables)]
    yield both
    for database in both:
        database.close()


class Pair(RuleBasedStateMachine):
    """Takes each step on both databases and compares what comes of it."""

    both: list[Database]

    def __init__(self) -> None:
        super().__init__()
        for database in self.both:
            with database.writing() as session:
                for table in metadata.sorted_tables:
                    session.execute(delete(table))
        # the ids differ, so a step names a job by when it came
        self.jobs: list[list[str]] = [[] for _ in self.both]

    def step(self, action: Callable[[Session, list[str]], object]) -> None:
        first, second = (self.outcome(number, action) for number in range(len(self.both)))
        assert first == second

    def outcome(self, number: int, action: Callable[[Session, list[str]], object]) -> object:
        try:
            with self.both[number].writing() as session:
                return action(session, self.jobs[number])
        except ClienteleError as error:
            return type(error), error.detail

    @rule(kind=texts, payload=payloads, key=st.none() | texts)
    def enqueue(self, kind: str, payload: dict[str, Any], key: str | None) -> None:
        def action(session: Session, jobs: list[str]) -> object:
            job = JobStore(session).enqueue(kind, payload, key)
            jobs += [] if job.id in jobs else [job.id]
            return jobs.index(job.id), shown(job)

        self.step(action)

    @rule()
    def claim(self) -> None:
        self.step(lambda session, _: shown(JobLeases(session).claim("worker", 60.0)))

    @rule(number=few, fence=few, progress=st.floats(allow_nan=False), words=texts)
    def beat(self, number: int, fence: int, progress: float, words: str) -> None:
        self.step(lambda s, jobs: JobLeases(s).beat(named(jobs, number), fence, 60.0, progress, words))

    @rule(number=few, fence=few, result=payloads)
    def complete(self, number: int, fence: int, result: dict[str, Any]) -> None:
        self.step(lambda s, jobs: JobLeases(s).complete(named(jobs, number), fence, result))

    @rule(number=few, fence=few, words=texts)
    def fail(self, number: int, fence: int, words: str) -> None:
        self.step(lambda s, jobs: JobLeases(s).fail(named(jobs, number), fence, "code", words))

    @rule(number=few, fence=few)
    def release(self, number: int, fence: int) -> None:
        self.step(lambda s, jobs: JobLeases(s).release(named(jobs, number), fence))

    @rule(number=few)
    def cancel(self, number: int) -> None:
        self.step(lambda s, jobs: shown(JobStore(s).request_cancel(named(jobs, number))))

    @rule(number=few)
    def forget(self, number: int) -> None:
        self.step(lambda s, jobs: JobStore(s).delete_job(named(jobs, number)))

    @rule(limit=few)
    def list_all(self, limit: int) -> None:
        self.step(lambda s, _: [shown(job) for job in JobStore(s).list_jobs(limit).rows])

    @rule(header=texts, mapping=payloads)
    def map_columns(self, header: str, mapping: dict[str, Any]) -> None:
        def action(session: Session, _: list[str]) -> object:
            store = ColumnMappingStore(session)
            store.save_mapping(header, mapping)
            return store.find_mapping(header)

        self.step(action)

    @rule(segment_id=few | st.integers(), slot=st.none() | st.integers(-1, 9), words=st.none() | texts)
    def edit(self, segment_id: int, slot: int | None, words: str | None) -> None:
        def action(session: Session, _: list[str]) -> object:
            store = SegmentEditStore(session)
            store.save_edit("mall", segment_id, SegmentTexts(words, slot, words))
            return [(row.segment_id, row.name, row.slot) for row in store.list_edits("mall").values()]

        self.step(action)


def named(jobs: list[str], number: int) -> str:
    return jobs[number] if number < len(jobs) else "none"


def shown(job: JobRecord | None) -> object:
    return None if job is None else {name: getattr(job, name) for name in SHOWN}


@pytest.mark.slow
@pytest.mark.timeout(chosen(300, 3600))
def test_same_outcomes(pair: list[Database]) -> None:
    chosen_settings = settings(
        max_examples=SEQUENCES,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],  # a shorter example is not worth minutes of commits
        suppress_health_check=list(HealthCheck),
    )
    machine = type("PairOfThisTest", (Pair,), {"both": pair})
    run_state_machine_as_test(machine, settings=chosen_settings)
    print(f"{SEQUENCES} sequences of steps: the same outcomes on both databases")
