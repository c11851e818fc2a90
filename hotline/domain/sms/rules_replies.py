"""Lists what a responder may say of a case: one table, from which all that reads or offers a digit derives. Pure.

The parser of SMS reads its digits and words, a hint offers its digits, the menus of the responders' entry save them,
and `services/referrals/casework.py` carries each of them out.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.domain.referrals.coming import Manner
from hotline.domain.tip import TipOutcome
from hotline.domain.wording import Template
from hotline.text.languages import CODES


class Verb(StrEnum):
    """The digit of each thing that may be said."""

    HELP = "0"
    TAKE = "1"
    ON_SITE = "2"
    REFERRED = "3"
    NOT_TRAFFICKING = "4"
    PASS_ON = "5"
    UNSEEN = "6"
    OPENLY = "7"
    LET_GO = "8"


@dataclass(frozen=True, slots=True)
class OfferedCase:
    """One open case as one responder may act on it by SMS."""

    is_own: bool = False
    """This responder has the case."""
    is_helped: bool = False
    """A colleague has the case, and nobody else is asked to take it."""
    is_on_site: bool = False
    """This responder said that they are there."""
    is_referred: bool = False
    """This responder said that somebody helps."""
    is_passed: bool = False
    """This responder passed it on and nobody has taken it since."""
    closure_requested: bool = False
    decides: bool = False
    """The responder is of the national desk, which says how to go."""
    lets: bool = False
    """The responder is of the national desk, which may let the first place's people go."""


Words = Mapping[str, str]
"""Words and phrases by language, with a `|` between them, as people write them."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing that a responder may say of a case."""

    offer: Template | None = None
    """The digit and its words in a hint. None: it asks for help, and does nothing with a case."""
    is_possible: Callable[[OfferedCase], bool] = bool
    """Returns True if it would change something: then a hint offers it."""
    own: Words = field(default_factory=dict)
    """Words by which responders say what they do themselves: strange words may stand beside them."""
    words: Words = field(default_factory=dict)
    """Words that answer only where no strange word stands beside them: "deux filles" counts something."""
    labels: Words = field(default_factory=dict)
    """Words of the hint and of the menus. They answer beside their digit alone."""
    national: bool = False
    """The national desk alone may say it."""
    letters: bool = False
    """By dialling it is done once the letters of the reference are typed."""
    outcome: TipOutcome | None = None
    """It closes the case so, or requests that."""
    manner: Manner | None = None
    """It decides how responders go."""
    button: str = ""
    """The button on a tip's page in the console, in English. Empty: the console offers another way."""


REPLIES: Mapping[Verb, Reply] = {
    Verb.HELP: Reply(
        words={"rw": "ubufasha", "fr": "aide", "en": "help|zero"},
    ),
    Verb.TAKE: Reply(
        offer=Template.DIGIT_TAKE,
        is_possible=lambda case: not case.is_own or case.is_passed,
        own={
            "rw": "ndaje|ndaza|nje|ndabifashe|ndayifashe|nemeye|ndemeye|ndabyemeye|nabyemeye",
            "fr": "je prends|je le prends|je viens|j'arrive|j'y vais|j'accepte|je m'en occupe"
            "|je m'en charge",
            "en": "I take|I take it|I am coming|I'm coming|I accept",
        },
        words={
            "rw": "rimwe|ngiye|ngiyeyo|ndagiye|ndagiyeyo|ndi mu nzira|turaje|tugiye|ndabikora",
            "fr": "un|accepte|accepté|je vais|je vais sur place|je pars|je m'y rends|on y va"
            "|nous arrivons|en route|je suis en route|je suis en chemin",
            "en": "one|take|coming|accept|accepted|I am going|I'm going|I will go|on my way"
            "|I am on my way|I'm on my way",
        },
        labels={
            "rw": "nanjye ndafasha",
            "fr": "prendre|aider aussi",
            "en": "help too|take case|take it",
        },
        button="I take it",
    ),
    Verb.ON_SITE: Reply(
        offer=Template.DIGIT_ON_SITE,
        is_possible=lambda case: not case.is_on_site,
        own={"rw": "nahageze|ndahageze|nagezeyo"},
        words={
            "rw": "kabiri",
            "fr": "deux|sur place|je suis sur place|je suis arrivé|je suis arrivée|je suis là"
            "|j'y suis",
            "en": "two|on site|arrived|I arrived|I am there",
        },
        labels={"en": "there"},
        button="I am there",
    ),
    Verb.REFERRED: Reply(
        offer=Template.DIGIT_REFERRED,
        is_possible=lambda case: case.is_own and not case.is_referred,
        own={"rw": "namwohereje|namuhereje"},
        words={"rw": "gatatu", "fr": "trois|orienté|orientée", "en": "three|referred"},
        labels={"rw": "nohereje|nohereje ku bufasha", "en": "referred to help"},
    ),
    Verb.NOT_TRAFFICKING: Reply(
        offer=Template.DIGIT_NOT_IT,
        is_possible=lambda case: case.is_own and not case.closure_requested,
        words={
            "rw": "kane|si byo|sibyo",
            "fr": "quatre|pas cela|pas ça|ce n'est pas cela|ce n'est pas ça"
            "|c'est pas cela|c'est pas ça",
            "en": "four|not it|it is not it|it is not that|not trafficking|no trafficking",
        },
        letters=True,
        outcome=TipOutcome.NOT_TRAFFICKING,
    ),
    Verb.PASS_ON: Reply(
        offer=Template.DIGIT_PASS_ON,
        is_possible=lambda case: not case.is_helped and not case.is_passed,
        own={
            "rw": "sinshoboye|sinshobora|sindaje|ndahuze",
            "fr": "je ne peux pas|je ne peux pas prendre|je ne peux pas venir|je suis occupé"
            "|je suis occupée|je ne peux pas y aller|je ne prends pas|je ne viens pas",
            "en": "I can't|I cant|I cannot|I can't take|I can't take it|I can't come|I can't go"
            "|I am busy|I'm busy",
        },
        words={
            "rw": "gatanu|oya",
            "fr": "cinq|non|ne peux pas|peux pas|occupé|occupée",
            "en": "five|no|can't|cant|cannot|can not|busy|pass|pass on",
        },
        labels={"rw": "undi|bihe undi", "fr": "passer"},
        letters=True,
        button="I pass it on",
    ),
    Verb.UNSEEN: Reply(
        offer=Template.DIGIT_UNSEEN,
        is_possible=lambda case: case.decides,
        labels={"rw": "bucece", "fr": "discrètement", "en": "unseen"},
        national=True,
        manner=Manner.UNSEEN,
    ),
    Verb.OPENLY: Reply(
        offer=Template.DIGIT_OPENLY,
        is_possible=lambda case: case.decides,
        labels={"rw": "ku mugaragaro", "fr": "ouvertement", "en": "openly"},
        national=True,
        manner=Manner.OPENLY,
    ),
    Verb.LET_GO: Reply(
        offer=Template.DIGIT_LET_GO,
        is_possible=lambda case: case.lets,
        labels={
            "rw": "aba mbere babireke",
            "fr": "retirer la première équipe",
            "en": "let go",
        },
        national=True,
    ),
}

