from __future__ import annotations

import pytest

from app.models.importing.sensitive_words import names_code, names_identifier, sensitive_trait


class TestSensitiveTrait:
    @pytest.mark.parametrize(
        ("header", "trait"),
        [
            ("Gender", "gender"),
            ("customer_age", "age"),
            ("GeburtsJahr", "age"),
            ("Date of Birth", "age"),
            ("Région", "region"),
            ("PLZ", "region"),
            ("İl", "region"),
            ("PostalCode", "region"),
            ("religion (self-described)", "religion"),
            ("Staatsangehörigkeit", "origin"),
            ("maritalStatus", "marital status"),
            ("is_pregnant", "health"),
            ("SEXE", "gender"),
        ],
    )
    def test_speaks_of(self, header: str, trait: str) -> None:
        assert sensitive_trait(header) == trait

    @pytest.mark.parametrize(
        "header", ["Average spend", "Page views", "Usage", "message", "Umsatz", "Points", ""]
    )
    def test_speaks_of_none(self, header: str) -> None:
        assert sensitive_trait(header) is None


class TestNamesIdentifier:
    @pytest.mark.parametrize(
        "header", ["id", "Customer ID", "customerId", "Kundennummer", "kunden-nr", "UUID", "Müşteri No"]
    )
    def test_yes(self, header: str) -> None:
        assert names_identifier(header)

    @pytest.mark.parametrize("header", ["idea", "paid", "Income", "Kunde"])
    def test_no(self, header: str) -> None:
        assert not names_identifier(header)


class TestNamesCode:
    def test_by_its_last_word(self) -> None:
        assert names_code("InvoiceNo")
        assert names_code("phone number")
        assert not names_code("Number of orders")
        assert not names_code("?")
