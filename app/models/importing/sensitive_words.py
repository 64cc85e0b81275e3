"""Headers that speak of traits by which people must not be sorted without a recorded decision."""

from __future__ import annotations

import re
import unicodedata

# English, German, French, Spanish, Turkish; without accents, as headers are compared.
_TRAITS = """
    gender sex geschlecht genre sexe genero sexo cinsiyet anrede civilite salutation
    age alter edad yas birthday birthdate birth dob geburtstag geburtsdatum geburtsjahr naissance nacimiento
    dogum
    religion konfession confession religione din mezhep faith
    nationality nation citizenship nationalitat staatsangehorigkeit nationalite nacionalidad uyruk milliyet
    ethnicity ethnic race ethnie herkunft rasse origine origen raza etnia etnik irk kokeni
    region bundesland provincia province comarca bolge il ilce
    postcode postal zip zipcode plz postleitzahl postal cp codepostal postakodu posta
    health disability diagnosis gesundheit behinderung krankheit sante handicap maladie salud discapacidad
    enfermedad saglik engelli hastalik
    orientation sexuality orientierung orientacion yonelim
    marital married familienstand matrimonial civil medeni evli
    political party partei politique politico siyasi union gewerkschaft syndicat sindicato sendika
    language muttersprache sprache langue idioma dil
    pregnant schwanger enceinte embarazada hamile
"""
_WORDS = frozenset(_TRAITS.split())
_PHRASES = (
    "postalcode",
    "postakodu",
    "codepostal",
    "codigopostal",
    "dateofbirth",
    "maritalstatus",
    "medenidurum",
)
_NUMBERED = """
    id uuid guid ids kundennr kundennummer kundenid kdnr customerid clientid userid memberid accountid
    householdid
    identifier identifiant identificador idcliente numclient nclient musterino musteriid musterinumarasi
    customernumber customerno accountnumber membernumber clientnumber numeroclient numerocliente
"""
_IDENTIFIERS = frozenset(_NUMBERED.split())
_SPLIT = re.compile(r"[^0-9a-z]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def is_sensitive(header: str) -> bool:
    """Answer whether a column's name speaks of gender, age, religion, origin, home, health and the like."""
    words = _words(header)
    return bool(_WORDS.intersection(words)) or any(phrase in "".join(words) for phrase in _PHRASES)


def names_identifier(header: str) -> bool:
    """Answer whether a column's name says that it tells customers apart, as ``Customer ID`` does."""
    words = _words(header)
    return "id" in words or "".join(words) in _IDENTIFIERS or bool(_IDENTIFIERS.intersection(words))


def _words(header: str) -> list[str]:
    """Return the header's words in small letters without accents: ``GeburtsJahr`` is two words and one."""
    text = header.replace("ı", "i").replace("İ", "I").replace("ß", "ss")
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    apart = _SPLIT.split(_CAMEL.sub(" ", plain).lower())
    return [word for word in [*apart, *_SPLIT.split(plain.lower())] if word]
