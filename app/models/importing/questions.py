"""What a person is asked, where the file alone does not decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.errors import FieldFault, TableInvalid
from app.models.importing.choices import Choices, Kind
from app.models.importing.column_kinds import ColumnVerdict
from app.models.importing.date_style import parse_date
from app.models.importing.number_style import READABLE_SHARE, parse
from app.models.importing.sensitive_words import names_code, names_identifier
from app.models.importing.table_source import TableSource
from app.utils.safe_text import shorten

_ASKED_FROM = 0.5
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", "^": "caret", "~": "tilde"}


@dataclass(frozen=True)
class Option:
    """One answer.

    Attributes
    ----------
    value : str
        What is put into `Choices`.
    text : str
        The answer in plain words.
    sample : str
        How a value of the file would be read then; to be shown only to whoever brought the file.
    """

    value: str
    text: str
    sample: str


@dataclass(frozen=True)
class Question:
    """One question about a file.

    Attributes
    ----------
    key : {"encoding", "delimiter", "sheet", "decimals", "date_orders", "kinds"}
        The field of `Choices` that answers it.
    column : str
        The column's name, or empty for the file as a whole.
    text : str
        The question in plain words; repeats no cell.
    options : tuple of Option
        The answers, the guess first where there is one.
    is_required : bool
        Whether nothing is taken in before it is answered: a wrong guess would change values.
    """

    key: str
    column: str
    text: str
    options: tuple[Option, ...]
    is_required: bool


class TableInDoubt(TableInvalid):
    """Two readings of a table fit, and somebody has to say which.

    Attributes
    ----------
    questions : tuple of Question
        The required ones; a fault stands for each, whose pointer is the place of its answer.
    """

    def __init__(self, questions: tuple[Question, ...]) -> None:
        faults = tuple(
            FieldFault(f"/choices/{q.key}" + (f"/{q.column}" if q.column else ""), q.text) for q in questions
        )
        super().__init__("the file is in doubt: answer the open questions in choices", faults)
        self.questions = questions


def refuse_doubt(questions: Iterable[Question]) -> None:
    """Raise `TableInDoubt` where one of the questions is required."""
    required = tuple(question for question in questions if question.is_required)
    if required:
        raise TableInDoubt(required)


def ask_about_file(source: TableSource, choices: Choices) -> list[Question]:
    """Return what is in doubt about the file as a whole."""
    questions = []
    encoding = source.encoding
    if encoding is not None and not encoding.is_sure and choices.encoding is None:
        options = tuple(Option(name, name, encoding.read_sample(name)) for name in encoding.options)
        text = "In which encoding are the file's letters written? More than one fits."
        questions.append(Question("encoding", "", text, options, is_required=True))
    if len(source.delimiters) > 1 and choices.delimiter is None:
        options = tuple(Option(mark, _NAMES[mark], "") for mark in source.delimiters)
        text = "Which character stands between the cells? More than one gives even rows."
        questions.append(Question("delimiter", "", text, options, is_required=True))
    if len(source.sheets) > 1 and choices.sheet is None:
        options = tuple(Option(name, shorten(name), "") for name in source.sheets)
        text = f"The workbook has {len(source.sheets):,} sheets. Is the first one the table?"
        questions.append(Question("sheet", "", text, options, is_required=False))
    return questions


def ask_about_column(column: ColumnVerdict, choices: Choices) -> Question | None:
    """Return what is in doubt about one column, or None."""
    name = shorten(column.name)
    if column.kind is Kind.NUMBER and column.style is None:
        return _ask_decimal(column, name)
    if column.kind is Kind.DATE and column.dates.order is None:
        return _ask_order(column, name)
    readable = max(column.numbers.readable, column.dates.readable)
    if column.kind in (Kind.NUMBER, Kind.DATE) and column.name not in choices.kinds:
        return _ask_about_others(column, name)
    is_torn = _ASKED_FROM * column.present <= readable < READABLE_SHARE * column.present
    is_named = names_identifier(column.name) or names_code(column.name)
    is_guess = column.name not in choices.kinds and not is_named
    if column.kind in (Kind.CATEGORY, Kind.TEXT, Kind.IDENTIFIER) and is_guess and is_torn:
        kind = Kind.DATE if column.dates.readable > column.numbers.readable else Kind.NUMBER
        share = int(100 * readable / column.present)
        text = f"About {share} % of the values of {name} are a {kind}, the others are not. What does it hold?"
        options = (
            Option(column.kind, "texts: keep every value as it is", ""),
            Option(kind, f"{kind}s: reject the rows where it is none", ""),
        )
        return Question("kinds", column.name, text, options, is_required=False)
    return None


def _ask_about_others(column: ColumnVerdict, name: str) -> Question | None:
    readable = (column.numbers if column.kind is Kind.NUMBER else column.dates).readable
    others = column.present - readable
    if not others:
        return None
    are = "is" if others == 1 else "are"
    text = f"{others:,} of {column.present:,} values of {name} {are} no {column.kind}. What does it hold?"
    options = (
        Option(column.kind, f"{column.kind}s: reject the rows where it is none", ""),
        Option(Kind.TEXT, "texts: keep every value as it is", ""),
    )
    return Question("kinds", column.name, text, options, is_required=False)


def _ask_decimal(column: ColumnVerdict, name: str) -> Question:
    options = []
    for style in column.numbers.options:
        mark = "a decimal point" if style.decimal == "." else "a decimal comma"
        doubtful = column.numbers.doubtful
        value = None if doubtful is None else parse(doubtful, style)
        sample = "" if value is None else f"{doubtful} is read as {value:.15g}"
        options.append(Option(style.decimal, mark, sample))
    if not options:
        text = f"{name} was chosen to be a number and no value of it is one. What does it hold?"
        return Question("kinds", column.name, text, (Option(Kind.TEXT, "text", ""),), is_required=True)
    text = f"The numbers of {name} can be read in two ways. Do they have a decimal point or a decimal comma?"
    return Question("decimals", column.name, text, tuple(options), is_required=True)


def _ask_order(column: ColumnVerdict, name: str) -> Question:
    doubtful = column.dates.doubtful
    if column.dates.verdict == "not a number":
        text = f"{name} was chosen to be a date and no value of it is one. What does it hold?"
        return Question("kinds", column.name, text, (Option(Kind.TEXT, "text", ""),), is_required=True)
    day_first = parse_date(doubtful, "dmy") if doubtful else None
    month_first = parse_date(doubtful, "mdy") if doubtful else None
    options = (
        Option("dmy", "the day", f"{doubtful} is read as {day_first}" if day_first else ""),
        Option("mdy", "the month", f"{doubtful} is read as {month_first}" if month_first else ""),
    )
    text = f"The dates of {name} can be read in two ways. Does the day or the month come first?"
    return Question("date_orders", column.name, text, options, is_required=True)
