"""Words that give a caller away, by language. Tables: they grow with what reviewers find.

A word is looked for without accents and capitals, at the beginning of a word, so that endings do not matter. In
Kinyarwanda it is looked for anywhere, since prefixes stand before a stem (`curuz`: gucuruza, abacuruzi, ugucuruza).
Words of `WHOLE` count only by themselves.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

Table = Mapping[str, tuple[str, ...]]

REPORTING: Table = {
    "rw": ("tanga amakuru", "menyekanisha", "rega", "ikirego", "tungira agatoki", "mutangabuhamya"),
    "fr": ("signaler", "signalement", "denonc", "temoign", "plainte", "tuyau", "anonym"),
    "en": ("report", "tip", "tips", "tip-off", "denounc", "inform on", "witness", "anonym"),
}
TRAFFICKING: Table = {
    "rw": (
        "icuruzwa ry'abantu", "icuruzwa ry'abana", "curuza abantu", "curuza umuntu", "curuza abana",
        "gucuruzwa", "curujwe", "bucakara",
    ),
    "fr": ("traite", "trafic", "trafiquant", "esclav"),
    "en": ("traffick", "slave"),
}  # fmt: skip
POLICE: Table = {
    "rw": ("polisi", "rib", "genzacyaha"),
    "fr": ("police", "policier", "rib", "gendarme", "commissariat"),
    "en": ("police", "rib", "cops"),
}
TRADE_IN_PEOPLE: Table = {"rw": ("curuz", "curuj")}
"""Any form of it, innocent elsewhere: a trader is umucuruzi."""
SAFETY: Table = {
    "rw": ("umutekano", "tekanye", "tekane", "nta byago"),
    "fr": (
        "securit",
        "en surete",
        "sans danger",
        "sans risque",
        "risquez rien",
        "risques rien",
        "aucun risque",
        "protege",
    ),
    "en": ("safe", "secure", "security", "no risk", "protected"),
}
SECRECY: Table = {
    "rw": (
        "ibanga", "amabanga", "rwihishwa", "ntirigaragara", "zamenyekana", "kutamenyekana", "uzabimenya",
    ),
    "fr": ("secret", "confiden", "anonym", "personne ne saura", "personne ne le saura", "personne n'en saura"),
    "en": (
        "secret", "confiden", "anonym", "nobody will know", "no one will know", "nobody will ever know",
        "no one will ever know", "nobody will find out", "no one will find out",
    ),
}  # fmt: skip
FREE: Table = {
    "rw": ("ku buntu", "kubuntu", "ni ubuntu", "nta kiguzi"),
    "fr": ("gratuit", "sans frais", "payez rien", "coute rien"),
    "en": ("free", "no cost", "costs nothing", "pay nothing", "no charge"),
}
PAY_FIRST: Table = {
    "rw": (
        "banza wishyure", "banza kwishyura", "kubanza kwishyura",
        "ohereza amafaranga", "ishyura mbere",
    ),
    "fr": (
        "payez d'abord", "payer d'abord", "payez avant", "envoyez de l'argent", "envoyer de l'argent",
        "acompte",
    ),
    "en": ("pay first", "pay now", "pay before", "send money", "deposit"),
}  # fmt: skip
"""What a recruiter says, and this line never does."""
WARNED_OF: Table = {
    "rw": ("ntukabanze kwishyura", "ntubanze wishyure", "ntukohereze amafaranga"),
    "fr": ("ne payez pas d'abord", "ne payez jamais d'abord", "n'envoyez pas d'argent"),
    "en": (
        "never pay first",
        "do not pay first",
        "don't pay first",
        "never send money",
        "do not send money",
    ),
}
"""The same words where a lesson says not to."""
PROMISES: Table = {
    "rw": (
        "ubufasha buraza", "ubufasha buri mu nzira", "turaza", "tuzaza", "baraza", "bazaza",
        "tuzagufasha", "tugiye kugufasha", "turagufasha", "tuzagutabara", "turagutabara", "turakwizeza",
    ),
    "fr": (
        "l'aide arrive", "l'aide est en route", "en route", "les secours", "nous arrivons",
        "nous viendrons", "nous vous aiderons", "nous allons vous", "vont venir", "va venir", "promet",
    ),
    "en": (
        "help is coming", "help is on", "help will", "on the way", "on their way", "are coming",
        "we will", "we'll", "will come", "will help", "will rescue", "rescue", "promise",
    ),
}  # fmt: skip
"""That help comes. "We cannot say if or when help comes" is none."""
VOWS: Table = {
    "rw": ("turakwizeza", "turabizeza", "turagusezeranya", "turabasezeranya"),
    "fr": ("nous promettons", "vous promettons", "te promettons", "je vous promets"),
    "en": ("we promise", "i promise"),
}
"""That the line promises, whatever it is."""
_ADDRESSES = (
    "www.", "http", ".com", ".org", ".net", ".rw", "whatsapp", "telegram", "facebook", "instagram", "tiktok",
)  # fmt: skip
ELSEWHERE: Table = {
    "rw": (*_ADDRESSES, "watsapu", "wasapu"),
    "fr": _ADDRESSES,
    "en": _ADDRESSES,
}
"""An address of others, or an invitation to write there. This line keeps nothing that is written elsewhere."""
AFTERWARDS: Table = {
    "rw": ("bufasha", "gufasha", "vuba", "ejo", "isaha", "iminota", "akarere", "umurenge"),
    "fr": ("aide", "bientot", "demain", "heure", "minute", "district", "secteur"),
    "en": ("help", "soon", "tomorrow", "hour", "minute", "district", "sector"),
}
"""Help, a time or a place, on the screen that stays behind."""
WHOLE = frozenset(
    {
        "rib",
        "tip",
        "tips",
        "traite",
        "ejo",
        "cops",
        "nom",
        "noms",
        "entrez le nom",
        "ecrivez le nom",
        "donnez le nom",
        ".com",
        ".org",
        ".net",
        ".rw",
    }
)

EARLY = (REPORTING, TRAFFICKING, POLICE)
LAST = (*EARLY, PROMISES, AFTERWARDS)
IN_A_REPORT = (TRAFFICKING, TRADE_IN_PEOPLE, SAFETY, SECRECY, FREE, PROMISES, VOWS, ELSEWHERE)
ON_ANY_SCREEN = (SAFETY, SECRECY, FREE, PAY_FIRST, VOWS, ELSEWHERE)
"""What the line cannot keep. A screen that warns of such words says so in its reason."""
IN_A_MESSAGE = (REPORTING, TRAFFICKING, TRADE_IN_PEOPLE, POLICE, SECRECY, PROMISES)
"""An SMS is read on lock screens, and by whoever holds the phone."""

WHO_SHE_IS: Table = {
    "rw": (
        "izina ryawe", "amazina yawe", "izina ryanyu", "witwa nde", "uri nde", "uwo uri we",
        "nimero yawe", "numero yawe",
        "nomero yawe", "nimero ya telefone", "telefone yawe", "utuye he", "aho utuye", "utuye", "inzu yawe",
        "urugo rwawe", "aderesi", "indangamuntu", "irangamuntu", "wavutse", "andika izina", "andika amazina",
        "andika nimero", "imeyili", "imeri", "e-mail", "email", "ifoto",
    ),
    "fr": (
        "votre nom", "ton nom", "votre prenom", "ton prenom", "qui etes-vous", "qui es-tu",
        "dites qui vous", "dis qui tu", "appelez-vous",
        "vous appelez-vous", "t'appelles", "votre numero", "ton numero", "votre telephone", "ton telephone",
        "numero de telephone", "habitez", "habites-tu", "votre adresse", "ton adresse", "votre maison",
        "ta maison", "carte d'identite", "numero d'identite", "votre passeport", "date de naissance",
        "ecrivez le nom", "entrez le nom", "donnez le nom", "e-mail", "email", "courriel", "photo",
    ),
    "en": (
        "your name", "full name", "first name", "surname", "who are you", "say who you",
        "tell us who you", "tell who you",
        "write who you", "your phone", "your number",
        "phone number", "mobile number", "you live", "your address", "home address", "your house",
        "house number", "your id", "id number", "id card", "identity card", "your passport",
        "date of birth", "you born", "enter name", "enter the name", "type the name", "write the name",
        "passport number", "e-mail", "email", "photo",
    ),
}  # fmt: skip
"""What a question asks with: her name, her phone, her house, her papers."""
NOT_ASKED: Table = {
    "rw": ("utavuze izina ryawe", "utavuze amazina yawe"),
    "fr": ("sans votre nom", "sans donner votre nom", "sans ton nom"),
    "en": ("without your name", "without giving your name", "not give your name", "not your name"),
}
"""The same words where they say that nobody asks."""

OF_ANYBODY: Table = {
    "rw": (
        "izina", "amazina", "witwa", "yitwa", "bitwa", "ni nde", "ninde", "ni bande", "nimero", "numero",
        "nomero", "telefon", "inzu", "urugo", "ingo", "aderesi", "indangamuntu", "irangamuntu", "pasiporo",
    ),
    "fr": (
        "nom", "noms", "prenom", "surnom", "appelle", "qui est", "qui sont", "qui etes", "numero", "telephone",
        "maison", "adresse", "chez", "identite", "passeport",
    ),
    "en": (
        "name", "surname", "nickname", "called", "who is", "who are", "who's", "number", "phone", "house",
        "home", "address", "identity", "passport",
    ),
}  # fmt: skip
"""What a question back asks for nobody with: neither hers nor anybody's name, number, house or papers."""
SAID_OF_NONE: Table = {
    "rw": ("nta mazina", "sosiyete ya telefone"),
    "fr": ("pas de noms", "sans noms"),
    "en": ("no names", "the phone company"),
}
"""The same words where they warn of it."""