OF_A_CASE = tuple(verb for verb, reply in REPLIES.items() if reply.offer is not None)
"""Everything that does something with a case."""
OFFERED_DIGITS: Mapping[Template, Verb] = {
    **{reply.offer: verb for verb, reply in REPLIES.items() if reply.offer is not None},
    Template.DIGIT_HELP_TOO: Verb.TAKE,
}
"""Each text that offers a digit, and the digit with which it begins in every language."""
BUTTONS = {verb.name.lower(): verb for verb, reply in REPLIES.items() if reply.button}
"""The verbs that a tip's page offers, by the value of their button."""


def digits(*, national: bool) -> str:
    """Returns the digits that a responder may answer, help among them."""
    return "".join(verb for verb, reply in REPLIES.items() if national or not reply.national)


def offered(case: OfferedCase) -> tuple[Template, ...]:
    """Returns the digits that a hint offers, in their order."""
    words = {verb: REPLIES[verb].offer for verb in OF_A_CASE}
    if case.is_helped:
        words[Verb.TAKE] = Template.DIGIT_HELP_TOO
    return tuple(one for verb, one in words.items() if one and REPLIES[verb].is_possible(case))


def plain(text: str) -> str:
    """Returns a text in capitals, without accents, every digit a plain one."""
    spelled = unicodedata.normalize("NFKD", text)
    return "".join(c for c in spelled if unicodedata.category(c) not in ("Mn", "Cf")).upper()


Phrase = tuple[str, ...]


def phrases(words: Words) -> Iterable[Phrase]:
    """Yields each phrase of a row, as the parser reads it: "I can't" is I, CAN, T."""
    for code in CODES:
        for one in filter(None, words.get(code, "").split("|")):
            yield tuple("".join(c if c.isalnum() else " " for c in plain(one)).split())


def _by_phrase(part: Callable[[Reply], Words]) -> Mapping[Phrase, Verb]:
    return {one: verb for verb, reply in REPLIES.items() for one in phrases(part(reply))}


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


OWN = _by_phrase(lambda reply: reply.own)
LABELS = _by_phrase(lambda reply: reply.labels)
YES: Mapping[Phrase, Verb] = dict.fromkeys(
    phrases(
        {
            "rw": "yego|yee|ego|sawa|byemewe|ni byo|nibyo",
            "fr": "oui|d'accord|entendu|c'est bon|ça marche",
            "en": "yes|OK|okay|agreed|I agree",
        }
    ),
    Verb.TAKE,
)
"""These take a case where nothing else is said. Beside any other answer they are courtesy."""
MEANING = {**LABELS, **_by_phrase(lambda reply: reply.words), **OWN, **YES}
LONGEST = max(map(len, MEANING))

REFUSALS = frozenset(phrases({"rw": "oya", "fr": "non", "en": "no"}))
"""They pass a case on. Beside a strange word they deny what it says."""

NEGATIONS = _set(
    "NOT NEVER NEITHER NOR DON DONT WON WONT HAVEN HAVENT DIDN DIDNT ISN ISNT UNABLE"
    " PAS NE JAMAIS AUCUN NTA NTABWO SI NTARABYO NTIBYO"
)
"""Beside an answer they turn it round: it is asked back."""

UNSURE = _set(
    "MAYBE PERHAPS WAIT SOON LATER TOMORROW SORRY MISTAKE CANCEL UNDO"
    " ATTENDS ATTENDEZ PEUT BIENTOT DEMAIN DESOLE DESOLEE PARDON ERREUR ANNULE ANNULER ANNULEZ"
    " WENDA TEGEREZA EJO NIBESHYE MBABARIRA"
)
"""They put off or take back what is said, wherever they stand: it is asked back, but for taking and passing on."""

COURTESY = _set(
    "REPLY ANSWER SEND SUBIZA REPONDEZ REPONDS REPONDRE ENVOYEZ"
    " REF REFERENCE CODE KODE CASE NUMBER AND ET NA"
    " HELLO HI SIR MADAM THANKS PLEASE PLS"
    " BONJOUR BONSOIR SALUT MERCI SVP"
    " MURAHO MWARAMUTSE MWIRIWE MURAKOZE NDABASABYE"
)
"""What says nothing, and may stand beside an answer; also how an alert asks for one."""
