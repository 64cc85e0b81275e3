"""The pages of customer tables: the list, one table to look through, rename, delete."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.controllers.dependencies import DatasetPages, Datasets
from app.controllers.page_form import read_fields
from app.controllers.same_origin import SAME_ORIGIN
from app.controllers.templating import render

router = APIRouter(prefix="/datasets", include_in_schema=False)

MOST_NAME = 100
Done = Annotated[str | None, Query(max_length=20)]
Column = Annotated[str | None, Query(max_length=1_000)]


async def _axes(x: Column = None, y: Column = None) -> tuple[str | None, str | None]:
    return (x, y)


Axes = Annotated[tuple[str | None, str | None], Depends(_axes)]


@router.get("", response_class=HTMLResponse)
def show_tables(
    request: Request,
    pages: DatasetPages,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    done: Done = None,
) -> HTMLResponse:
    """Show the tables, and the place to bring one."""
    return render(request, "datasets/list.html", pages.list_tables(cursor, done))


@router.get("/{dataset_id}", response_class=HTMLResponse)
def show_table(
    request: Request,
    dataset_id: str,
    pages: DatasetPages,
    axes: Axes,
    search: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    done: Done = None,
) -> HTMLResponse:
    """Show what a table holds, and some of its rows."""
    return render(request, "datasets/show.html", pages.show(dataset_id, search, after, axes, done))


@router.get("/{dataset_id}/delete", response_class=HTMLResponse)
def ask_to_delete(request: Request, dataset_id: str, pages: DatasetPages) -> HTMLResponse:
    """Ask before a table is deleted."""
    return render(request, "datasets/delete.html", pages.ask_to_delete(dataset_id))


@router.post("/{dataset_id}/delete", dependencies=[SAME_ORIGIN])
def delete_table(dataset_id: str, datasets: Datasets) -> Response:
    """Delete a table and show the others."""
    datasets.delete_dataset(dataset_id)
    return RedirectResponse("/datasets?done=deleted", status_code=303)


@router.post("/{dataset_id}/rename", dependencies=[SAME_ORIGIN])
async def rename_table(
    request: Request, dataset_id: str, datasets: Datasets, pages: DatasetPages
) -> Response:
    """Give a table another name and show it."""
    name = (await read_fields(request)).get("name", "").strip()
    if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
        fault = f"A name has 1 to {MOST_NAME} letters."
        page = await run_sync(partial(pages.show, dataset_id, fault=fault))
        return render(request, "datasets/show.html", page, 422)
    await run_sync(datasets.rename_dataset, dataset_id, name)
    return RedirectResponse(f"/datasets/{dataset_id}?done=renamed", status_code=303)
