"""Requests made up from the API's own description, right ones and wrong ones: every answer keeps its word."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from schemathesis.engine import Status, events, from_schema
from starlette.testclient import TestClient

from app.application import create_app
from tests.conftest import settings_in
from tests.working import refuse, working

MOST_EXAMPLES = 50
# Stateful tests follow links between operations: nothing is made here that another operation could take.
CONFIG = {
    "seed": 1,
    "generation": {"deterministic": True, "max-examples": MOST_EXAMPLES, "database": "none"},
    "phases": {"stateful": {"enabled": False}},
    "cache": {"enabled": False},
    # what such a body holds is the recipe's to say, which the description of an address cannot know
    "operations": [
        {
            "include-path-regex": r"/recipes/\{recipe\}/",
            "checks": {"positive_data_acceptance": {"enabled": False}},
        },
        # nor what stands in a file
        {
            "include-method": "POST",
            "include-path-regex": r"/datasets$",
            "checks": {"positive_data_acceptance": {"enabled": False}},
        },
        # nor can it know which cursors lists have given
        {
            "include-method": "GET",
            "include-path-regex": r"/(jobs|trainings|datasets)$",
            "checks": {"positive_data_acceptance": {"enabled": False}},
        },
    ],
}


@pytest.fixture(scope="module")
def whole_client(
    trained_once: Path, shoppers_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A client of a service whose every address has a model."""
    folder = tmp_path_factory.mktemp("whole")
    for trained in (trained_once, shoppers_once):
        shutil.copytree(trained, folder, dirs_exist_ok=True)
    settings = settings_in(folder)
    with TestClient(create_app(settings)) as client, working(settings, refuse):
        yield client


@pytest.fixture(scope="module")
def scenarios(whole_client: TestClient) -> list[events.ScenarioFinished]:
    # run by its engine, whose checks are all on; its plugin for pytest reaches into parts that pytest changed
    config = schemathesis.Config.from_dict(CONFIG)
    schema = schemathesis.openapi.from_asgi("/openapi.json", whole_client.app, config=config)
    told = list(from_schema(schema).execute())
    broken = (events.NonFatalError, events.FatalError, events.Interrupted)
    assert [event for event in told if isinstance(event, broken)] == []
    return [event for event in told if isinstance(event, events.ScenarioFinished)]


def test_no_answer_breaks_its_word(scenarios: list[events.ScenarioFinished]) -> None:
    faults = [
        f"{scenario.label}: {check.name}: {check.failure_info.failure} {check.failure_info.code_sample}"
        for scenario in scenarios
        for checks in scenario.recorder.checks.values()
        for check in checks
        if check.failure_info is not None
    ]
    assert faults == [], "\n".join(faults)
    assert {scenario.status for scenario in scenarios} <= {Status.SUCCESS, Status.SKIP}


def test_every_operation_was_asked(
    scenarios: list[events.ScenarioFinished], whole_client: TestClient
) -> None:
    described = whole_client.get("/openapi.json").json()["paths"]
    labels = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    asked: dict[str | None, int] = dict.fromkeys(labels, 0)
    for scenario in scenarios:
        asked[scenario.label] = asked.get(scenario.label, 0) + len(scenario.recorder.cases)
    for label in labels:
        method, path = label.split()
        has_body = "requestBody" in described[path][method.lower()]
        assert asked[label] >= (MOST_EXAMPLES if has_body else 2), label


def test_wrong_requests_were_among_them(scenarios: list[events.ScenarioFinished]) -> None:
    statuses = {
        interaction.response.status_code
        for scenario in scenarios
        for interaction in scenario.recorder.interactions.values()
        if interaction.response is not None
    }
    assert {200, 400, 405, 422} <= statuses
