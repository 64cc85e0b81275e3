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
    max_upload_bytes: int = Field(
        default=536_870_912, ge=1_024, le=68_719_476_736, description="Largest customer table, in bytes."
    )
    max_import_rows: int = Field(
        default=10_000_000, ge=10, le=1_000_000_000, description="Most rows of a customer table."
    )
    max_import_columns: int = Field(
        default=1_000, ge=1, le=10_000, description="Most columns of a customer table."
    )
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = Field(
        default=(),
        description="Addresses or networks whose X-Forwarded-For and -Proto count, by commas; empty: none.",
    )
    force_https: bool = Field(
        default=False, description="Whether plain http is redirected (GET, HEAD) or refused (the rest)."
    )
    job_worker: bool = Field(
        default=True,
        description="Whether the server starts a process for jobs; if not, run python -m app.cli.worker.",
    )
    job_seconds: int = Field(
        default=14_400, ge=1, le=604_800, description="Most time that a job may take, in seconds."
    )
    job_cpu_seconds: int = Field(
        default=28_800, ge=1, le=6_048_000, description="Most time of the processor for a job, in seconds."
    )
    job_memory_bytes: int = Field(
        default=4_294_967_296,
        ge=536_870_912,
        le=1_099_511_627_776,
        description="Most memory of the process that does the jobs, in bytes; kept to on Linux.",
    )
    upload_days: int = Field(
        default=1,
        ge=1,
        le=365,
        description="Days that a sent customer table waits to be taken in, and that what crashes left lies.",
    )
    retention_days: int = Field(
        default=30, ge=1, le=3_650, description="Days that a job is remembered after it ended."
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

    def environment(self) -> dict[str, str]:
        """Return what a process that works for this one needs to know, as environment variables."""
        return {
            "DATA_DIR": str(self.data_dir.absolute()),
            "ARTIFACTS_DIR": str(self.artifacts_dir.absolute()),
            "DATABASE_URL": self.database_url.get_secret_value(),
            "DEFAULT_RECIPE": self.default_recipe,
            "LOG_LEVEL": self.log_level,
            "LOG_FORMAT": self.log_format,
            "MAX_UPLOAD_BYTES": str(self.max_upload_bytes),
            "MAX_IMPORT_ROWS": str(self.max_import_rows),
            "MAX_IMPORT_COLUMNS": str(self.max_import_columns),
            "JOB_SECONDS": str(self.job_seconds),
            "JOB_CPU_SECONDS": str(self.job_cpu_seconds),
            "JOB_MEMORY_BYTES": str(self.job_memory_bytes),
            "UPLOAD_DAYS": str(self.upload_days),
            "RETENTION_DAYS": str(self.retention_days),
        }

    @property
    def database_file(self) -> Path:
        """Where the database lies unless `database_url` names another."""
        return self.data_dir / "clientele.db"

    @property
    def raw_dir(self) -> Path:
        """Where customer tables lie as they came."""
        return self.data_dir / "raw"

    @property
    def processed_dir(self) -> Path:
        """Where labelled tables are written."""
        return self.data_dir / "processed"

    @property
    def uploads_dir(self) -> Path:
        """Where files lie that were sent and are not taken in yet."""
        return self.data_dir / "uploads"

    @property
    def datasets_dir(self) -> Path:
        """Where customer tables lie that were taken in."""
        return self.data_dir / "datasets"

    @property
    def edits_dir(self) -> Path:
        """Where what people wrote over segments is published to all processes, a file a recipe."""
        return self.data_dir / "edits"

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
