"""Swagger UI and ReDoc, which work without the internet."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

PAGES = ["/docs", "/redoc"]


class Addresses(HTMLParser):
    """Collects what a page makes a browser fetch, and any script or style written into it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []
        self._in = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "data-schema-url")]
        self.inline += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self._in = tag if tag in ("script", "style") and not given.get("src") else ""

    def handle_data(self, data: str) -> None:
        if self._in and data.strip():
            self.inline.append(self._in)


@pytest.mark.parametrize("page", PAGES)
class TestPages:
    def test_it_loads_without_a_model(self, empty_client: TestClient, page: str) -> None:
        answer = empty_client.get(page)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"

    def test_all_that_it_fetches_is_ours_and_there(self, shared_client: TestClient, page: str) -> None:
        read = Addresses(shared_client.get(page).text)
        assert "/openapi.json" in read.found
        for address in read.found:
            assert re.match(r"/(?!/)", address), address
            assert shared_client.get(address).status_code == 200
        assert any(address.startswith("/docs/assets/") and address.endswith(".js") for address in read.found)

    def test_nothing_is_written_into_the_page(self, shared_client: TestClient, page: str) -> None:
        assert Addresses(shared_client.get(page).text).inline == []

    def test_the_policy_names_no_other_host(self, shared_client: TestClient, page: str) -> None:
        policy = shared_client.get(page).headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "//" not in policy


class TestFiles:
    def scripts(self, client: TestClient) -> list[str]:
        pages = [Addresses(client.get(page).text).found for page in PAGES]
        return sorted({a for found in pages for a in found if a.startswith("/docs/assets/")})

    def test_they_are_sent_immutable_and_small(self, shared_client: TestClient) -> None:
        for address in self.scripts(shared_client):
            answer = shared_client.get(address)
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.headers["content-encoding"] == "gzip"
            assert answer.headers["vary"] == "Accept-Encoding"

    def test_another_version_is_not_answered(self, shared_client: TestClient) -> None:
        address = self.scripts(shared_client)[0]
        _, _, _, digest, name = address.split("/")
        assert shared_client.get(f"/docs/assets/{'0' * len(digest)}/{name}").status_code == 404
        assert shared_client.get(f"/docs/assets/{digest}/nothing.js").status_code == 404

    def test_no_path_leads_out(self, shared_client: TestClient) -> None:
        digest = self.scripts(shared_client)[0].split("/")[3]
        for name in ("..%2f__init__.py", "%2e%2e%2f__init__.py", "..%5c__init__.py", "%00"):
            assert shared_client.get(f"/docs/assets/{digest}/{name}").status_code == 404