MOST_TEXTS = 1 << 14
"""Texts whose words are remembered: several times those of the shipped flows."""
_SENTENCE_END = re.compile(r"(?<=[.!?:;]) ")


def risky_words(text: str, language: str, tables: tuple[Table, ...] = EARLY) -> tuple[str, ...]:
    """Returns the words of the tables that stand in `text`, each once."""
    words = dict.fromkeys(word for table in tables for word in table.get(language, ()))
    return _standing(plain(text), tuple(words), language)


@lru_cache(MOST_TEXTS)
def _standing(said: str, words: tuple[str, ...], language: str) -> tuple[str, ...]:
    return tuple(word for word in words if _pattern(word, language).search(said))


@cache
def _pattern(word: str, language: str) -> re.Pattern[str]:
    before = "" if language == "rw" and word not in WHOLE else r"\b"
    after = r"\b" if word in WHOLE else ""
    return re.compile(before + re.escape(word) + after)


def promised(text: str, language: str) -> tuple[str, ...]:
    """Returns the words that no caller's screen may say without a reason. A warning against them is none."""
    said = plain(text)
    for phrase in WARNED_OF.get(language, ()):
        said = said.replace(phrase, "")
    return risky_words(said, language, ON_ANY_SCREEN)


def new_risky_words(before: str, after: str, language: str) -> Iterator[str]:
    """Yields the words that promise or ask who somebody is in sentences of `after` that `before` does not have."""
    heard = {*_sentences(before)}
    new = [sentence for sentence in _sentences(after) if sentence not in heard]
    for sentence in new:
        yield from promised(sentence, language)
        yield from asks_who(sentence, language)


def _sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(plain(text))


def asks_who(text: str, language: str) -> tuple[str, ...]:
    """Returns the words with which `text` asks who she is."""
    said = plain(text)
    for phrase in NOT_ASKED.get(language, ()):
        said = said.replace(phrase, "")
    return risky_words(said, language, (WHO_SHE_IS,))


def asks_of_anybody(text: str, language: str) -> Iterator[str]:
    """The words with which `text` asks for anybody's name, number, house or papers, or who somebody is."""
    said = plain(text)
    for phrase in SAID_OF_NONE.get(language, ()):
        said = said.replace(phrase, "")
    yield from dict.fromkeys(
        (*asks_who(said, language), *risky_words(said, language, (OF_ANYBODY,)))
    )


@lru_cache(MOST_TEXTS)
def plain(text: str) -> str:
    """Without accents and capitals, its blanks as one."""
    parts = unicodedata.normalize("NFKD", " ".join(text.split()).casefold().replace("’", "'"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
