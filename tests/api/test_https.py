"""FORCE_HTTPS and TRUSTED_PROXIES: what is believed, from whom, and what plain http is told."""

from __future__ import annotations

import asyncio
import http.client
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from app.application import create_app
from app.controllers.middleware.proxy_trust import ProxyTrust
from app.core.config import Settings
from tests.api.live_server import serving
from tests.api.problems import problem_of
from tests.conftest import settings_in

PROXY, STRANGER = ("10.0.0.5", 4711), ("203.0.113.9", 4711)
OVER_TLS = {"X-Forwarded-Proto": "https"}
HSTS = "strict-transport-security"


def client_of(settings: Settings, peer: tuple[str, int] = STRANGER, scheme: str = "http") -> TestClient:
    return TestClient(
        create_app(settings), base_url=f"{scheme}://shop.example", client=peer, follow_redirects=False
    )


@pytest.fixture(scope="module")
def forced(trained_once: Path) -> Settings:
    """Settings that answer https only and believe one network of proxies; nothing is written below them."""
    settings = settings_in(trained_once)
    trusted = (ip_network("10.0.0.0/24"),)
    return settings.model_copy(update={"force_https": True, "trusted_proxies": trusted})


class TestPlainHttp:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_is_sent_over(self, forced: Settings, method: str) -> None:
        answer = client_of(forced).request(method, "/about?a=1&b=%20x")
        assert answer.status_code == 308
        assert answer.headers["location"] == "https://shop.example/about?a=1&b=%20x"
        assert answer.headers["cache-control"] == "no-store"
        assert HSTS not in answer.headers  # browsers ignore it there, RFC 6797 forbids it
        assert answer.headers["x-request-id"]
        assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize(
        ("host", "target"),
        [("shop.example:8000", "shop.example"), ("[2001:db8::1]:80", "[2001:db8::1]"), ("[::1]", "[::1]")],
    )
    def test_leaves_its_port_behind(self, forced: Settings, host: str, target: str) -> None:
        answer = client_of(forced).get("/docs", headers={"Host": host})
        assert answer.headers["location"] == f"https://{target}/docs"

    def test_cannot_be_sent_to_a_malformed_host(self, forced: Settings) -> None:
        answer = client_of(forced).get("/", headers={"Host": "shop.example/@evil.example"})
        problem_of(answer, 400, "bad_request")

    @pytest.mark.parametrize("path", ["//evil.example/x", "/%0d%0aSet-Cookie:a=b", "/\\evil.example"])
    def test_stays_on_its_host(self, forced: Settings, path: str) -> None:
        answer = client_of(forced).get(f"http://shop.example{path}")
        assert answer.status_code == 308
        assert answer.headers["location"].startswith("https://shop.example/")
        assert "set-cookie" not in answer.headers

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
    def test_is_refused_where_something_may_have_been_sent(self, forced: Settings, method: str) -> None:
        answer = client_of(forced).request(method, "/api/v1/predict")
        problem_of(answer, 403, "https_required")
        assert HSTS not in answer.headers

    @pytest.mark.parametrize("probe", ["/livez", "/readyz"])
    def test_is_enough_for_probes(self, forced: Settings, probe: str) -> None:
        answer = client_of(forced).get(probe)
        assert answer.status_code == 200
        assert HSTS not in answer.headers


class TestHttps:
    @pytest.mark.parametrize("path", ["/", "/api/v1/clusters", "/nothing-here"])
    def test_every_answer_asks_to_stay(self, forced: Settings, path: str) -> None:
        answer = client_of(forced, scheme="https").get(path)
        assert answer.status_code in (200, 404)
        assert answer.headers[HSTS] == "max-age=31536000"

    def test_a_trusted_proxy_is_believed(self, forced: Settings) -> None:
        answer = client_of(forced, PROXY).get("/api/v1/clusters", headers=OVER_TLS)
        assert answer.status_code == 200
        assert HSTS in answer.headers

    def test_a_stranger_is_not(self, forced: Settings) -> None:
        assert client_of(forced, STRANGER).get("/api/v1/clusters", headers=OVER_TLS).status_code == 308

    def test_a_proxy_that_was_asked_over_http_says_so(self, forced: Settings) -> None:
        answer = client_of(forced, PROXY).get("/", headers={"X-Forwarded-Proto": "http"})
        assert answer.status_code == 308


class TestByDefault:
    @pytest.mark.parametrize("headers", [{}, OVER_TLS, {"X-Forwarded-For": "192.0.2.1", **OVER_TLS}])
    def test_forwarding_headers_change_nothing(self, trained: Settings, headers: dict[str, str]) -> None:
        plain = client_of(trained, PROXY).get("/api/v1/clusters")
        answer = client_of(trained, PROXY).get("/api/v1/clusters", headers=headers)
        assert (answer.status_code, answer.content) == (plain.status_code, plain.content)
        assert HSTS not in answer.headers


