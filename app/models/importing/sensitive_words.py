"""Headers that speak of traits by which people must not be sorted without a recorded decision."""

from __future__ import annotations

import re
import unicodedata

# English, German, French, Spanish, Turkish; without accents, as headers are compared.
_TRAITS = {
    "gender": """gender sex geschlecht genre sexe genero sexo cinsiyet anrede civilite salutation""",
    "age": """age alter edad yas birthday birthdate birth dob geburtstag geburtsdatum geburtsjahr naissance
        nacimiento dogum dateofbirth""",
    "religion": """religion konfession confession religione din mezhep faith""",
    "origin": """nationality nation citizenship nationalitat staatsangehorigkeit nationalite nacionalidad
        uyruk milliyet ethnicity ethnic race ethnie herkunft rasse origine origen raza etnia etnik irk
        kokeni""",
    "region": """region bundesland provincia province comarca bolge il ilce postcode postal zip zipcode plz
        postleitzahl cp codepostal codigopostal postakodu posta postalcode""",
    "health": """health disability diagnosis gesundheit behinderung krankheit sante handicap maladie salud
        discapacidad enfermedad saglik engelli hastalik pregnant schwanger enceinte embarazada hamile""",
    "sexual orientation": """orientation sexuality orientierung orientacion yonelim""",
    "marital status": """marital married familienstand matrimonial civil medeni evli maritalstatus
        medenidurum""",
    "politics": """political party partei politique politico siyasi union gewerkschaft syndicat sindicato
        sendika""",
    "language": """language muttersprache sprache langue idioma dil""",
}
_TRAIT_OF = {word: trait for trait, words in _TRAITS.items() for word in words.split()}
_PHRASES = tuple(word for word in _TRAIT_OF if len(word) > 8)  # long enough to be looked for between others
_NUMBERED = """
    id uuid guid ids kundennr kundennummer kundenid kdnr customerid clientid userid memberid accountid
    householdid
    identifier identifiant identificador idcliente numclient nclient musterino musteriid musterinumarasi
    customernumber customerno accountnumber membernumber clientnumber numeroclient numerocliente
"""
_IDENTIFIERS = frozenset(_NUMBERED.split())
# What a column of codes ends with: InvoiceNo, phone number, StockCode. Their digits are not counted with.
_CODES = frozenset(
    [
        "no",
        "nr",
        "num",
        "number",
        "nummer",
        "numero",
        "numara",
        "code",
        "kod",
        "sku",
        "ean",
        "isbn",
        "phone",
        "telefon",
        "tel",
    ]
)
_SPLIT = re.compile(r"[^0-9a-z]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def sensitive_trait(header: str) -> str | None:
    """Return which trait a column's name speaks of, such as ``gender`` or ``age``; None for most names.

    Examples
    --------
    >>> sensitive_trait("Geburts-Datum"), sensitive_trait("Average spend")
    ('age', None)
    """
    words = _words(header)
    found = next((_TRAIT_OF[word] for word in words if word in _TRAIT_OF), None)
    if found is not None:
        return found
    together = "".join(_apart(header))
    return next((_TRAIT_OF[phrase] for phrase in _PHRASES if phrase in together), None)


def names_identifier(header: str) -> bool:
    """Answer whether a column's name says that it tells customers apart, as ``Customer ID`` does."""
    words = _words(header)
    return "".join(_apart(header)) in _IDENTIFIERS or bool(_IDENTIFIERS.intersection(words))


def names_code(header: str) -> bool:
    """Answer whether a column's name ends as those of codes do, such as ``InvoiceNo``."""
    words = _apart(header)
    return bool(words) and words[-1] in _CODES


def _words(header: str) -> list[str]:
    """Return the header's words in small letters without accents: ``GeburtsJahr`` is two words and one."""
    return [*_apart(header), *_apart(header.lower())]


def _apart(header: str) -> list[str]:
    text = header.replace("ı", "i").replace("İ", "I").replace("ß", "ss")
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return [word for word in _SPLIT.split(_CAMEL.sub(" ", plain).lower()) if word]
