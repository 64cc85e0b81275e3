"""Customer tables over the API: understood, asked about, taken in, looked at, taken away."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.core.config import Settings
from tests.api.problems import problem_of
from tests.working import working

ADDRESS = "/api/v1/datasets"
NOBODY = "6a0f4b4e-0000-4000-8000-000000000000"
MESSY = "Kunde;Umsatz;Besuche;Geschlecht\n" + "".join(
    f"00{n:03d};1.{n:03d},50;{n % 7};{'mw'[n % 2]}\n" for n in range(40)
)
DOUBTFUL = "id,amount\n" + "".join(f"c{n},1.{n:03d}\n" for n in range(100, 140))


@pytest.fixture
def settings(settings: Settings, url: str) -> Settings:
    """Settings over this test's own database: on SQLite, then on PostgreSQL."""
    return settings.model_copy(update={"database_url": SecretStr(url)})


@pytest.fixture
def client(empty_client: TestClient, settings: Settings) -> Iterator[TestClient]:
    with working(settings):
        yield empty_client


def send(
    client: TestClient,
    content: str | bytes | None,
    *,
    dry: bool = False,
    **fields: Any,
) -> httpx2.Response:
    files: dict[str, Any] = {} if content is None else {"file": ("kunden.csv", content)}
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in fields.items()}
    if not files:
        files = {key: (None, value) for key, value in texts.items()}
        texts = {}
    return client.post(ADDRESS, params={"dry_run": "true"} if dry else {}, files=files, data=texts)


def taken(client: TestClient, content: str | bytes = MESSY, **fields: Any) -> dict[str, Any]:
    answer = send(client, content, **fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{ADDRESS}/{found['id']}"
    return found


class TestDryRun:
    def test_it_tells_what_was_understood_and_keeps_nothing(self, client: TestClient) -> None:
        found = send(client, MESSY, dry=True).json()
        assert (found["delimiter"], found["encoding"], found["format"]) == (";", "utf-8", "csv")
        assert {c["name"]: c["kind"] for c in found["columns"]} == {
            "Kunde": "identifier",
            "Umsatz": "number",
            "Besuche": "number",
            "Geschlecht": "category",
        }
        by_name = {column["name"]: column for column in found["columns"]}
        assert by_name["Umsatz"]["decimal"] == ","
        assert (by_name["Umsatz"]["minimum"], by_name["Umsatz"]["maximum"]) == (1000.5, 1039.5)
        assert "gender" in by_name["Geschlecht"]["off_because"]
        assert (found["records"], found["accepted"], found["rejected"]) == (40, 40, 0)
        assert found["is_settled"]
        assert client.get(ADDRESS).json()["datasets"] == []

    def test_what_two_readings_fit_is_asked_then_answered_without_the_file(self, client: TestClient) -> None:
        found = send(client, DOUBTFUL, dry=True).json()
        assert not found["is_settled"]
        (question,) = [q for q in found["questions"] if q["is_required"]]
        assert (question["key"], question["column"]) == ("decimals", "amount")
        assert [option["value"] for option in question["options"]] == [".", ","]
        refused = send(client, None, upload=found["upload"])
        problem = problem_of(refused, 422, "table_invalid")
        assert [fault["pointer"] for fault in problem["errors"]] == ["/choices/decimals/amount"]
        answered = send(client, None, upload=found["upload"], choices={"decimals": {"amount": "."}})
        assert answered.status_code == 201, answer_text(answered)
        rows = client.get(f"{ADDRESS}/{answered.json()['id']}/rows", params={"limit": 1}).json()
        assert rows["rows"] == [[1, "c100", 1.1]]

    def test_the_answer_is_remembered_for_the_next_file_like_it(self, client: TestClient) -> None:
        taken(client, DOUBTFUL, choices={"decimals": {"amount": "."}})
        again = send(client, DOUBTFUL.replace("c1", "d1"), dry=True).json()
        assert again["is_settled"]
        assert again["remembered"]


def answer_text(answer: httpx2.Response) -> str:
    return answer.text


class TestTakeIn:
    def test_identifiers_stay_and_numbers_keep_their_size(self, client: TestClient) -> None:
        dataset = taken(client)
        assert (dataset["name"], dataset["rows"], dataset["rejected"]) == ("kunden.csv", 40, 0)
        rows = client.get(f"{ADDRESS}/{dataset['id']}/rows", params={"limit": 2}).json()
        assert rows["columns"] == ["Kunde", "Umsatz", "Besuche", "Geschlecht"]
        assert rows["rows"] == [[1, "00000", 1000.5, 0.0, "m"], [2, "00001", 1001.5, 1.0, "w"]]
        assert rows["next_after"] == 2

    def test_rejected_rows_come_back_with_line_and_reason(self, client: TestClient) -> None:
        dataset = taken(client, MESSY + "00999;viel;3;m\n")
        assert (dataset["rows"], dataset["rejected"]) == (40, 1)
        answer = client.get(f"{ADDRESS}/{dataset['id']}/rejected")
        assert "rejected.csv" in answer.headers["content-disposition"]
        header, row = csv.reader(io.StringIO(answer.text))
        assert header[:3] == ["line", "column", "reason"]
        assert row[:2] == ["42", "Umsatz"]
        assert row[3:] == ["00999", "viel", "3", "m"]

    def test_a_table_put_behind_another(self, client: TestClient) -> None:
        first = taken(client)
        header, *rest = MESSY.splitlines(keepends=True)
        both = taken(client, header + "".join(rest[:5]).replace("00", "90"), appends_to=first["id"])
        assert (both["rows"], both["lineage"], both["parent_id"]) == (45, "appended", first["id"])
        last = client.get(f"{ADDRESS}/{both['id']}/rows", params={"after": 40}).json()["rows"]
        assert [row[0] for row in last] == [41, 42, 43, 44, 45]
        assert client.get(f"{ADDRESS}/{first['id']}").json()["rows"] == 40

    def test_a_table_in_the_place_of_another(self, client: TestClient) -> None:
        first = taken(client)
        second = taken(client, MESSY, replaces=first["id"], name="Neue Kunden")
        assert (second["rows"], second["lineage"], second["name"]) == (40, "replaced", "Neue Kunden")

    def test_other_columns_cannot_be_put_behind(self, client: TestClient) -> None:
        first = taken(client)
        problem_of(send(client, DOUBTFUL, appends_to=first["id"], choices={"decimals": {"amount": "."}}), 422,
                   "table_invalid")  # fmt: skip
        assert len(client.get(ADDRESS).json()["datasets"]) == 1

    @pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"PK\x03\x04 no workbook", b"\x1f\x8b no gzip"])
    def test_hostile_files_are_refused_with_a_reason(self, client: TestClient, content: bytes) -> None:
        answer = send(client, content, dry=True)
        assert problem_of(answer, 422, "table_invalid")["detail"]

    def test_a_file_without_one_good_row(self, client: TestClient) -> None:
        answer = send(client, 'a,b\n"1,2\n')
        problem = problem_of(answer, 422, "table_invalid")
        assert [fault["detail"][:7] for fault in problem["errors"]] == ["line 2:"]


