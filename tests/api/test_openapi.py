"""The committed description of the API, and what it must say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

# Clients are generated from these: none may change. New ones are seen in the committed description.
OPERATIONS = {
    "POST /api/v1/predict": "predict",
    "GET /api/v1/clusters": "list_clusters",
    "GET /api/v1/clusters/info": "list_clusters_info",
    "GET /api/v1/model/info": "get_model_info",
    "GET /api/v1/health": "get_health",
    "GET /livez": "get_livez",
    "GET /readyz": "get_readyz",
    "POST /predict": "predict_older",
    "GET /stats": "get_stats",
}
VERSIONS = "/api/v1/recipes/{recipe}/versions"
# operations that answer without a model, and those whose refusals are their own
ERRORS_OF: dict[str, set[str]] = {
    "GET /livez": set(),
    "GET /api/v1/recipes": set(),
    "DELETE /api/v1/recipes/{recipe}": {"403", "404", "409", "422"},
    "GET /api/v1/recipes/{recipe}": {"404", "422"},
    f"GET {VERSIONS}": {"404", "422"},
    f"GET {VERSIONS}/{{version}}/moves": {"404", "409", "422", "503"},
    f"POST {VERSIONS}/{{version}}/activate": {"403", "404", "409", "422", "503"},
    f"POST {VERSIONS}/rollback": {"403", "404", "409", "422", "503"},
    f"DELETE {VERSIONS}/{{version}}": {"403", "404", "409", "422", "503"},
}
DEPRECATED = {"predict_older", "get_stats"}


@pytest.fixture(scope="module")
def described(shared_client: TestClient) -> dict[str, Any]:
    answer = shared_client.get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def test_the_committed_description_is_this_one(repository: Path, described: dict[str, Any]) -> None:
    committed = json.loads((repository / "docs" / "openapi.json").read_text(encoding="utf-8"))
    assert described == committed, (
        "The API has changed. If that is meant, run `python scripts/openapi.py`, look at the difference in "
        "docs/openapi.json and note in CHANGELOG.md what clients will see."
    )


def test_the_script_writes_the_same_anywhere(
    repository: Path, tmp_path: Path, described: dict[str, Any]
) -> None:
    # a machine's own settings must not change the description
    code = "import scripts.openapi; print(scripts.openapi.describe(), end='')"
    environment = os.environ | {"DATA_DIR": str(tmp_path), "DEFAULT_RECIPE": "another", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == described


def test_operations_and_their_stable_ids(described: dict[str, Any]) -> None:
    found = {key: operation["operationId"] for key, operation in operations(described).items()}
    assert OPERATIONS.items() <= found.items()
    assert len(set(found.values())) == len(found)


def test_older_addresses_are_marked(described: dict[str, Any]) -> None:
    found = {op["operationId"] for op in operations(described).values() if op.get("deprecated")}
    assert found == DEPRECATED


def test_every_operation_is_explained(described: dict[str, Any]) -> None:
    for key, operation in operations(described).items():
        assert operation["summary"], key
        assert operation["description"], key
        assert operation["tags"], key


def test_errors_are_problems(described: dict[str, Any]) -> None:
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for key, operation in operations(described).items():
        errors = {status: r for status, r in operation["responses"].items() if status >= "400"}
        wanted = {"400", "413", "415", "422", "503"} if "requestBody" in operation else {"503"}
        if "{" in key:
            wanted.add("404")
        # what an address or the state of a thing may be refused with
        possible = wanted | {"403", "404", "409", "422"}
        least, most = (ERRORS_OF[key],) * 2 if key in ERRORS_OF else (wanted, possible)
        assert least <= set(errors) <= most, key
        assert all(r["content"] == {"application/problem+json": reference} for r in errors.values())


def test_bodies_are_closed_and_have_bounds_and_examples(described: dict[str, Any]) -> None:
    for name in ("Customer", "OlderCustomer"):
        schema = described["components"]["schemas"][name]
        assert schema["additionalProperties"] is False
        for field in schema["required"]:
            told = schema["properties"][field]
            assert told["minimum"] <= told["examples"][0] <= told["maximum"]


def test_every_json_has_an_example(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]

    def has_example(schema: dict[str, Any], seen: frozenset[str] = frozenset()) -> bool:
        if "example" in schema or "examples" in schema:
            return True
        name = schema.get("$ref", "").rpartition("/")[2]
        if name:
            return name not in seen and has_example(schemas[name], seen | {name})
        parts = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
        parts += [schema["items"]] if "items" in schema else []
        return any(has_example(part, seen) for part in parts)

    for key, operation in operations(described).items():
        answers = [answer for status, answer in operation["responses"].items() if status < "300"]
        for told in [*answers, operation.get("requestBody", {})]:
            for media, content in told.get("content", {}).items():
                if media in {"application/json", "multipart/form-data"}:
                    assert "example" in content or has_example(content["schema"]), key
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                assert has_example(parameter["schema"]) or "example" in parameter, (key, parameter["name"])


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    known = described["components"]["schemas"]
    text = json.dumps(described)
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= known.keys()


def test_its_examples_are_answered(shared_client: TestClient, described: dict[str, Any]) -> None:
    for path, name in (("/api/v1/predict", "Customer"), ("/predict", "OlderCustomer")):
        schema = described["components"]["schemas"][name]
        example = {field: schema["properties"][field]["examples"][0] for field in schema["required"]}
        assert shared_client.post(path, json=example).status_code == 200


def test_no_route_is_analysed_a_second_time(shared_client: TestClient) -> None:
    # what is included stands there as a group, whose routes are made anew at the first request that passes by
    application: Any = shared_client.app
    assert [route for route in application.router.routes if not isinstance(route, Route | Mount)] == []
