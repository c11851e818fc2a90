"""Countries that a tip from abroad names: what the report offers, and by which words an SMS means one. Pure.

Codes are ISO 3166's in small letters, so that none is ever a district's.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

OTHER = "other"
COUNTRIES: Mapping[str, Mapping[str, str]] = {
    "ug": {"rw": "Uganda", "fr": "Ouganda", "en": "Uganda"},
    "ke": {"rw": "Kenya", "fr": "Kenya", "en": "Kenya"},
    "tz": {"rw": "Tanzaniya", "fr": "Tanzanie", "en": "Tanzania"},
    "bi": {"rw": "Burundi", "fr": "Burundi", "en": "Burundi"},
    "cd": {"rw": "Kongo (RDC)", "fr": "RD Congo", "en": "DR Congo"},
    "sa": {"rw": "Arabiya Sawudi", "fr": "Arabie saoud.", "en": "Saudi Arabia"},
    "om": {"rw": "Omani", "fr": "Oman", "en": "Oman"},
    "ae": {"rw": "Emira, Dubai", "fr": "Emirats, Dubai", "en": "UAE, Dubai"},
    "kw": {"rw": "Koweti", "fr": "Koweit", "en": "Kuwait"},
    "qa": {"rw": "Katari", "fr": "Qatar", "en": "Qatar"},
    "lb": {"rw": "Libani", "fr": "Liban", "en": "Lebanon"},
    "iq": {"rw": "Iraki", "fr": "Irak", "en": "Iraq"},
    OTHER: {"rw": "Ikindi gihugu", "fr": "Autre pays", "en": "Another country"},
}
"""In the order in which the report offers them: neighbours, then where most go."""
SAID: Mapping[str, str] = {
    "ug": "uganda ouganda ubuganda kampala kampara entebbe mbarara",
    "ke": "kenya kenia nairobi mombasa",
    "tz": "tanzania tanzanie tanzaniya dodoma mwanza",
    "bi": "burundi uburundi bujumbura",
    "cd": "congo kongo rdc drc goma bukavu kinshasa",
    "sa": "saudi saudia arabia arabie arabiya saoudite sawudite riyadh jeddah",
    "om": "oman omani muscat mascate",
    "ae": "dubai uae emirates emirats abudhabi",
    "kw": "kuwait koweit koweti kuweti",
    "qa": "qatar doha",
    "lb": "lebanon liban libani beirut beyrouth",
    "iq": "iraq irak iraki baghdad bagdad",
}
"""Words of one piece, without accents. Names of peoples are none: somebody from there may be here. Nor is a name that
is a Kinyarwanda word as well, such as "katari" (was not).
"""
ABROAD_SAID = frozenset(["mumahanga", "mahanga", "abroad", "overseas", "etranger"])
"""Another country, and not which."""
_BY_WORD = {word: code for code, words in SAID.items() for word in words.split()}


def country_of(words: Sequence[str]) -> str | None:
    """The first country that these plain words name."""
    pieces = [word.lower() for word in words]
    joined = [*pieces, *map("".join, pairwise(pieces))]
    return next((_BY_WORD[piece] for piece in joined if piece in _BY_WORD), None)


def says_abroad(words: Sequence[str]) -> bool:
    """Whether they say "abroad", and name no country by it."""
    return not ABROAD_SAID.isdisjoint(word.lower() for word in words)
