"""The page of the model versions: side by side, what changed, who moved."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from app.core.errors import ClienteleError, ModelUnavailable, MovesUnknown, NotFound, VersionsDiffer
from app.schemas.model_version import LineageRead
from app.schemas.segment_pages import TableChoice
from app.schemas.version import (
    MovedSegment,
    MovesRead,
    VersionCard,
    VersionChoice,
    VersionList,
    VersionOutlying,
    VersionSegment,
    VersionSummary,
)
from app.schemas.versions_page import (
    MovesCellText,
    MovesRow,
    MovesTable,
    RecipeChoice,
    VersionColumn,
    VersionDeletePage,
    VersionsPage,
)
from app.services.recipe_service import RecipeService, RecipeServices
from app.services.wording import ordinary_text, verdict_sentence
from app.utils.quantities import number_text

SIDE_BY_SIDE = 6
DONE = {
    "activated": "{label} is in use now.",
    "rolled-back": "Rolled back: {label} is in use now.",
    "deleted": "{label} is deleted. Its number will not be given again.",
}
CAUSES = (("by_data", "changed"), ("by_model", "model"), ("by_both", "both"))


class VersionPageService:
    """Tells a person what versions there are, from what the API tells a program.

    Parameters
    ----------
    recipes : RecipeService
    default : str
        Name of the recipe that is shown unless another is asked for.
    tables : callable
        Returns what a recipe can be trained on.
    """

    def __init__(
        self,
        recipes: RecipeService,
        default: str,
        tables: Callable[[RecipeServices], list[TableChoice]] = lambda recipe: [],
    ) -> None:
        self._recipes = recipes
        self._default = default
        self._tables = tables

    def show(
        self,
        recipe: str | None = None,
        after: int | None = None,
        moves: int | None = None,
        done: tuple[str, int] | None = None,
        fault: ClienteleError | None = None,
    ) -> VersionsPage:
        """Build the page of a recipe's versions.

        Parameters
        ----------
        after : int or None
            Show versions older than this one.
        moves : int or None
            The version whose moves are shown; unless given, the newest of those shown that has some.
        done, fault
            What was done just now, a key of `DONE` with a version's number, or why it was refused.

        Raises
        ------
        RecipeNotFound, RecipeInvalid
        """
        named = self._recipes.get_services(self._default if recipe is None else recipe)
        found = named.versions.list_versions(SIDE_BY_SIDE, after)
        table, moves_fault = _find_moves(named, found, moves)
        return VersionsPage(
            title="Which model is in use?",
            recipe=named.recipe.name,
            recipe_title=named.recipe.title,
            recipes=[
                RecipeChoice(name=summary.name, title=summary.title)
                for summary in self._recipes.list_recipes().recipes
                if summary.fault is None
            ],
            found=found,
            versions=[_column(summary, found) for summary in found.versions],
            moves=table,
            tables=self._tables(named),
            key=secrets.token_hex(8),
            moves_fault=moves_fault,
            message=_message(named.recipe.name, done),
            fault=None if fault is None else f"{fault.title}: {fault.detail}.",
            frame=self._recipes.bare_frame(named.recipe.name),
        )

    def ask_to_delete(self, recipe: str, version: int) -> VersionDeletePage:
        """Build the question before a version is deleted; raises `VersionNotFound` if there is none."""
        named = self._recipes.get_services(recipe)
        summary = named.versions.get_summary(version)
        return VersionDeletePage(
            title=f"Delete {summary.model_version}?",
            recipe=named.recipe.name,
            version=_column(summary, None),
        )


def _message(recipe: str, done: tuple[str, int] | None) -> str | None:
    if done is None or done[0] not in DONE:
        return None
    return DONE[done[0]].format(label=f"{recipe}/{done[1]}")


def _column(summary: VersionSummary, found: VersionList | None) -> VersionColumn:
    card = summary.card
    segments: list[VersionSegment | VersionOutlying] = [*card.segments] if card else []
    segments += [card.exceptional] if card and card.exceptional else []
    trained = card.trained_at if card else None
    return VersionColumn(
        version=summary.version,
        model_version=summary.model_version,
        is_active=summary.is_active,
        is_rollback=found is not None and found.rollback_to == summary.version,
        trained=f"{trained.day} {trained:%B %Y, %H:%M} UTC" if trained else "",
        trained_iso=trained.isoformat() if trained else "",
        data=card.data.title if card else "",
        figures=_figures(card) if card else [],
        verdict=verdict_sentence(card.verdict.code, card.k) if card else "",
        verdict_code=card.verdict.code if card else "",
        lineage=_lineage(card.lineage) if card else "",
        merged=card.merged.text if card and card.merged else "",
        segments=segments,
        widest=max((segment.share for segment in segments), default=1.0),
        has_moves=card is not None and card.lineage.previous is not None,
        fault=summary.fault,
    )


def _figures(card: VersionCard) -> list[tuple[str, str]]:
    weakest = min(segment.stability for segment in card.segments)
    return [
        ("Customers", _counted(card)),
        ("Segments", f"{card.k}, {_chosen(card.choice)}"),
        ("Silhouette", f"{card.metrics.silhouette:.3f}"),
        ("Tables without groups as clear", f"{number_text(100 * card.verdict.p_value)} %"),
        ("Weakest segment comes back", f"{100 * weakest:.0f} %"),
    ]


def _chosen(choice: VersionChoice | None) -> str:
    """Say who chose the number of segments, and whether that is what was recommended."""
    if choice is None:
        return "a given number"
    if choice.code == "nothing_to_see":
        return "chosen automatically, though none is convincing"
    return "chosen automatically" + (", though criteria disagree" if choice.is_disputed else "")


def _counted(card: VersionCard) -> str:
    """Say how many customers make the segments: those set apart move no centroid."""
    apart = card.exceptional.size if card.exceptional else 0
    return ordinary_text(card.data.rows, apart)


def _lineage(lineage: LineageRead) -> str:
    if lineage.previous is None:
        return f"The first: all {len(lineage.born)} segments are new."
    parts = [f"{len(lineage.kept)} segments kept", f"{len(lineage.born)} new"]
    return f"After {lineage.previous}: {', '.join(parts)}, {len(lineage.retired)} retired."


def _find_moves(
    named: RecipeServices, found: VersionList, asked: int | None
) -> tuple[MovesTable | None, str | None]:
    numbers = [
        summary.version
        for summary in found.versions
        if summary.card is not None and summary.card.lineage.previous is not None
    ]
    wanted = asked if asked is not None else next(iter(numbers), None)
    if wanted is None:
        return None, None
    try:
        return _table(wanted, named.versions.get_moves(wanted)), None
    except (MovesUnknown, ModelUnavailable, NotFound, VersionsDiffer) as error:
        return None, f"Who moved into {found.recipe}/{wanted} is not known: {error.detail}."


def _table(version: int, moves: MovesRead) -> MovesTable:
    cells = {(cell.from_segment, cell.to_segment): cell for cell in moves.cells}
    gone = {tally.segment_id: tally.customers for tally in moves.gone_customers}
    arrived = {tally.segment_id: tally.customers for tally in moves.new_customers}
    columns = [segment for segment in moves.segments if segment.change != "retired"]

    def cell(start: MovedSegment, end: MovedSegment) -> MovesCellText:
        is_stay = start.segment_id == end.segment_id
        counted = cells.get((start.segment_id, end.segment_id))
        causes = [] if counted is None else [(getattr(counted, cause), word) for cause, word in CAUSES]
        return MovesCellText(
            customers=counted.customers if counted else 0,
            note="stayed" if is_stay else ", ".join(f"{number_text(n)} {word}" for n, word in causes if n),
            is_stay=is_stay,
        )

    return MovesTable(
        from_version=moves.from_version,
        to_version=moves.to_version,
        version=version,
        text=moves.text,
        note=_note(moves, sum(arrived.values()), sum(gone.values())),
        columns=columns,
        rows=[
            MovesRow(
                segment=start,
                cells=[cell(start, end) for end in columns],
                gone=gone.get(start.segment_id, 0),
            )
            for start in moves.segments
            if start.change != "born"
        ],
        arrived=[arrived.get(segment.segment_id, 0) for segment in columns],
        is_joined=moves.basis == "joined",
    )


def _note(moves: MovesRead, arrived: int, gone: int) -> str:
    if moves.basis == "joined":
        first = f"New in the table: {number_text(arrived)}; no longer in it: {number_text(gone)}."
    else:
        first = (
            f"The table that {moves.from_version} was trained on is not at hand with ids, so customers who "
            "changed cannot be told."
        )
    fates = [
        f"{word}: {_names(moves.segments, change)}"
        for change, word in (("born", "New segments"), ("retired", "Retired segments"))
        if any(segment.change == change for segment in moves.segments)
    ]
    return " ".join([first, *(f"{fate}." for fate in fates)])


def _names(segments: Sequence[MovedSegment], change: str) -> str:
    return " and ".join(segment.name for segment in segments if segment.change == change)
