"""Recognises SMS that ask to stop messages or to erase a report, in any spelling. Pure. The module accepts a misspelt
word of such a request only if the word has no other meaning. If the hotline stops messages by mistake, the caller never
gets a message again. If the hotline reads a tip as a request to stop or to erase, the tip is lost. So an SMS counts as
a request to stop or to erase only if all its words belong to the request."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from rapidfuzz.distance import OSA

from hotline.text import verbs

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
"""The words of each class. A class contains words with the same meaning, and a letter names each class: W for "write",
S for "stop", G for "want", V for "receive", E for "remove", Z for "end", N, T, n and q for "not", B for "enough", M for
"message", P for "number", L for "list"."""
UNKNOWN = "?"
SMALL_WORDS = """
AGAIN ANYMORE COULD CAN WOULD WILL D LONGER FURTHER RATHER FROM OFF ON OF YOUR MY OUR HAVE ABOUT KINDLY
NOTRE MON MA VOTRE CETTE DANS RIEN SI POUVEZ POURRIEZ POURRAIS POUVAIS VEUILLEZ S IL PLAIT NOUS
KO NGO AHO UKUNDI UBUNDI INDI KURI KU MURI YANJYE YACU NA RWOSE IZI IZO IBI IBYO UBWO NDABASABA TURABASABA NDABINGINZE
"""
"""Further polite words and small words that do not change the meaning of a request, in addition to
`COMPANION_WORDS`."""
SHAPES = re.compile(
    "|".join(
        (
            "[GWM]*S[SWM]*",
            "M*X[WM]*",  # For example "ntimunyandikire" (Kinyarwanda: do not write to me).
            "M*A[WM]*",  # For example "ntimuzongere kunyandikira" (Kinyarwanda: do not write to me again).
            "R|M+R|R[VWM]+",  # For example "sinshaka ubutumwa" (Kinyarwanda: I want no messages).
            "TM+G|TG[WM]+",  # For example "nta butumwa nshaka" (Kinyarwanda: I want no message).
            "G?N[WM]+|NGV?[WM]+|NV[WM]+",  # For example "do not text", "no more messages".
            "q+M+|G?nq+[VW]+M*|G?nW+q+M*|nGq+V?[WM]+",  # For example "ne m'envoyez plus" (French: send me no more).
            "EPL?|EL",  # For example "delete my number", "remove me from the list".
            "M+B|ZM+",  # For example "ubutumwa burahagije" (Kinyarwanda: enough messages), "end SMS".
        )
    )
)


def is_stop_request(
    words: Sequence[str], nearly: Callable[[str], bool], fillers: frozenset[str]
) -> bool:
    """Returns True if the words together ask the hotline to stop its messages. The class of each word decides this.
    `nearly` is a function that recognises a misspelt word for "stop"."""
    shape = "".join(_class_of(word, nearly, fillers | _SMALL) for word in words)
    return SHAPES.fullmatch(shape) is not None


def _class_of(word: str, nearly: Callable[[str], bool], fillers: frozenset[str]) -> str:
    if word in _classes():
        return _classes()[word]
    if found := verbs.parse_verb(word, STEMS):
        return _of_verb(found)
    if word in fillers:
        return ""
    return "S" if nearly(word) else UNKNOWN


def _of_verb(found: Sequence[tuple[str, str]]) -> str:
    """Returns the letter of a Kinyarwanda verb's class, which depends on the verb's meaning, object and negation."""
    for stem, marks in found:
        meaning = next(name for name, stems in _KINDS.items() if stem in stems)
        if (kind := _kind(meaning, frozenset(marks))) is not None:
            return kind
    return UNKNOWN


def _kind(meaning: str, marks: frozenset[str]) -> str | None:
    if verbs.OTHER in marks:
        return None
    if verbs.SAY_NOT in marks:
        asks = verbs.DIRECT in marks or meaning == "again"
        return (
            {"writes": "X", "again": "A"}.get(meaning) if asks and verbs.DONE not in marks else None
        )
    if verbs.NOT in marks:
        return "R" if meaning == "wants" else None
    if meaning == "leaves":
        return None if verbs.DIRECT in marks else "S"
    if meaning == "writes" and verbs.DONE in marks:
        return None
    return {"ends": "S", "writes": "W", "wants": "G", "removes": "E", "again": ""}.get(meaning)


_SMALL = frozenset(SMALL_WORDS.split())
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
    classes = {
        form: kind
        for kind, verb_list in FRENCH.items()
        for verb in verb_list.split()
        for form in verbs.french_forms(verb)
    }
    return classes | {word: kind for kind, words in WORDS.items() for word in words.split()}


def split_words(words: str) -> frozenset[str]:
    """Returns the words of a string as a set."""
    return frozenset(words.split())


STOP_WORDS = split_words(
    "STOP STOPALL STOPPER UNSUBSCRIBE OPTOUT ARRET ARRETE ARRETER ARRETEZ DESABONNER DESABONNEZ DESABONNEMENT"
    " DESINSCRIRE DESINSCRIPTION HAGARIKA HAGARIKE GUHAGARIKA MUHAGARIKE"
)
"""Words with which a person asks for no more messages. In a stop word, one letter may be wrong, missing, added, or
exchanged with the next letter."""
ORDINARY_WORDS = split_words(
    "ARREST ATOP SHOP SLOP SNOP SOP STEP STOOP STOR STOW STROP SWOP TOP ARRETS"
)
"""Words that look like a misspelt stop word, but have another meaning, such as "shop". The hotline does not treat
these words as a misspelt stop word."""
COMPANION_WORDS = split_words(
    "A ALL AND ANY DO I IT ME MESSAGE MESSAGES MORE MSG MSGS NOW OK PLEASE PLS SEND SENDING SMS TEXT TEXTING TEXTS"
    " MESSAGING THANK THANKS THE THESE THIS TO WANT WRITING YOU"
    " CES D DE DES ECRIRE ENVOI ENVOIS ENVOYER J JE L LA LE LES M ME MERCI MOI SVP VEUX VOS VOUS"
    " BUTUMWA IBI KOHEREZA KUNYANDIKIRA KUNYOHEREREZA MURAKOZE NDABASABYE NDASHAKA NYABUNEKA UBU UBUTUMWA"
)
"""Words that an SMS may contain in addition to a stop word: polite words, and words for "messages"."""
ERASURE_WORDS = split_words(
    "DELETE ERASE SIBA SIBE MUSIBE GUSIBA SIBISHA MUSIBISHE EFFACE EFFACER EFFACEZ SUPPRIME SUPPRIMER SUPPRIMEZ"
)
"""Words with which a person asks to erase a report. In a word of six letters or more, one letter may be wrong. A
shorter word must have no wrong letter, because it would then be too similar to other words."""
OWN_REPORT_WORDS = split_words(
    "ALL EVERYTHING WHAT I IT MY THAT THE THIS MESSAGE MESSAGES REPORT SAID SENT SMS TEXT TIP TOLD WROTE"
    " AI CE CECI CELA CES DIT ECRIT ENVOYE J LA LE LES MA MES MON QUE TOUT VOUS"
    " BWANJYE BYANJYE BYOSE IBI IBYO NABABWIYE NANDITSE NOHEREJE NATANZE NAVUZE UBU UBUTUMWA"
)
"""Words that an SMS may contain in addition to a word for "erase", such as "my report"."""
COURTESY = split_words("PLEASE PLS THANK THANKS YOU SVP MERCI MURAKOZE NYABUNEKA NDABASABYE")
MAX_WORDS = 12
MIN_FORGIVEN_LETTERS = 6


def normalised_words(text: str, *, limit: int = 400) -> list[str]:
    """Returns the words of a text in capital letters, without accents and punctuation."""
    folded = unicodedata.normalize("NFKD", text[:limit])
    letters = "".join(c for c in folded if not unicodedata.combining(c)).upper()
    return re.findall(r"[A-Z0-9]+", letters)


def sound_key(word: str) -> str:
    """Returns a word with r in place of l, because many people exchange l and r in Kinyarwanda."""
    return word.replace("L", "R")


def is_stop(text: str) -> bool:
    """Returns True if the text asks for no more messages. The function never raises an error."""
    typed_words = normalised_words(text)
    if len(typed_words) > MAX_WORDS or not typed_words:
        return False
    words = _joined(_NOT.sub("DONT", " ".join(typed_words)).replace("OPT OUT", "OPTOUT").split())
    return is_stop_request(words, _stops, COMPANION_WORDS)


def is_erasure(text: str) -> bool:
    """Returns True if the whole text asks to erase the caller's report. The function never raises an error."""
    words = [word for word in normalised_words(text) if word not in COURTESY]
    if len(words) > MAX_WORDS:
        return False
    wishes = [word for word in words if word not in OWN_REPORT_WORDS]
    return bool(wishes) and all(map(_erases, wishes))


def _erases(word: str) -> bool:
    if word in ERASURE_WORDS:
        return True
    long_words = [keyword for keyword in ERASURE_WORDS if len(keyword) >= MIN_FORGIVEN_LETTERS]
    return len(word) >= MIN_FORGIVEN_LETTERS - 1 and any(
        OSA.distance(word, keyword, score_cutoff=1) <= 1 for keyword in long_words
    )


def _joined(words: list[str]) -> list[str]:
    """Joins the letters of a word that a person typed with spaces, such as `s t o p`."""
    return ["".join(words)] if all(len(word) == 1 for word in words) else words


def _stops(word: str) -> bool:
    if word in ORDINARY_WORDS or not word.isalpha():
        return False
    return any(OSA.distance(sound_key(word), stop, score_cutoff=1) <= 1 for stop in _FORGIVEN)


_FORGIVEN = frozenset(map(sound_key, STOP_WORDS))
_NOT = re.compile(r"\b(?:DO NOT|DON T)\b")
