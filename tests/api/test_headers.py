"""Headers: what browsers may do with our answers, compression, other origins, request ids, caches."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.controllers.static_assets import ASSETS
from app.core.config import Settings

ADDRESSES = [
    "/", "/about", "/docs", "/redoc", "/openapi.json", "/livez", "/favicon.ico", "/nothing", "/stats",
    "/api/v1/clusters", "/api/v1/predict", "/api/v1/nothing", "/?annual_income=many", ASSETS.url("js/app.js"),
]  # fmt: skip
SHOP = "https://shop.example"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


@pytest.fixture
def shop_client(trained: Settings) -> Iterator[TestClient]:
    """A client of an application that two other origins may call."""
    settings = trained.model_copy(update={"cors_origins": (SHOP, "http://localhost:3000")})
    with TestClient(create_app(settings)) as client:
        yield client


class TestSecurityHeaders:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_on_every_answer(self, shared_client: TestClient, address: str) -> None:
        headers = shared_client.get(address).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "server" not in headers

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_the_policy_allows_nothing_from_elsewhere(self, shared_client: TestClient, address: str) -> None:
        answer = shared_client.get(address)
        policy = dict(
            rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";")
        )
        assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")
        sources = {source for rule in policy.values() for source in rule.split()}
        hashes = {source for source in sources if re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", source)}
        assert sources - hashes <= {"'none'", "'self'", "data:", "blob:"}
        if answer.headers["content-type"].startswith("text/html"):
            assert policy["script-src"] == "'self'"
            assert (policy["base-uri"], policy["form-action"]) == ("'none'", "'self'")
        else:
            assert set(policy) == {"default-src", "frame-ancestors"}

    def test_on_a_refused_request(self, shared_client: TestClient) -> None:
        for answer in (
            shared_client.get("/", headers={"Host": "a/b"}),
            shared_client.post("/api/v1/predict", content=b" " * 70_000),
        ):
            assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
            assert answer.headers["x-content-type-options"] == "nosniff"


class TestCompression:
    @pytest.mark.parametrize("address", ["/", "/api/v1/clusters", "/openapi.json", ASSETS.url("js/app.js")])
    def test_where_the_client_takes_it(self, shared_client: TestClient, address: str) -> None:
        packed = shared_client.get(address, headers={"Accept-Encoding": "gzip"})
        plain = shared_client.get(address, headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
        assert "content-encoding" not in plain.headers
        assert packed.content == plain.content
        for answer in (packed, plain):
            assert answer.headers.get_list("vary") == ["Accept-Encoding"]

    @pytest.mark.parametrize(
        ("accepted", "is_packed"),
        [
            ("gzip", True), ("GZIP;q=0.5", True), ("br, gzip", True), ("*", True), ("", False),
            ("gzip;q=0", False), ("gzip; q=0.000", False), ("br", False), ("identity", False),
        ],
    )  # fmt: skip
    def test_static_files_heed_the_weights(
        self, shared_client: TestClient, accepted: str, is_packed: bool
    ) -> None:
        headers = shared_client.get(ASSETS.url("js/app.js"), headers={"Accept-Encoding": accepted}).headers
        assert (headers.get("content-encoding") == "gzip") is is_packed

    def test_what_is_sent_unpacks(self, shared_client: TestClient) -> None:
        with shared_client.stream("GET", "/", headers={"Accept-Encoding": "gzip"}) as answer:
            assert gzip.decompress(b"".join(answer.iter_raw())).startswith(b"<!doctype html>")

    def test_small_answers_are_left_alone(self, shared_client: TestClient) -> None:
        headers = shared_client.get("/livez", headers={"Accept-Encoding": "gzip"}).headers
        assert "content-encoding" not in headers


class TestOtherOrigins:
    @staticmethod
    def granted(client: TestClient, origin: str) -> list[str | None]:
        """Return what a preflight and a plain request are allowed."""
        asked = client.options("/api/v1/predict", headers={"Origin": origin} | PREFLIGHT)
        got = client.get("/api/v1/clusters", headers={"Origin": origin})
        assert got.status_code == 200
        assert "access-control-allow-credentials" not in {*asked.headers, *got.headers}
        return [answer.headers.get("access-control-allow-origin") for answer in (asked, got)]

    @pytest.mark.parametrize("origin", [SHOP, "null", "http://testserver"])
    def test_closed_unless_set(self, shared_client: TestClient, origin: str) -> None:
        assert self.granted(shared_client, origin) == [None, None]

    @pytest.mark.parametrize("origin", [SHOP, "http://localhost:3000"])
    def test_open_to_the_origins_that_are_set(self, shop_client: TestClient, origin: str) -> None:
        assert self.granted(shop_client, origin) == [origin, origin]

    @pytest.mark.parametrize(
        "origin",
        [
            "null", "*", "", "http://shop.example", "https://shop.example:8443", "https://shop.example.evil",
            "https://evil-shop.example", "https://sub.shop.example", "https://shop.example/", "http://localhost",
        ],
    )  # fmt: skip
    def test_closed_to_all_others(self, shop_client: TestClient, origin: str) -> None:
        assert self.granted(shop_client, origin) == [None, None]

    def test_answers_differ_by_origin(self, shop_client: TestClient) -> None:
        vary = shop_client.get("/api/v1/clusters", headers={"Origin": SHOP}).headers["vary"]
        assert {name.strip() for name in vary.split(",")} == {"Origin", "Accept-Encoding"}

    def test_a_refusal_is_readable_there(self, shop_client: TestClient) -> None:
        headers = {"Origin": SHOP}
        for answer in (
            shop_client.post("/api/v1/predict", json={}, headers=headers),
            shop_client.post("/api/v1/predict", content=b" " * 70_000, headers=headers),
        ):
            assert answer.status_code in {413, 422}
            assert answer.headers["access-control-allow-origin"] == SHOP
            assert answer.headers["access-control-expose-headers"] == "ETag, X-Request-ID"

    def test_methods_that_no_address_has_are_not_granted(self, shop_client: TestClient) -> None:
        headers = {"Origin": SHOP, "Access-Control-Request-Method": "DELETE"}
        assert shop_client.options("/api/v1/predict", headers=headers).status_code == 400


class TestRequestId:
    @pytest.mark.parametrize("given", ["abcdefgh", "0123-4567_89AB", "x" * 64])
    def test_a_sane_one_is_kept(self, shared_client: TestClient, given: str) -> None:
        assert shared_client.get("/livez", headers={"X-Request-ID": given}).headers["x-request-id"] == given

    @pytest.mark.parametrize(
        "given", ["", "short", "x" * 65, "a b c d e f", "<script>1</script>", "abcdefgh\t!"]
    )
    def test_any_other_is_replaced(self, shared_client: TestClient, given: str) -> None:
        found = shared_client.get("/livez", headers={"X-Request-ID": given}).headers.get_list("x-request-id")
        assert len(found) == 1
        assert re.fullmatch("[0-9a-f]{16}", found[0])

    def test_no_two_are_equal(self, shared_client: TestClient) -> None:
        assert len({shared_client.get("/livez").headers["x-request-id"] for _ in range(50)}) == 50


class TestCaches:
    def test_static_files_stay_for_good(self, shared_client: TestClient) -> None:
        for name in ("js/app.js", "css/site.css", "icon.svg"):
            headers = shared_client.get(ASSETS.url(name)).headers
            assert headers["cache-control"] == "public, max-age=31536000, immutable"

    @pytest.mark.parametrize(
        "change", [lambda url: url.replace(ASSETS.digest, "0" * 16), lambda url: f"{url}x"]
    )
    def test_a_file_of_another_version_is_not_answered(
        self, shared_client: TestClient, change: Callable[[str], str]
    ) -> None:
        answer = shared_client.get(change(ASSETS.url("js/app.js")))
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")

    @pytest.mark.parametrize(
        "name",
        ["..%2f..%2fapplication.py", "..%252fbase.html", "%2e%2e/templates/base.html", "", "%00", "js"],
    )
    def test_no_path_leads_out_of_the_folder(self, shared_client: TestClient, name: str) -> None:
        assert shared_client.get(f"/static/{ASSETS.digest}/{name}").status_code == 404

    @pytest.mark.parametrize("page", ["/", "/about", "/docs", "/redoc"])
    def test_pages_are_asked_for_again(self, shared_client: TestClient, page: str) -> None:
        assert shared_client.get(page).headers["cache-control"] == "no-cache"

    def test_the_icon_at_its_old_address(self, shared_client: TestClient) -> None:
        headers = shared_client.get("/favicon.ico").headers
        assert (headers["content-type"], headers["cache-control"]) == (
            "image/svg+xml",
            "public, max-age=86400",
        )


class TestHead:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_the_headers_of_get_without_the_body(self, shared_client: TestClient, address: str) -> None:
        head, get = shared_client.head(address), shared_client.get(address)
        assert (head.status_code, head.content) == (get.status_code, b"")
        own = {"x-request-id", "content-length"}  # two ids may differ in what they compress to
        assert {k: v for k, v in head.headers.items() if k not in own} == {
            k: v for k, v in get.headers.items() if k not in own
        }
