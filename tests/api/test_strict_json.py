"""JSON that is not JSON, and JSON that could not be answered: each is refused, and none is repeated."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from tests.api.problems import problem_of

ADDRESS = "/api/v1/predict"
JSON = {"Content-Type": "application/json"}
CUSTOMER = {"annual_income": 55, "spending_score": 50}
GOOD = json.dumps(CUSTOMER).encode()
CANARY = "31415926535"


def with_income(text: str) -> bytes:
    return f'{{"annual_income": {text}, "spending_score": 50}}'.encode()


def with_more(text: str) -> bytes:
    return f'{{"annual_income": 55, "spending_score": 50, {text}}}'.encode()


NOT_JSON = {
    "NaN": with_income("NaN"),
    "minus NaN": with_income("-NaN"),
    "Infinity": with_income("Infinity"),
    "minus Infinity": with_income("-Infinity"),
    "overflow": with_income("1e999"),
    "overflow below zero": with_income(f"-{CANARY}e999"),
    "400 digits": with_income("9" * 400),
    "401 digits": with_income("9" * 401),
    "20,000 digits": with_income(CANARY * 1818),
    "20,000 digits and a point": with_income(CANARY * 1818 + ".0"),
    "leading zero": with_income("01"),
    "hexadecimal": with_income("0x10"),
    "underscore": with_income("1_000"),
    "no digit before the point": with_income(".5"),
    "no digit after the point": with_income("5."),
    "plus": with_income("+5"),
    "capitals": with_income("True"),
    "digits of another script": with_income("٣"),
    "surrogate in an optional field": with_more('"gender": "\\ud800"'),
    "surrogate in a rejected field": with_income(f'"{CANARY}\\udfff"'),
    "surrogate in an unknown field": with_more(f'"x": ["{CANARY}\\ud800"]'),
    "surrogate as a key": with_more(f'"\\ud800": {CANARY}'),
    "raw NUL": with_more(f'"gender": "{CANARY}\x00"'),
    "raw line end": with_more(f'"gender": "{CANARY}\n"'),
    "bad escape": with_more(f'"gender": "\\x{CANARY}"'),
    "bytes that are no UTF-8": with_more('"gender": "') + b"\xff\xfe" + b'"}',
    "overlong UTF-8": GOOD.replace(b"55", b"\xc0\xb5"),
    "Latin-1": with_more('"gender": "é"').decode().encode("latin-1"),
    "surrogates as UTF-8": GOOD[:-1] + b', "gender": "\xed\xa0\x80"}',
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "UTF-16 without a mark": GOOD.decode().encode("utf-16-le"),
    "UTF-32": GOOD.decode().encode("utf-32"),
    "empty": b"",
    "blanks": b" \n\t ",
    "half": GOOD[:-1],
    "trailing garbage": GOOD + CANARY.encode(),
    "two documents": GOOD + GOOD,
    "trailing comma": GOOD[:-1] + b",}",
    "comment": GOOD + b"// " + CANARY.encode(),
    "single quotes": GOOD.replace(b'"', b"'"),
    "no quotes": GOOD.replace(b'"', b""),
    "a field twice": with_more(f'"annual_income": {CANARY}'),
    "a field twice, spelt otherwise": with_more(f'"annual\\u005fincome": {CANARY}'),
    "a field twice within": with_more('"x": {"a": 1, "a": 2}'),
    "60,000 open brackets": b"[" * 60_000,
    "30,000 brackets": b"[" * 30_000 + b"]" * 30_000,
    "10,000 objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "a form": b"annual_income=55&spending_score=50",
    "compressed": gzip.compress(GOOD),
}
NOT_ACCEPTABLE = {
    "2**70": with_income(str(2**70)),
    "300 digits": with_income("9" * 300),
    "1e308": with_income("1e308"),
    "beyond 64 bits below zero": with_income(f"-{CANARY}{CANARY}"),
    "true": with_income("true"),
    "text": with_income(f'"{CANARY}"'),
    "null": with_income("null"),
    "list": with_income(f"[{CANARY}]"),
    "object": with_income(f'{{"$gt": {CANARY}}}'),
    "NUL in text": with_more(f'"gender": "{CANARY}\\u0000"'),
    "escape in text": with_more(f'"gender": "{CANARY}\\u001b[31m"'),
    "long text": with_more(f'"gender": "{CANARY * 10}"'),
    "__proto__": with_more(f'"__proto__": {{"annual_income": {CANARY}}}'),
    "constructor": with_more(f'"constructor": {CANARY}'),
    "__class__": with_more(f'"__class__": "{CANARY}"'),
    "model_config": with_more(f'"model_config": {CANARY}'),
    "a field in capitals": with_more(f'"Annual_Income": {CANARY}'),
    "a field with a blank": with_more(f'"annual_income ": {CANARY}'),
    "a field called body": with_more(f'"body": "{CANARY}"'),
    "a nameless field": with_more(f'"": {CANARY}'),
    "whole body null": b"null",
    "whole body a list": f"[{CANARY}]".encode(),
    "whole body a number": CANARY.encode(),
    "whole body text": f'"{CANARY}"'.encode(),
    "whole body true": b"true",
    "two customers": b"[" + GOOD + b"," + GOOD + b"]",
}
OTHER_MEDIA: list[dict[str, str]] = [
    {},
    {"Content-Type": ""},
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "multipart/form-data; boundary=x"},
    {"Content-Type": "application/jsonp"},
    {"Content-Type": "application/json, text/plain"},
    {"Content-Type": "application/json; charset=utf-7"},
    {"Content-Type": "application/json; charset=latin-1"},
    {"Content-Type": 'application/json; charset="UTF-16"'},
    JSON | {"Content-Encoding": "gzip"},
    JSON | {"Content-Encoding": "GZIP"},
    JSON | {"Content-Encoding": "br"},
    JSON | {"Content-Encoding": "identity, gzip"},
]


def post(client: TestClient, content: bytes, address: str = ADDRESS, **headers: str) -> Any:
    return client.post(address, content=content, headers=headers or JSON)


class TestParseStrictly:
    @pytest.mark.parametrize("name", NOT_JSON)
    def test_not_json(self, shared_client: TestClient, name: str) -> None:
        answer = post(shared_client, NOT_JSON[name])
        problem_of(answer, 400, "json_malformed")
        assert CANARY not in answer.text

    @pytest.mark.parametrize("name", NOT_ACCEPTABLE)
    def test_json_that_is_no_customer(self, shared_client: TestClient, name: str) -> None:
        answer = post(shared_client, NOT_ACCEPTABLE[name])
        assert problem_of(answer, 422, "input_invalid")["errors"]
        assert CANARY not in answer.text

    @pytest.mark.parametrize("headers", OTHER_MEDIA, ids=str)
    def test_another_type(self, shared_client: TestClient, headers: dict[str, str]) -> None:
        answer = shared_client.post(ADDRESS, content=GOOD, headers=headers)
        problem_of(answer, 415, "body_not_json")

    @pytest.mark.parametrize("name", ["NaN", "overflow", "surrogate in an unknown field", "a field twice"])
    def test_older_addresses_are_as_strict(self, shared_client: TestClient, name: str) -> None:
        problem_of(post(shared_client, NOT_JSON[name], "/predict"), 400, "json_malformed")

    def test_nothing_of_it_is_logged(self, trained: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        with TestClient(create_app(trained)) as client:
            for content in (*NOT_JSON.values(), *NOT_ACCEPTABLE.values()):
                post(client, content)
        written = capsys.readouterr()
        told = [json.loads(line) for line in written.err.splitlines()]
        assert len([line for line in told if line["event"] == "request"]) >= len(NOT_JSON | NOT_ACCEPTABLE)
        assert CANARY not in written.err + written.out


class TestAccepted:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Content-Type": "application/json; charset=utf-8"},
            {"Content-Type": 'Application/JSON;Charset="UTF-8"'},
            JSON | {"Content-Encoding": "identity"},
        ],
        ids=str,
    )
    def test_plain_json(self, shared_client: TestClient, headers: dict[str, str]) -> None:
        assert post(shared_client, GOOD, **headers).status_code == 200

    @pytest.mark.parametrize("zero", ["-0.0", "-0", "0e9", "0.0e-999", "1e-400"])
    def test_every_zero_is_zero(self, shared_client: TestClient, zero: str) -> None:
        assert post(shared_client, with_income(zero)).json() == post(shared_client, with_income("0")).json()

    @pytest.mark.parametrize("text", ["55.0", "5.5e1", "5.5E+1", "550e-1", "55." + "0" * 5000])
    def test_one_number_in_many_spellings(self, shared_client: TestClient, text: str) -> None:
        assert post(shared_client, with_income(text)).json() == post(shared_client, GOOD).json()

    def test_whole_characters_beyond_the_first_plane(self, shared_client: TestClient) -> None:
        assert post(shared_client, with_more('"gender": "\\ud83d\\ude00"')).status_code == 200
        assert post(shared_client, with_more('"gender": "😀"')).status_code == 200
