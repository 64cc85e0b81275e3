from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.controllers.static_assets import ASSETS, AssetTree, slim
from app.core.errors import NotFound

SHEET = ASSETS.url("css/site.css")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "b.css").write_text("b{}", encoding="utf-8")
    (tmp_path / "css" / "a.css").write_text("a{}", encoding="utf-8")
    (tmp_path / "app.js").write_text("run();" * 100, encoding="utf-8")
    (tmp_path / "notes.md").write_text("not for browsers", encoding="utf-8")
    return tmp_path


class TestAssetTree:
    def test_addresses_hold_the_hash_of_the_whole_tree(self, folder: Path) -> None:
        before = AssetTree(folder)
        assert before.url("app.js") == f"/static/{before.digest}/app.js"
        (folder / "css" / "a.css").write_text("a{color:red}", encoding="utf-8")
        assert AssetTree(folder).url("app.js") != before.url("app.js")

    def test_a_renamed_file_is_another_tree(self, folder: Path) -> None:
        before = AssetTree(folder)
        (folder / "app.js").rename(folder / "other.js")
        assert AssetTree(folder).digest != before.digest

    def test_style_sheets_become_one(self, folder: Path) -> None:
        tree = AssetTree(folder, sheet="all.css")
        assert tree.get(tree.digest, "all.css").content == b"a{}b{}"
        with pytest.raises(NotFound):
            tree.get(tree.digest, "css/a.css")

    def test_style_sheets_of_some_pages_stay_apart(self, folder: Path) -> None:
        for name in ("chart", "table"):
            path = folder / "css" / "pages" / "figures" / f"{name}.css"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{name}{{}}", encoding="utf-8")
        tree = AssetTree(folder, sheet="css/site.css")
        assert tree.get(tree.digest, "css/site.css").content == b"a{}b{}"
        assert tree.get(tree.digest, "css/pages/figures.css").content == b"chart{}table{}"

    def test_compressed_only_where_it_gains(self, folder: Path) -> None:
        tree = AssetTree(folder)
        long, short = tree.get(tree.digest, "app.js"), tree.get(tree.digest, "css/a.css")
        assert long.gzipped is not None
        assert gzip.decompress(long.gzipped) == long.content
        assert short.gzipped is None

    @pytest.mark.parametrize("name", ["notes.md", "../app.js", "css", "", "missing.css"])
    def test_nothing_else_is_found(self, folder: Path, name: str) -> None:
        tree = AssetTree(folder)
        with pytest.raises(NotFound):
            tree.get(tree.digest, name)

    def test_a_template_cannot_name_a_missing_file(self, folder: Path) -> None:
        with pytest.raises(KeyError, match=r"missing\.js"):
            AssetTree(folder).url("missing.js")


class TestSlim:
    def test_leaves_out_what_only_readers_need(self) -> None:
        source = b"// why\nlet a;\n\n  /** told\n   * twice */\n  go(a); // here\n\tstop();\n"
        assert slim(source) == b"let a;\n\ngo(a); // here\nstop();\n"

    @pytest.mark.parametrize(
        "source", [b'x = "// no comment";\n', b"a { b: c; } /* behind */\n", b"y = 4 / 2;\n"]
    )
    def test_leaves_what_says_something(self, source: bytes) -> None:
        assert slim(source) == source


class TestServing:
    def test_immutable_and_compressed(self, client: TestClient) -> None:
        answer = client.get(SHEET, headers={"Accept-Encoding": "br, gzip"})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert answer.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.text.startswith("@layer reset")

    @pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity, gzip; q=0.0"])
    def test_plain_for_who_takes_no_gzip(self, client: TestClient, accepted: str) -> None:
        answer = client.get(SHEET, headers={"Accept-Encoding": accepted})
        assert "content-encoding" not in answer.headers or "q=0" in accepted
        assert answer.text.startswith("@layer reset")

    def test_head_has_no_body(self, client: TestClient) -> None:
        answer = client.head(SHEET)
        assert answer.status_code == 200
        assert answer.content == b""

    @pytest.mark.parametrize(
        ("name", "kind"),
        [("js/app.js", "text/javascript; charset=utf-8"), ("icon.svg", "image/svg+xml")],
    )
    def test_kinds(self, client: TestClient, name: str, kind: str) -> None:
        assert client.get(ASSETS.url(name)).headers["content-type"] == kind

    @pytest.mark.parametrize(
        "path",
        [
            "/static/0000000000000000/css/site.css",
            f"/static/{ASSETS.digest}/missing.css",
            f"/static/{ASSETS.digest}/%2e%2e/application.py",
            f"/static/{ASSETS.digest}/..%2f..%2fmain.py",
            f"/static/{ASSETS.digest}/",
            "/static/",
        ],
    )
    def test_other_addresses_are_not_found(self, client: TestClient, path: str) -> None:
        assert client.get(path).status_code == 404

    def test_the_icon_at_its_old_address(self, client: TestClient) -> None:
        answer = client.get("/favicon.ico")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/svg+xml"
