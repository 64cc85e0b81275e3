"""The API's description, with the one shape that all errors have."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from app.schemas.problem import Problem

TAGS = [
    {"name": "Prediction", "description": "Where one customer belongs, and how surely."},
    {"name": "Shoppers", "description": "Customers of the lifestyle recipe, whatever the default one is."},
    {"name": "Segments", "description": "What the segments look like, mean, and ask for."},
    {"name": "Model", "description": "What answers, and how far to trust it."},
    {"name": "Recipes", "description": "Other ways to segment; what each answers, below its name."},
    {"name": "Versions", "description": "Trainings of a recipe: compare, put into use, roll back, delete."},
    {"name": "Datasets", "description": "Customer tables: brought in, looked at, taken away."},
    {"name": "Searches", "description": "Trying other columns and preparations of a table, as a job."},
    {"name": "Trainings", "description": "Making a new model version, as a job."},
    {"name": "Jobs", "description": "Long work: how far it is, its result, cancelling it."},
    {"name": "Health", "description": "For whoever runs the service."},
    {"name": "Older addresses", "description": "For integrations that were there first; use /api/v1."},
]


def describe_errors(app: FastAPI) -> None:
    """Add the schema of `Problem`, which errors refer to, to the application's description."""
    describe = app.openapi

    def describe_with_errors() -> dict[str, Any]:
        description = describe()
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = description.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(schema.pop("$defs", {}))
        schemas["Problem"] = schema
        return description

    app.openapi = describe_with_errors  # type: ignore[method-assign] # FastAPI's documented way to extend it
