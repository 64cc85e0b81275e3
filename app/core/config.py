"""Settings: read once, by `create_app` and the command lines, and passed in from there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, IPvAnyNetwork, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.errors import SettingsInvalid

PROJECT = Path(__file__).resolve().parents[2]
# what browsers send: a scheme, a host in small letters, a port where it is not the usual one
_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


class Settings(BaseSettings):
    """Everything that an operator can set, by environment variable or in `.env`."""

    model_config = SettingsConfigDict(
        env_file=PROJECT / ".env", env_file_encoding="utf-8", extra="forbid", frozen=True
    )

    host: str = Field(default="127.0.0.1", description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    web_concurrency: int = Field(default=1, ge=1, le=64, description="Number of worker processes.")
    data_dir: Path = Field(default=PROJECT / "data", description="Folder of raw/, processed/ and recipes/.")
    artifacts_dir: Path = Field(
        default=PROJECT / "models_artifacts", description="Folder of the model versions."
    )
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="postgresql://user:password@host/name or sqlite:///file; empty: a file in DATA_DIR.",
    )
    default_recipe: str = Field(
        default="mall", description="The recipe that the bare API paths and pages use."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least level that is logged: DEBUG, INFO, WARNING or ERROR."
    )
    log_format: Literal["json", "text"] = Field(
        default="json", description="json (one object a line) or text (for people)."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Origins whose pages may call the API, separated by commas; empty: none."
    )
    max_body_bytes: int = Field(
        default=65_536, ge=1_024, le=1_073_741_824, description="Largest request body, in bytes."
    )
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = Field(
        default=(),
        description="Addresses or networks whose X-Forwarded-For and -Proto count, by commas; empty: none.",
    )
    force_https: bool = Field(
        default=False, description="Whether plain http is redirected (GET, HEAD) or refused (the rest)."
    )
    rate_limit: int = Field(
        default=0, ge=0, le=1_000_000, description="Most API requests of a client in a window; 0: no limit."
    )
    rate_window_seconds: int = Field(
        default=60, ge=1, le=86_400, description="Length of that window, in seconds."
    )

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins_are_exact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    "each origin must be exact and in small letters, such as https://shop.example, "
                    "without * or a path"
                )
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _level_in_capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @property
    def raw_dir(self) -> Path:
        """Where customer tables lie as they came."""
        return self.data_dir / "raw"

    @property
    def processed_dir(self) -> Path:
        """Where labelled tables are written."""
        return self.data_dir / "processed"

    @property
    def recipes_dir(self) -> Path:
        """Where a user's own recipes lie."""
        return self.data_dir / "recipes"


def load_settings() -> Settings:
    """Read the settings from the environment and `.env`.

    Raises
    ------
    SettingsInvalid
        With one line that names each faulty key and its bound, never its value; also if `.env` is no text.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])).upper()}: {_words(e)}" for e in error.errors())
        raise SettingsInvalid(f"cannot start: {faults}") from None
    except (OSError, UnicodeDecodeError):
        raise SettingsInvalid("cannot start: the file .env cannot be read as UTF-8 text") from None


def _words(fault: ErrorDetails) -> str:
    """Say what is wrong with one setting in our words, where the library's would not help."""
    if fault["type"] == "extra_forbidden":
        return "there is no such setting; .env.example lists all"
    return str(fault["msg"]).removeprefix("Value error, ")