class TestForm:
    def test_no_form(self, empty_client: TestClient) -> None:
        problem_of(empty_client.post(ADDRESS, content=b"a,b\n1,2\n"), 415, "body_not_form")
        problem_of(empty_client.post(ADDRESS, json={"file": "x"}), 415, "body_not_form")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"--x\r\n",
            b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\ncut off",
            b"no boundary at all",
            b"--x\r\nContent-Disposition: form-data; name=\xff\r\n\r\n1\r\n--x--\r\n",
        ],
    )
    def test_torn_forms(self, empty_client: TestClient, settings: Settings, body: bytes) -> None:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = empty_client.post(ADDRESS, content=body, headers=headers)
        problem_of(answer, 400, "upload_malformed")
        assert list(settings.uploads_dir.iterdir()) == []

    @pytest.mark.parametrize(
        ("fields", "pointer"),
        [
            ({"file": None}, "/file"),
            ({"shoe_size": "44"}, "/form"),
            ({"upload": NOBODY}, "/file"),
            ({"replaces": NOBODY, "appends_to": NOBODY}, "/appends_to"),
            ({"choices": "{"}, "/choices"),
            ({"choices": '{"delimiter": ";;"}'}, "/choices/delimiter"),
            ({"choices": '{"kinds": {"a": "colour"}}'}, "/choices/kinds/a"),
        ],
    )
    def test_fields(self, empty_client: TestClient, fields: dict[str, Any], pointer: str) -> None:
        without_file = "file" in fields
        sent = {"name": "x"} if without_file else fields
        answer = send(empty_client, None if without_file else MESSY, **sent)
        problem = problem_of(answer, 422, "input_invalid")
        assert [fault["pointer"] for fault in problem["errors"]] == [pointer]

    def test_two_files_or_too_many_fields(self, empty_client: TestClient) -> None:
        two = [("file", ("a.csv", MESSY)), ("file", ("b.csv", MESSY))]
        problem_of(empty_client.post(ADDRESS, files=two), 400, "upload_malformed")
        many: dict[str, Any] = {f"f{n}": "x" for n in range(30)}
        problem_of(send(empty_client, MESSY, **many), 400, "upload_malformed")
        problem_of(send(empty_client, MESSY, name="x" * 300_000), 400, "upload_malformed")

    @pytest.mark.parametrize("upload", [NOBODY, "../../etc/passwd", "x"])
    def test_no_such_upload(self, empty_client: TestClient, upload: str) -> None:
        problem_of(send(empty_client, None, upload=upload), 404, "upload_not_found")

    def test_no_such_table_to_follow(self, empty_client: TestClient) -> None:
        problem_of(send(empty_client, MESSY, replaces=NOBODY), 404, "dataset_not_found")