def told(
    headers: list[tuple[str, str]], peer: tuple[str, int] | None = PROXY, scheme: str = "http"
) -> tuple[str, str | None]:
    """Return the scheme and the client's address that the application sees behind the layer."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def unused() -> None:
        raise AssertionError

    scope = {
        "type": "http",
        "scheme": scheme,
        "client": peer,
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    trusted = (ip_network("10.0.0.0/24"), ip_network("2001:db8:1::/64"))
    asyncio.run(ProxyTrust(app, trusted)(scope, unused, unused))  # type: ignore[arg-type]
    return seen[0]["scheme"], seen[0]["client"] and seen[0]["client"][0]


class TestProxyTrust:
    @pytest.mark.parametrize(
        ("forwarded", "client"),
        [
            ("192.0.2.1", "192.0.2.1"),
            ("198.51.100.7, 192.0.2.1", "192.0.2.1"),  # what the client wrote itself stands left
            ("192.0.2.1, 10.0.0.9", "192.0.2.1"),
            ("10.0.0.7, 10.0.0.9", "10.0.0.7"),
            ("192.0.2.1:5123", "192.0.2.1"),
            ("[2001:db8::7]:5123", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
            ("192.0.2.1, 2001:db8:1::9", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.1, unknown, 10.0.0.9", "10.0.0.9"),
            ("unknown", "10.0.0.5"),
            ("", "10.0.0.5"),
            ("1.2.3.4.5:99999999", "10.0.0.5"),
        ],
    )
    def test_the_client_is_the_nearest_stranger(self, forwarded: str, client: str) -> None:
        assert told([("X-Forwarded-For", forwarded)]) == ("http", client)

    def test_repeated_headers_are_one_list(self) -> None:
        headers = [("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-For", "192.0.2.2")]
        assert told(headers) == ("http", "192.0.2.2")

    @pytest.mark.parametrize(
        ("forwarded", "scheme"),
        [("https", "https"), ("HTTPS", "https"), ("https, http", "http"), ("http,https", "https")],
    )
    def test_the_nearest_proxy_names_the_scheme(self, forwarded: str, scheme: str) -> None:
        assert told([("X-Forwarded-Proto", forwarded)])[0] == scheme

    @pytest.mark.parametrize("forwarded", ["", "ftp", "https\xe9", "javascript", ","])
    def test_other_schemes_are_nothing(self, forwarded: str) -> None:
        assert told([("X-Forwarded-Proto", forwarded)])[0] == "http"

    @pytest.mark.parametrize("peer", [STRANGER, ("testclient", 1), ("10.0.1.5", 1), None])
    def test_nobody_else_is_believed(self, peer: tuple[str, int] | None) -> None:
        headers = [("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.1")]
        assert told(headers, peer) == ("http", peer and peer[0])

    @pytest.mark.parametrize("peer", ["::ffff:10.0.0.5", "2001:db8:1::5"])
    def test_addresses_of_both_kinds(self, peer: str) -> None:
        assert told([("X-Forwarded-Proto", "https")], (peer, 1))[0] == "https"


class TestSettings:
    def test_addresses_and_networks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.5, 172.16.0.0/12,2001:db8::/32,")
        trusted = Settings(_env_file=None).trusted_proxies
        assert [str(network) for network in trusted] == ["10.0.0.5/32", "172.16.0.0/12", "2001:db8::/32"]

    @pytest.mark.parametrize(
        "value", ["*", "10.0.0.5/24", "proxy.example", "10.0.0.5;10.0.0.6", "10.0.0.256"]
    )
    def test_anything_else_stops_the_start(self, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
        monkeypatch.setenv("TRUSTED_PROXIES", value)
        with pytest.raises(ValidationError, match="trusted_proxies"):
            Settings(_env_file=None)


def ask(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/api/v1/clusters", headers=OVER_TLS)
    status = connection.getresponse().status
    connection.close()
    return status


class TestServer:
    """The server must not believe on its own what the layer is there to decide."""

    def test_a_spoofed_scheme_from_this_machine(self, trained: Settings, tmp_path: Path) -> None:
        more = {"FORCE_HTTPS": "true", "TRUSTED_PROXIES": "", "FORWARDED_ALLOW_IPS": "*"}
        with serving(trained, tmp_path / "server.log", **more) as live:
            assert ask(live.port) == 308

    def test_a_trusted_one(self, trained: Settings, tmp_path: Path) -> None:
        more = {"FORCE_HTTPS": "true", "TRUSTED_PROXIES": "127.0.0.1"}
        with serving(trained, tmp_path / "server.log", **more) as live:
            assert ask(live.port) == 200
