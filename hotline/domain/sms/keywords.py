"""Words by which an SMS asks the line for something, however a thumb spells them. Pure.

A misspelling is forgiven only where nothing else can be meant. Whoever is silenced by mistake hears nothing ever
again, and a tip that is taken for a wish is lost: so a message is a wish to hear no more only if all of it is.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from rapidfuzz.distance import OSA

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


def words_of(words: str) -> frozenset[str]:
    """Returns words that are written in one string."""
    return frozenset(words.split())


STOPS = words_of(
    "STOP STOPALL STOPPER UNSUBSCRIBE OPTOUT ARRET ARRETE ARRETER ARRETEZ DESABONNER DESABONNEZ DESABONNEMENT"
    " DESINSCRIRE DESINSCRIPTION"
    " HAGARIKA HAGARIKE GUHAGARIKA MUHAGARIKE"
)
"""Words that ask for no more. One letter that is wrong, missing, too many or exchanged with the next is forgiven."""
ORDINARY = words_of("ARREST ATOP SHOP SLOP SNOP SOP STEP STOOP STOR STOW STROP SWOP TOP ARRETS")
"""As near to such a word as a misspelling is, and yet a word of its own."""
COMPANIONS = words_of(
    "A ALL AND ANY DO I IT ME MESSAGE MESSAGES MORE MSG MSGS NOW OK PLEASE PLS SEND SENDING SMS TEXT TEXTING TEXTS"
    " MESSAGING THANK THANKS THE THESE THIS TO WANT WRITING YOU"
    " CES D DE DES ECRIRE ENVOI ENVOIS ENVOYER J JE L LA LE LES M ME MERCI MOI SVP VEUX VOS VOUS"
    " BUTUMWA IBI KOHEREZA KUNYANDIKIRA KUNYOHEREREZA MURAKOZE NDABASABYE NDASHAKA NYABUNEKA UBU UBUTUMWA"
)
"""What may stand beside it: courtesy, and the messages that are meant."""
ERASES = words_of(
    "DELETE ERASE SIBA SIBE MUSIBE GUSIBA SIBISHA MUSIBISHE EFFACE EFFACER EFFACEZ SUPPRIME SUPPRIMER SUPPRIMEZ"
)
"""From six letters on, one that is wrong is forgiven: a shorter one is too near to words of its own."""
OF_HERS = words_of(
    "ALL EVERYTHING WHAT I IT MY THAT THE THIS MESSAGE MESSAGES REPORT SAID SENT SMS TEXT TIP TOLD WROTE"
    " AI CE CECI CELA CES DIT ECRIT ENVOYE J LA LE LES MA MES MON QUE TOUT VOUS"
    " BWANJYE BYANJYE BYOSE IBI IBYO NABABWIYE NANDITSE NOHEREJE NATANZE NAVUZE UBU UBUTUMWA"
)
"""What may stand beside it: what she told, and nothing else."""
COURTESY = words_of("PLEASE PLS THANK THANKS YOU SVP MERCI MURAKOZE NYABUNEKA NDABASABYE")
MOST_WORDS = 12
LEAST_FORGIVEN = 6


def spelled(text: str, *, most: int = 400) -> list[str]:
    """Words in capitals, without accents or punctuation."""
    plain = unicodedata.normalize("NFKD", text[:most])
    letters = "".join(c for c in plain if not unicodedata.combining(c)).upper()
    return re.findall(r"[A-Z0-9]+", letters)


def same_sound(word: str) -> str:
    """Many who write Kinyarwanda exchange l and r."""
    return word.replace("L", "R")


def is_stop(text: str) -> bool:
    """Whether it asks that nothing is sent here again. Total."""
    said = spelled(text)
    if len(said) > MOST_WORDS or not said:
        return False
    words = _joined(_NOT.sub("DONT", " ".join(said)).replace("OPT OUT", "OPTOUT").split())
    return ask_to_stop(words, _stops, COMPANIONS)


def is_erasure(text: str) -> bool:
    """Whether it asks that what was told is erased: all of it is that wish. Total."""
    said = [word for word in spelled(text) if word not in COURTESY]
    if len(said) > MOST_WORDS:
        return False
    wishes = [word for word in said if word not in OF_HERS]
    return bool(wishes) and all(map(_erases, wishes))


def _erases(word: str) -> bool:
    if word in ERASES:
        return True
    known = [one for one in ERASES if len(one) >= LEAST_FORGIVEN]
    return len(word) >= LEAST_FORGIVEN - 1 and any(
        OSA.distance(word, one, score_cutoff=1) <= 1 for one in known
    )


def _joined(words: list[str]) -> list[str]:
    """`s t o p` is one word."""
    return ["".join(words)] if all(len(word) == 1 for word in words) else words


def _stops(word: str) -> bool:
    if word in ORDINARY or not word.isalpha():
        return False
    return any(OSA.distance(same_sound(word), stop, score_cutoff=1) <= 1 for stop in _FORGIVEN)


_FORGIVEN = frozenset(map(same_sound, STOPS))
_NOT = re.compile(r"\b(?:DO NOT|DON T)\b")
