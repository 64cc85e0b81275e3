"""The training command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal, Unpack

import click

from app.cli.file_reading import (
    ReadingOptions,
    doubt_sentences,
    make_reading,
    read_sentences,
    reading_options,
)
from app.core.config import load_settings
from app.core.errors import ClienteleError, RowsInvalid
from app.models.customer_table import Reading
from app.models.importing.questions import TableInDoubt
from app.models.recipe import MOST_SEGMENTS
from app.schemas.training import TrainingRead
from app.services.training_service import TrainingService
from app.services.wording import ordinary_text

# what the data, the recipe or an option is refused with: no such recipe, not acceptable
UNUSABLE = (404, 422)


_Number = int | Literal["auto"]


class _Segments(click.ParamType[int | str]):
    """A number of segments, or ``auto``."""

    name = "number or auto"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> _Number:
        """Read the option."""
        if value == "auto":
            return "auto"
        number: int = click.IntRange(2, MOST_SEGMENTS)(value, param, ctx)
        return number


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--recipe", metavar="NAME", help="How to segment; the default recipe of the settings unless given."
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Customer table: CSV, gzipped CSV, XLSX or Parquet; unless given, the recipe's in DATA_DIR/raw.",
)
@reading_options
@click.option(
    "--segments",
    type=_Segments(),
    metavar="K",
    help=f"Number of segments, 2 to {MOST_SEGMENTS}, or auto; the recipe's unless given.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=42, show_default=True, help="Seed of all draws."
)
@click.option("--no-activate", is_flag=True, help="Store the version without putting it into use.")
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON to standard output.")
def train(
    recipe: str | None,
    data: Path | None,
    segments: _Number | None,
    seed: int,
    no_activate: bool,
    as_json: bool,
    **how: Unpack[ReadingOptions],
) -> None:
    """Train a model version, with evidence, and put it into use.

    How the file is written is judged from all its values; what two readings fit is never guessed: the
    training is refused, with the option that decides.

    Exit codes: 0 trained; 2 the data, the recipe or an option cannot be used; 1 anything else. A failed
    training leaves nothing behind: the version in use stays in use.
    """
    reading = make_reading(how, lambda read: _say(read_sentences(read, how["rejects"])))
    try:
        result = _train(recipe, data, segments, seed, reading, activate=not no_activate)
    except ClienteleError as error:
        _complain(error)
    except OSError as error:
        click.echo(f"error: the version could not be written: {error.strerror}", err=True)
        sys.exit(1)
    click.echo(result.model_dump_json(indent=2) if as_json else _summary(result))


def _train(
    recipe: str | None,
    data: Path | None,
    segments: _Number | None,
    seed: int,
    reading: Reading,
    *,
    activate: bool,
) -> TrainingRead:
    settings = load_settings()
    name = settings.default_recipe if recipe is None else recipe
    trainings = TrainingService(settings, reading=reading)
    return trainings.train(name, data, segments, seed, activate=activate, progress=_Progress())


class _Progress:
    """Tells each stage, and its share in tenths, on standard error."""

    def __init__(self) -> None:
        self._told: tuple[str, int] = ("", 0)

    def __call__(self, words: str, share: float) -> None:
        telling = (words, int(share * 10))
        if telling != self._told:
            self._told = telling
            click.echo(f"{words} … {telling[1] * 10} %" if telling[1] else f"{words} …", err=True)


def _say(lines: list[str]) -> None:
    for line in lines:
        click.echo(line, err=True)


def _complain(error: ClienteleError) -> None:
    if isinstance(error, TableInDoubt):
        _say(doubt_sentences(error))
        sys.exit(2)
    _say([f"error: {error.detail}"])
    for fault in error.faults:
        if fault.detail != error.detail:
            line = f"line {fault.line}" if fault.line else ""
            _say([f"  {': '.join(filter(None, (line, fault.pointer, fault.detail)))}"])
    if isinstance(error, RowsInvalid):
        _say(["to leave these rows out and train on the others, say --rejects FILE: they are written there"])
    sys.exit(2 if error.status in UNUSABLE or error.code == "settings_invalid" else 1)


def _summary(result: TrainingRead) -> str:
    metrics, apart = result.metrics, result.exceptional
    who = ordinary_text(result.data.rows, apart.size if apart else 0)
    lines = [
        f"{result.model_version}: {result.k} segments of {who} customers ({result.data.title})",
        *([result.choice.text] if result.choice else []),
        *([result.merged.text] if result.merged else []),
        result.verdict.text,
        f"silhouette {metrics.silhouette:.4f} · Calinski-Harabasz {metrics.calinski_harabasz:.2f} · "
        f"Davies-Bouldin {metrics.davies_bouldin:.4f} · inertia {metrics.inertia:.3f}",
        "",
    ]
    for segment in result.segments:
        centre = ", ".join(
            f"{name} {value}" if isinstance(value, str) else f"{name} {value:.1f}"
            for name, value in segment.centroid.items()
        )
        lines.append(
            f"  {segment.segment_id:>2}  {segment.name:<28} {segment.size:>6}  {segment.share:>4.0%}  "
            f"holds {segment.stability:.2f}  {centre}"
        )
    if apart:
        lines.append(
            f"  {apart.segment_id:>2}  {apart.name:<28} {apart.size:>6}  {apart.share:>4.0%}  set apart"
        )
    if result.lineage.retired or (result.lineage.previous and result.lineage.born):
        lines.append(f"retired: {list(result.lineage.retired)}, born: {list(result.lineage.born)}")
    lines.append("in use now" if result.activated else "stored, not in use")
    return "\n".join(lines)