class TestLook:
    def test_summary(self, client: TestClient) -> None:
        found = client.get(f"{ADDRESS}/{taken(client)['id']}/summary").json()
        by_name = {column["name"]: column for column in found["columns"]}
        assert found["rows"] == 40
        assert sum(by_name["Umsatz"]["bins"]) == 40
        assert by_name["Umsatz"]["mean"] == pytest.approx(1020.0)
        assert by_name["Geschlecht"]["values"] == [{"value": "m", "count": 20}, {"value": "w", "count": 20}]
        assert found["correlations"]["columns"] == ["Umsatz", "Besuche"]
        assert sorted(found["sample"]["Umsatz"]) == pytest.approx([1000.5 + n for n in range(40)])

    def test_rows_are_searched_and_paged(self, client: TestClient) -> None:
        address = f"{ADDRESS}/{taken(client)['id']}/rows"
        found = client.get(address, params={"search": "W", "limit": 3}).json()
        assert [row[0] for row in found["rows"]] == [2, 4, 6]
        rest = client.get(address, params={"search": "W", "after": found["next_after"], "limit": 200}).json()
        assert len(rest["rows"]) == 17
        assert rest["next_after"] is None
        assert client.get(address, params={"search": "' OR 1=1 --"}).json()["rows"] == []

    def test_download_is_safe_in_a_spreadsheet(self, client: TestClient) -> None:
        dataset = taken(client, "id,note\n" + "".join(f"k{n},=1+{n}\n" for n in range(12)), name="a/b.csv")
        answer = client.get(f"{ADDRESS}/{dataset['id']}/file")
        assert answer.headers["content-type"].startswith("text/csv")
        assert 'filename="a-b.csv"' in answer.headers["content-disposition"]
        rows = list(csv.reader(io.StringIO(answer.text)))
        assert rows[0] == ["id", "note"]
        assert rows[1] == ["k0", "'=1+0"]

    def test_page_by_page(self, client: TestClient) -> None:
        ids = [taken(client)["id"] for _ in range(3)]
        first = client.get(ADDRESS, params={"limit": 2}).json()
        rest = client.get(ADDRESS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
        assert [found["id"] for found in first["datasets"] + rest["datasets"]] == ids[::-1]


class TestChange:
    def test_rename(self, client: TestClient) -> None:
        address = f"{ADDRESS}/{taken(client)['id']}"
        assert client.patch(address, json={"name": "Spring"}).json()["name"] == "Spring"
        assert client.get(address).json()["name"] == "Spring"
        problem_of(client.patch(address, json={"name": ""}), 422, "input_invalid")

    def test_delete(self, client: TestClient, settings: Settings) -> None:
        address = f"{ADDRESS}/{taken(client)['id']}"
        assert client.delete(address).status_code == 204
        assert list(settings.datasets_dir.iterdir()) == []
        for path in ("", "/summary", "/rows", "/file", "/rejected"):
            problem_of(client.get(address + path), 404, "dataset_not_found")
        problem_of(client.delete(address), 404, "dataset_not_found")
        problem_of(client.patch(address, json={"name": "x"}), 404, "dataset_not_found")

    def test_files_that_are_gone(self, client: TestClient, settings: Settings) -> None:
        dataset = taken(client)
        for path in (settings.datasets_dir / dataset["id"]).iterdir():
            path.unlink()
        for path in ("summary", "rows", "file", "rejected"):
            problem_of(client.get(f"{ADDRESS}/{dataset['id']}/{path}"), 404, "dataset_not_found")
