"""One tree of errors, one shape of answer.

    ClienteleError                  500  (never raised itself)
    ├── RequestRefused              400  the request cannot be read
    │   ├── JsonMalformed           400
    │   ├── BodyTooLarge            413
    │   ├── BodyNotJson             415
    │   ├── UploadMalformed         400
    │   └── BodyNotForm             415
    ├── InputInvalid                422  read, but out of bounds
    │   ├── RecipeInvalid           422
    │   ├── TableInvalid            422  a customer table that cannot be used
    │   │   └── RowsInvalid         422  … with some of its rows; the others are sound
    │   ├── WorkTooLarge            422  a job took more time, processor or memory than the settings allow
    │   └── IdempotencyKeyReused    422  the key came before with another body
    ├── CrossSiteRefused            403  a page of another site asks for a change
    ├── NotFound                    404
    │   ├── RecipeNotFound          404
    │   ├── VersionNotFound         404
    │   ├── MovesUnknown            404  a version that follows none: nobody could move
    │   ├── SegmentNotFound         404
    │   ├── DatasetNotFound         404
    │   ├── UploadNotFound          404
    │   └── JobNotFound             404
    ├── JobActive                   409  a job that waits or runs cannot be deleted
    ├── LeaseLost                   409  the job belongs to another worker by now, or has ended
    ├── RecipeExists                409  another recipe has the name
    ├── RecipeShipped               409  it came with the product, or the settings need it
    ├── TrainingBusy                409  somebody trains the same recipe now
    ├── VersionsBusy                409  somebody moves or deletes the same recipe's versions now
    ├── VersionActive               409  a version in use cannot be deleted
    ├── WorkCancelled               409  long work was stopped on request
    ├── NothingBefore               409  no version to roll back to
    ├── VersionsDiffer              409  two versions measure different features
    ├── VersionsReadOnly            409  this process may not write the artefact folder
    ├── ModelUnavailable            503  nothing is trained, or what is cannot be trusted
    │   └── ArtifactInvalid         503  torn, tampered or of another format
    ├── DatabaseUnavailable         503  it does not answer, is busy for too long or is not set up
    ├── TrainingUnsound             500  the two forms of one model disagree
    ├── LabelledTableLost           500  the version is in use, its labelled table could not be written
    └── SettingsInvalid             500  the program refuses to start

Each error has a `code` (stable, for programs), a `status` (for HTTP) and a `detail` (one sentence for
people, which never repeats a rejected value: rows are customers' data). Command lines answer exit code
2 where `status` is below 500, else 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with one field of a request or one cell of a file.

    Attributes
    ----------
    pointer : str
        JSON pointer of the field (``/annual_income``), or the column's name for a file.
    detail : str
        What is wrong and the bound that was broken; never the rejected value.
    line : int or None
        Line number in the file, counted from 1, where there is a file.
    """

    pointer: str
    detail: str
    line: int | None = None

    @property
    def sentence(self) -> str:
        """What is wrong, with the line where there is one."""
        return self.detail if self.line is None else f"line {self.line}: {self.detail}"


class ClienteleError(Exception):
    """Base of all errors that the product raises on purpose."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str, faults: tuple[FieldFault, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults


class RequestRefused(ClienteleError):
    code, status, title = "request_refused", 400, "The request cannot be read"


class JsonMalformed(RequestRefused):
    code, title = "json_malformed", "The body is not valid JSON"


class BodyTooLarge(RequestRefused):
    code, status, title = "body_too_large", 413, "The body is too large"


class BodyNotJson(RequestRefused):
    code, status, title = "body_not_json", 415, "The body must be plain JSON"


class UploadMalformed(RequestRefused):
    code, title = "upload_malformed", "The form with the file cannot be read"


class BodyNotForm(RequestRefused):
    code, status, title = "body_not_form", 415, "The body must be a form with a file"


class InputInvalid(ClienteleError):
    code, status, title = "input_invalid", 422, "Some fields are not acceptable"


class RecipeInvalid(InputInvalid):
    code, title = "recipe_invalid", "The recipe cannot be used"


class TableInvalid(InputInvalid):
    code, title = "table_invalid", "The customer table cannot be used"


class RowsInvalid(TableInvalid):
    """Some rows cannot be used, and nobody has said that they may be left out."""


class WorkTooLarge(InputInvalid):
    code, title = "work_too_large", "The work is more than this server allows"


class IdempotencyKeyReused(InputInvalid):
    code, title = "idempotency_key_reused", "The idempotency key came before with another body"


class CrossSiteRefused(ClienteleError):
    code, status, title = "cross_site_refused", 403, "Changes are not taken from another site's page"


class NotFound(ClienteleError):
    code, status, title = "not_found", 404, "There is nothing at this address"


class RecipeNotFound(NotFound):
    code, title = "recipe_not_found", "There is no such recipe"


class VersionNotFound(NotFound):
    code, title = "version_not_found", "There is no such model version"


class SegmentNotFound(NotFound):
    code, title = "segment_not_found", "There is no such segment"


class DatasetNotFound(NotFound):
    code, title = "dataset_not_found", "There is no such dataset"


class UploadNotFound(NotFound):
    code, title = "upload_not_found", "There is no such upload"


class JobNotFound(NotFound):
    code, title = "job_not_found", "There is no such job"


class JobActive(ClienteleError):
    code, status, title = "job_active", 409, "The job has not ended"


class LeaseLost(ClienteleError):
    code, status, title = "lease_lost", 409, "The job belongs to another worker by now"


class MovesUnknown(NotFound):
    code, title = "moves_unknown", "Nobody could move"


class RecipeExists(ClienteleError):
    code, status, title = "recipe_exists", 409, "Another recipe has this name"


class RecipeShipped(ClienteleError):
    code, status, title = "recipe_shipped", 409, "The recipe cannot be deleted"


class TrainingBusy(ClienteleError):
    code, status, title = "training_busy", 409, "A training of this recipe is already running"


class VersionsBusy(ClienteleError):
    code, status, title = "versions_busy", 409, "The versions are being changed"


class VersionActive(ClienteleError):
    code, status, title = "version_active", 409, "The model version is in use"


class WorkCancelled(ClienteleError):
    code, status, title = "work_cancelled", 409, "The work was cancelled"


class NothingBefore(ClienteleError):
    code, status, title = "nothing_before", 409, "There is no version to go back to"


class VersionsDiffer(ClienteleError):
    code, status, title = "versions_differ", 409, "The versions cannot be compared"


class VersionsReadOnly(ClienteleError):
    code, status, title = "versions_read_only", 409, "The versions cannot be changed from here"


class ModelUnavailable(ClienteleError):
    code, status, title = "model_unavailable", 503, "No model can answer yet"


class ArtifactInvalid(ModelUnavailable):
    code, title = "artifact_invalid", "The stored model version cannot be trusted"


class DatabaseUnavailable(ClienteleError):
    code, status, title = "database_unavailable", 503, "The database cannot answer"


class TrainingUnsound(ClienteleError):
    code, title = "training_unsound", "The trained model failed its own proof"


class LabelledTableLost(ClienteleError):
    code, title = "labelled_table_lost", "The labelled table could not be written"


class SettingsInvalid(ClienteleError):
    code, title = "settings_invalid", "The settings cannot be used"


def by_code(code: str) -> type[ClienteleError]:
    """Return the error with this code, as a job's record names it; the base of all if there is none."""
    kinds = [ClienteleError]
    for kind in kinds:
        if kind.code == code:
            return kind
        kinds.extend(kind.__subclasses__())
    return ClienteleError
