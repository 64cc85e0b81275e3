from __future__ import annotations

from pathlib import Path

import pytest

from app.core.config import PROJECT, Settings, load_settings
from app.core.errors import SettingsInvalid

CANARY = "s3cr3t-canary"


@pytest.fixture(autouse=True)
def dotenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file of this test's own in the place of `.env`, and none of the machine's variables."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    path = tmp_path / ".env"
    monkeypatch.setitem(Settings.model_config, "env_file", path)
    return path


def refusal() -> str:
    with pytest.raises(SettingsInvalid) as caught:
        load_settings()
    assert "\n" not in caught.value.detail
    return caught.value.detail


class TestDefaults:
    def test_nothing_is_needed(self) -> None:
        settings = load_settings()
        assert (settings.host, settings.port, settings.web_concurrency) == ("127.0.0.1", 8000, 1)
        assert (settings.data_dir, settings.artifacts_dir) == (PROJECT / "data", PROJECT / "models_artifacts")
        assert settings.cors_origins == ()
        assert settings.default_recipe == "mall"

    def test_folders_below_the_data(self, tmp_path: Path) -> None:
        settings = Settings(data_dir=tmp_path)
        folders = (settings.raw_dir, settings.processed_dir, settings.recipes_dir)
        assert folders == (tmp_path / "raw", tmp_path / "processed", tmp_path / "recipes")

    def test_they_cannot_be_changed(self) -> None:
        with pytest.raises(ValueError, match="frozen"):
            Settings().port = 1  # type: ignore[misc]


class TestSources:
    def test_a_variable_wins_over_the_file(self, monkeypatch: pytest.MonkeyPatch, dotenv: Path) -> None:
        dotenv.write_text("PORT=1001\nLOG_FORMAT=text\n", encoding="utf-8")
        monkeypatch.setenv("PORT", "1002")
        settings = load_settings()
        assert (settings.port, settings.log_format) == (1002, "text")

    def test_names_in_small_letters_count(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("web_concurrency", "3")
        assert load_settings().web_concurrency == 3

    def test_a_level_in_small_letters(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LOG_LEVEL", "debug")
        assert load_settings().log_level == "DEBUG"

    def test_an_unknown_key_in_the_file(self, dotenv: Path) -> None:
        dotenv.write_text(f"PROT={CANARY}\n", encoding="utf-8")
        assert refusal().startswith("cannot start: PROT: ")
        assert CANARY not in refusal()

    @pytest.mark.parametrize("content", [b"HOST=\xff\xfe\n", "HOST=é\n".encode("utf-16")])
    def test_a_file_that_is_no_text(self, dotenv: Path, content: bytes) -> None:
        dotenv.write_bytes(content)
        assert refusal() == "cannot start: the file .env cannot be read as UTF-8 text"


class TestBounds:
    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("PORT", ["0", "65536", "70000", "-1", "text", "80.5", "", " ", "8000;"]),
            ("WEB_CONCURRENCY", ["0", "65", "many", "1e1"]),
            ("LOG_LEVEL", ["LOUD", "", "20"]),
            ("LOG_FORMAT", ["xml", "JSON", ""]),
            ("MAX_BODY_BYTES", ["0", "-1", "1023", "1e6", "10MB", "2000000000", "9" * 30]),
        ],
    )
    def test_beyond_them(self, monkeypatch: pytest.MonkeyPatch, name: str, values: list[str]) -> None:
        for value in values:
            monkeypatch.setenv(name, value)
            assert refusal().startswith(f"cannot start: {name}: ")

    @pytest.mark.parametrize(
        "name", ["PORT", "WEB_CONCURRENCY", "LOG_LEVEL", "MAX_BODY_BYTES", "CORS_ORIGINS"]
    )
    def test_the_value_is_never_repeated(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setenv(name, CANARY)
        assert CANARY not in refusal()

    def test_every_faulty_key_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", "0")
        monkeypatch.setenv("LOG_LEVEL", "LOUD")
        told = refusal()
        assert "PORT: " in told
        assert "LOG_LEVEL: " in told


class TestOrigins:
    @pytest.mark.parametrize(
        "origin",
        [
            "https://shop.example", "http://localhost:3000", "http://127.0.0.1:8000", "https://[::1]:8443",
            "https://my_shop.example", "https://xn--mnchen-3ya.example",
        ],
    )  # fmt: skip
    def test_exact_ones(self, monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
        monkeypatch.setenv("CORS_ORIGINS", f" {origin} ,, https://other.example")
        assert load_settings().cors_origins == (origin, "https://other.example")

    @pytest.mark.parametrize(
        "origin",
        [
            "*", "null", "https://*", "https://*.shop.example", "https://shop.example/", "https://shop.example/a",
            "https://shop.example?", "https://shop.example#", "https://user@shop.example", "shop.example",
            "ftp://shop.example", "https://", "HTTPS://shop.example", "https://Shop.Example",
            "https://shop.example:port", "https://shop.example:123456", "https://shop.example.*",
            "https://shop.example|https://evil.example", "^https://shop.example", "https://shop.example$",
            "https://münchen.example", "https://shop example", "https://shop.example\n",
        ],
    )  # fmt: skip
    def test_any_other(self, monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
        monkeypatch.setenv(
            "CORS_ORIGINS", f"https://good.example,{origin}x" if origin.endswith("\n") else origin
        )
        assert "CORS_ORIGINS: " in refusal()

    def test_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CORS_ORIGINS", " , ")
        assert load_settings().cors_origins == ()
