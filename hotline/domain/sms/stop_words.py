"""Tells whether a message asks for no more SMS: each word has a class, and the classes must form a known shape. Pure.

A word without a class belongs to something else, so the message is no such request: a person who is silenced by
mistake hears nothing ever again. Kinyarwanda verbs come from `verbs_rw`, French ones from `verbs_fr_en`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from hotline.domain.sms import verbs_fr_en, verbs_rw

WRITES = frozenset({"ANDIKIRA", "OHEREREZA", "OHEREZA=OHEREJE", "ANDIKA"})
ENDS = frozenset({"HAGARIKA"})
LEAVES = frozenset({"REKA", "REKERA"})
REPEATS = frozenset({"ONGERA", "SUBIRA", "KOMEZA"})
WANTS = frozenset({"SHAKA", "KENERA", "IFUZA"})
REMOVES = frozenset({"SIBA", "KURA=KUYE", "VANA"})
STEMS = WRITES | ENDS | LEAVES | REPEATS | WANTS | REMOVES
FRENCH: Mapping[str, str] = {
    "W": "ENVOYER CONTACTER TEXTER ECRIRE=ECRIRE,ECRIS,ECRIT,ECRIVEZ,ECRIVENT,ECRIVIEZ"
    " ENVOIE=ENVOIE,ENVOIES,ENVOI,ENVOIS",
    "S": "ARRETER CESSER STOPPER",
    "G": "SOUHAITER DESIRER VOULOIR=VEUX,VEUT,VOUDRAIS,VOULONS,VOUDRIONS",
    "V": "RECEVOIR=RECEVOIR,RECOIVE",
    "E": "RETIRER ENLEVER SUPPRIMER EFFACER RAYER OTER",
}
WORDS: Mapping[str, str] = {
    "W": "SEND SENDING TEXTING MESSAGING WRITE WRITING CONTACT CONTACTING",
    "M": "TEXTOS TEXTO MESSAGE MESSAGES MSG MSGS SMS TEXT TEXTS UBUTUMWA BUTUMWA BWANYU ZANYU BWAWE ANYTHING",
    "S": "CEASE QUIT",
    "G": "WANT WISH LIKE NEED",
    "V": "RECEIVE RECEIVING GET GETTING",
    "N": "DONT NEVER NO NOT",
    "T": "NTA NTABWO",
    "n": "NE N",
    "B": "BURAHAGIJE",
    "Z": "END",
    "q": "PLUS PAS AUCUN AUCUNE JAMAIS",
    "E": "REMOVE DELETE TAKE",
    "P": "NUMBER NUMERO NIMERO NUMERI",
    "L": "LIST LISTE LISITI RISITI",
}
"""What a word does: it writes, is a message, stops, wants, receives, negates, removes, or names a list."""
UNKNOWN = "?"
SMALL = """
AGAIN ANYMORE COULD CAN WOULD WILL D LONGER FURTHER RATHER FROM OFF ON OF YOUR MY OUR HAVE ABOUT KINDLY
NOTRE MON MA VOTRE CETTE DANS RIEN SI POUVEZ POURRIEZ POURRAIS POUVAIS VEUILLEZ S IL PLAIT NOUS
KO NGO AHO UKUNDI UBUNDI INDI KURI KU MURI YANJYE YACU NA RWOSE IZI IZO IBI IBYO UBWO NDABASABA TURABASABA NDABINGINZE
"""
"""Courtesy and small words that change nothing, beside those of `keywords.COMPANIONS`."""
SHAPES = re.compile(
    "|".join(
        (
            "[GWM]*S[SWM]*",  # stop; I want to stop; ubutumwa mubuhagarike
            "M*X[WM]*",  # ntimunyandikire
            "M*A[WM]*",  # ntimuzongere kunyandikira
            "R|M+R|R[VWM]+",  # sinshaka; sinshaka ubutumwa
            "TM+G|TG[WM]+",  # nta butumwa nshaka; ntabwo nshaka ubutumwa
            "G?N[WM]+|NGV?[WM]+|NV[WM]+",  # do not text; no more messages; I do not want to get texts
            "q+M+|G?nq+[VW]+M*|G?nW+q+M*|nGq+V?[WM]+",  # plus de SMS; ne m'envoyez plus; je ne veux plus recevoir
            "EPL?|EL",  # delete my number; remove me from the list
            "M+B|ZM+",  # ubutumwa burahagije; end SMS
        )
    )
)


def ask_to_stop(
    words: Sequence[str], nearly: Callable[[str], bool], fillers: frozenset[str]
) -> bool:
    """Returns True if the classes of all words form a request; `nearly` forgives a slip in a word that stops."""
    shape = "".join(_class_of(word, nearly, fillers | _SMALL) for word in words)
    return SHAPES.fullmatch(shape) is not None


def _class_of(word: str, nearly: Callable[[str], bool], fillers: frozenset[str]) -> str:
    if word in _classes():
        return _classes()[word]
    if found := verbs_rw.parsed(word, STEMS):
        return _of_verb(found)
    if word in fillers:
        return ""
    return "S" if nearly(word) else UNKNOWN


def _of_verb(found: Sequence[tuple[str, str]]) -> str:
    """The class of a Kinyarwanda verb: what it says, to whom, and whether it says not to."""
    for stem, marks in found:
        named = next(name for name, stems in _KINDS.items() if stem in stems)
        if (kind := _kind(named, frozenset(marks))) is not None:
            return kind
    return UNKNOWN


def _kind(named: str, marks: frozenset[str]) -> str | None:
    if verbs_rw.OTHER in marks:
        return None
    if verbs_rw.SAY_NOT in marks:
        told = verbs_rw.DIRECT in marks or named == "again"
        return (
            {"writes": "X", "again": "A"}.get(named)
            if told and verbs_rw.DONE not in marks
            else None
        )
    if verbs_rw.NOT in marks:
        return "R" if named == "wants" else None
    if named == "leaves":
        return None if verbs_rw.DIRECT in marks else "S"
    if named == "writes" and verbs_rw.DONE in marks:
        return None
    return {"ends": "S", "writes": "W", "wants": "G", "removes": "E", "again": ""}.get(named)


_SMALL = frozenset(SMALL.split())
_KINDS = {
    "writes": {stem.partition("=")[0] for stem in WRITES},
    "ends": ENDS,
    "leaves": LEAVES,
    "again": REPEATS,
    "wants": WANTS,
    "removes": {stem.partition("=")[0] for stem in REMOVES},
}


@cache
def _classes() -> Mapping[str, str]:
    made = {
        form: kind
        for kind, verbs in FRENCH.items()
        for verb in verbs.split()
        for form in verbs_fr_en.french(verb)
    }
    return made | {word: kind for kind, words in WORDS.items() for word in words.split()}
