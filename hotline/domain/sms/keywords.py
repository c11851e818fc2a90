"""Words by which an SMS asks the line for something, however a thumb spells them. Pure.

A misspelling is forgiven only where nothing else can be meant. Whoever is silenced by mistake hears nothing ever
again, and a tip that is taken for a wish is lost: so a message is a wish to hear no more only if all of it is.
"""

import re
import unicodedata

from rapidfuzz.distance import OSA


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


STOPS = _set(
    "STOP STOPALL STOPPER UNSUBSCRIBE OPTOUT ARRET ARRETE ARRETER ARRETEZ DESABONNER DESABONNEZ DESABONNEMENT"
    " DESINSCRIRE DESINSCRIPTION"
    " HAGARIKA HAGARIKE GUHAGARIKA MUHAGARIKA MUHAGARIKE NIMUHAGARIKE"
)
"""One letter of these that is wrong, missing, too many or exchanged with its neighbour is forgiven."""
AS_WRITTEN = _set("REKA REEKA REKAA KUREKA MUREKE QUIT")
"""Forgiven nothing: `reba` (look), `teka` (cook) and `kurera` (bring up a child) are as near as a misspelling."""
ORDINARY = _set("ARREST ATOP SHOP SLOP SNOP SOP STEP STOOP STOR STOW STROP SWOP TOP ARRETS")
"""As near to such a word as a misspelling is, and yet a word of its own."""
COMPANIONS = _set(
    "A ALL AND ANY DO I IT ME MESSAGE MESSAGES MORE MSG MSGS NOW OK PLEASE PLS SEND SENDING SMS TEXT TEXTING TEXTS"
    " MESSAGING THANK THANKS THE THESE THIS TO WANT WRITING YOU"
    " CES D DE DES ECRIRE ENVOI ENVOIS ENVOYER J JE L LA LE LES M ME MERCI MOI SVP VEUX VOS VOUS"
    " BUTUMWA IBI KOHEREZA KUNYANDIKIRA KUNYOHEREREZA MURAKOZE NDABASABYE NDASHAKA NYABUNEKA UBU UBUTUMWA"
)
"""What may stand beside it: courtesy, and the messages that are meant."""
WISHES = (
    r"(DO NOT|DON T|DONT) (SEND|TEXT|MESSAGE|SMS)( ME)?( ANY| MORE| MESSAGES?| SMS| TEXTS?| AGAIN| ANYMORE)*",
    r"(I )?(DO NOT|DON T|DONT) WANT( ANY| YOUR| THESE| THIS| MORE)* (MESSAGES?|SMS|TEXTS?)( ANYMORE)?",
    r"NO MORE (MESSAGES?|SMS|TEXTS?)|END (MESSAGES?|SMS)|OPT OUT",
    r"(REMOVE|TAKE) ME (FROM|OFF) (THE|YOUR|THIS) LIST",
    r"NE M (ECRIVEZ|ECRIS|ENVOYEZ|ENVOIE|ENVOIES) PLUS( DE| D| RIEN| VOS| CES| MESSAGES?| SMS)*",
    r"PLUS DE (SMS|MESSAGES?)|JE NE VEUX (PLUS|PAS)( RECEVOIR)?( DE| VOS| CES| LES)* (SMS|MESSAGES?)",
    r"(RETIREZ|ENLEVEZ|RAYEZ) MOI DE (LA|VOTRE|CETTE) LISTE",
    r"NTIM(U|UKO|UZO|WO)NGER[AE] (KUNYANDIKIRA|KUNYOHEREREZA)( UBUTUMWA| SMS| MESSAGE)*",
    r"SINSHAKA (UBUTUMWA|SMS|MESSAGE)( BWANYU| ZANYU| BWAWE)?|UBUTUMWA BURAHAGIJE",
    r"MUNKURE (KURI|KU) (LISITI|RISITI|LISTE)",
)
"""Sentences that are all of a message, with courtesy around. "Remove me" alone is none: it may ask for rescue."""
ERASES = _set(
    "DELETE ERASE SIBA SIBE MUSIBE GUSIBA SIBISHA MUSIBISHE EFFACE EFFACER EFFACEZ SUPPRIME SUPPRIMER SUPPRIMEZ"
)
"""From six letters on, one that is wrong is forgiven: a shorter one is too near to words of its own."""
OF_HERS = _set(
    "ALL EVERYTHING WHAT I IT MY THAT THE THIS MESSAGE MESSAGES REPORT SAID SENT SMS TEXT TIP TOLD WROTE"
    " AI CE CECI CELA CES DIT ECRIT ENVOYE J LA LE LES MA MES MON QUE TOUT VOUS"
    " BWANJYE BYANJYE BYOSE IBI IBYO NABABWIYE NANDITSE NOHEREJE NATANZE NAVUZE UBU UBUTUMWA"
)
"""What may stand beside it: what she told, and nothing else."""
COURTESY = _set("PLEASE PLS THANK THANKS YOU SVP MERCI MURAKOZE NYABUNEKA NDABASABYE")
MOST_WORDS = 8
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
    if len(said) > MOST_WORDS:
        return False
    sentence = " ".join(word for word in said if word not in COURTESY)
    if _SENTENCES.fullmatch(same_sound(sentence)):
        return True
    wishes = [word for word in said if word not in COMPANIONS]
    return bool(wishes) and all(map(_stops, _joined(wishes)))


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
    heard = same_sound(word)
    if heard in _WRITTEN:
        return True
    if word in ORDINARY or not word.isalpha():
        return False
    return any(OSA.distance(heard, stop, score_cutoff=1) <= 1 for stop in _FORGIVEN)


_FORGIVEN = frozenset(map(same_sound, STOPS))
_WRITTEN = frozenset(map(same_sound, AS_WRITTEN))
_SENTENCES = re.compile(same_sound("|".join(WISHES)))
