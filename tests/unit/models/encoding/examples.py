"""Tables and encodings that the tests of this folder share."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from app.models.encoding.document import CategoryFeature, EncodingDocument, NumberFeature
from app.models.encoding.fitting import Columns, fit_encoding

FEATURES: tuple[NumberFeature | CategoryFeature, ...] = (
    NumberFeature(name="age", minimum=0.0, maximum=130.0),
    CategoryFeature(name="region", weight=0.5),
    NumberFeature(name="spend", minimum=0.0, maximum=1e6, transform="log1p", weight=2.0),
    CategoryFeature(name="gender"),
    NumberFeature(name="balance", minimum=-1e5, maximum=1e5, transform="yeo_johnson"),
)
WORDS = ("North", "South", "East", "West")


def a_table(rows: int = 200) -> Columns:
    """Return columns with every kind of gap and every kind of level, the same each time."""
    return {
        "age": [None if i % 17 == 0 else 18.0 + i * 7 % 60 for i in range(rows)],
        "region": [None if i % 23 == 0 else "Isle" if i == 5 else WORDS[i * 5 % 11 % 4] for i in range(rows)],
        "spend": [math.exp(i * 13 % 101 / 12.0) for i in range(rows)],
        "gender": ["Female" if i * 5 % 9 < 5 else "Male" for i in range(rows)],
        "balance": [float((i * 31 % 97 - 20) ** 3) / 10.0 for i in range(rows)],
    }


def a_document() -> EncodingDocument:
    return fit_encoding(a_table(), FEATURES)


RECORDS = st.fixed_dictionaries(
    {
        "age": st.none() | st.just(math.nan) | st.floats(0.0, 130.0),
        "region": st.none() | st.sampled_from([*WORDS, "Isle", " north ", "Atlantis", "", "  "]),
        "spend": st.none() | st.floats(0.0, 1e6),
        "gender": st.none() | st.sampled_from(["Female", "male", "X"]),
        "balance": st.none() | st.floats(-1e5, 1e5),
    }
)
