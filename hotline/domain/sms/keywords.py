"""Words by which an SMS asks the line for something, however a thumb spells them. Pure.

A misspelling is forgiven only where nothing else can be meant. Whoever is silenced by mistake hears nothing ever
again, and a tip that is taken for a wish is lost: so a message is a wish to hear no more only if all of it is.
"""

import re
import unicodedata

from rapidfuzz.distance import OSA

from hotline.domain.sms import stop_words


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
    return stop_words.ask_to_stop(words, _stops, COMPANIONS)


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
