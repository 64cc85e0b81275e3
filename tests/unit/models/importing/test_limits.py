from __future__ import annotations

import pytest

from app.core.errors import FieldFault, TableInvalid
from app.models.importing.limits import megabytes, refuse


class TestRefuse:
    def test_with_and_without_a_line(self) -> None:
        with pytest.raises(TableInvalid) as whole:
            refuse("no table")
        with pytest.raises(TableInvalid) as at:
            refuse("no header", 3)
        assert (whole.value.faults, at.value.faults) == ((), (FieldFault("", "no header", 3),))


class TestMegabytes:
    def test_in_words(self) -> None:
        assert (megabytes(512 * 1024**2), megabytes(1_000)) == ("512 MB", "1,000 bytes")
