"""Contains the table of the answers that a responder may give about a case, each with its digit. All code that reads or
offers the digits of answers uses this table. Pure.

The SMS parser reads the digits and words in the table. Hints in SMS offer its digits. The menus of the responders'
short code use the same digits. `alerts/service_commands.py` carries out the answers.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hotline.core.wording import Template
from hotline.text.keywords import split_words
from hotline.text.languages import CODES
from hotline.tips.rules import TipOutcome, VisitDecision, VisitFacts
from hotline.tips.rules_events import EventChannel, PassedTo
from hotline.tips.rules_persons import ServiceAnswer


class Verb(StrEnum):
    """An answer that a responder may give about a case. Its value is the digit that the responder sends."""

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
    """An open case, with the facts that decide which digits an SMS offers to a responder."""

    is_own: bool = False
    """True if this responder is the assignee."""
    is_helped: bool = False
    """True if a colleague is the assignee, and the hotline does not ask other responders to take the case."""
    is_on_site: bool = False
    """True if this responder answered that they are on site."""
    has_service: bool = False
    """True if this responder answered that they referred a person of this case to a service."""
    is_passed: bool = False
    """True if this responder passed the case on, and no other responder has taken it since then."""
    closure_requested: bool = False
    decides: bool = False
    """True if the responder belongs to the national desk, and this desk must decide how responders may visit."""
    may_stand_down: bool = False
    """True if the responder belongs to the national desk, and this desk may stand down the people who were alerted for
    an earlier place."""


Words = Mapping[str, str]
"""Words and phrases for one answer in each language, as people write them. A `|` separates two words."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The rules for one answer that a responder may give about a case."""

    offer: Template | None = None
    """The text that offers this answer in a hint. The text begins with the digit of the answer. None for the answer
    "help", which changes no case.
    """
    is_possible: Callable[[OfferedCase], bool] = bool
    """Returns True if the answer would change the case, so that a hint may offer its digit."""
    own: Words = field(default_factory=dict)
    """Words that say what the responder does personally, such as "I come". These words count even if an unknown word is
    next to them.
    """
    words: Words = field(default_factory=dict)
    """Words that count only if no unknown word is next to them. For example, "deux" in "deux filles" counts girls, and
    is not an answer.
    """
    labels: Words = field(default_factory=dict)
    """Words from the hotline's hints and menus. These words count only next to their digit."""
    national: bool = False
    """True if only the national desk may give this answer."""
    letters: bool = False
    """True if a responder who gives this answer by dialling must type the letters of the reference to confirm it."""
    outcome: TipOutcome | None = None
    """The outcome with which this answer closes the case, or requests its closure."""
    decision: VisitDecision | None = None
    """The decision about visits, if the answer is a decision of this kind. None for all other answers."""
    service: str = ""
    """The meaning of this digit, if a service's person on duty sends it as the answer to a referral. Empty if the digit
    has no such meaning."""
    button: str = ""
    """The English text of the button on the page of a tip. Empty if the page has no button for it."""


REPLIES: Mapping[Verb, Reply] = {
    Verb.HELP: Reply(words={"rw": "ubufasha", "fr": "aide", "en": "help|zero"}),
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
        service=ServiceAnswer.ACCEPTED,
        labels={
            "rw": "mfasha mugenzi wanjye|nanjye ndafasha",
            "fr": "prendre|aider le collègue|aider aussi",
            "en": "help colleague|help too|take case|take it",
        },
        button="Take case",
    ),
    Verb.ON_SITE: Reply(
        offer=Template.DIGIT_ON_SITE,
        is_possible=lambda case: not case.is_on_site,
        own={"rw": "nahageze|ndahageze|nagezeyo"},
        words={
            "rw": "kabiri",
            "fr": "deux|sur place|je suis sur place|je suis arrivé|je suis arrivée|je suis là"
            "|j'y suis",
            "en": "two|on site|I am on site|arrived|I arrived|I am there",
        },
        service=ServiceAnswer.NO_ROOM,
        labels={"en": "there"},
        button="Record your arrival on site",
    ),
    Verb.REFERRED: Reply(
        offer=Template.DIGIT_REFERRED,
        is_possible=lambda case: case.is_own and not case.has_service,
        own={"rw": "namwohereje|namuhereje"},
        words={"rw": "gatatu", "fr": "trois|orienté|orientée", "en": "three|referred"},
        labels={"rw": "nohereje|nohereje ku bufasha", "en": "referred to a service"},
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
        labels={"en": "not this kind of case"},
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
        labels={"rw": "undi|bihe undi", "fr": "passer", "en": "pass case on"},
        letters=True,
        button="Pass case to another responder",
    ),
    Verb.UNSEEN: Reply(
        offer=Template.DIGIT_UNSEEN,
        is_possible=lambda case: case.decides,
        labels={"rw": "bucece", "fr": "discrètement", "en": "discreetly|unseen"},
        national=True,
        decision=VisitDecision.UNSEEN,
    ),
    Verb.OPENLY: Reply(
        offer=Template.DIGIT_OPENLY,
        is_possible=lambda case: case.decides,
        labels={"rw": "ku mugaragaro", "fr": "ouvertement", "en": "openly"},
        national=True,
        decision=VisitDecision.OPENLY,
    ),
    Verb.LET_GO: Reply(
        offer=Template.DIGIT_LET_GO,
        is_possible=lambda case: case.may_stand_down,
        labels={
            "rw": "aba mbere babireke",
            "fr": "retirer la première équipe",
            "en": "stop first team|stand down first team|let go",
        },
        national=True,
    ),
}

OF_A_CASE = tuple(verb for verb, reply in REPLIES.items() if reply.offer is not None)
"""All answers that change a case: every answer except the request for help."""
OFFERED_DIGITS: Mapping[Template, Verb] = {
    **{reply.offer: verb for verb, reply in REPLIES.items() if reply.offer is not None},
    Template.DIGIT_HELP_TOO: Verb.TAKE,
}
"""The answer that each text of a hint offers. In every language, this text begins with the digit of the answer."""
BUTTONS = {verb.name.lower(): verb for verb, reply in REPLIES.items() if reply.button}
"""The answers that the console's page of a tip offers, by the value of their button."""


def digits(*, national: bool) -> str:
    """Returns all digits with which a responder may answer, including the digit for help."""
    return "".join(verb for verb, reply in REPLIES.items() if national or not reply.national)


def offered_texts(case: OfferedCase) -> tuple[Template, ...]:
    """Returns the texts for the digits that a hint offers, in order."""
    words = {verb: REPLIES[verb].offer for verb in OF_A_CASE}
    if case.is_helped:
        words[Verb.TAKE] = Template.DIGIT_HELP_TOO
    return tuple(one for verb, one in words.items() if one and REPLIES[verb].is_possible(case))


def plain_text(text: str) -> str:
    """Returns a text in capital letters, without accents and with ordinary digits."""
    spelled = unicodedata.normalize("NFKD", text)
    return "".join(c for c in spelled if unicodedata.category(c) not in ("Mn", "Cf")).upper()


Phrase = tuple[str, ...]


def split_phrases(words: Words) -> Iterable[Phrase]:
    """Yields each phrase in the form in which the parser reads it. For example, "I can't" becomes I, CAN, T."""
    for code in CODES:
        for one in filter(None, words.get(code, "").split("|")):
            yield tuple("".join(c if c.isalnum() else " " for c in plain_text(one)).split())


def _by_phrase(part: Callable[[Reply], Words]) -> Mapping[Phrase, Verb]:
    return {one: verb for verb, reply in REPLIES.items() for one in split_phrases(part(reply))}


OWN = _by_phrase(lambda reply: reply.own)
LABELS = _by_phrase(lambda reply: reply.labels)
YES_WORDS: Mapping[Phrase, Verb] = dict.fromkeys(
    split_phrases(
        {
            "rw": "yego|yee|ego|sawa|byemewe|ni byo|nibyo",
            "fr": "oui|d'accord|entendu|c'est bon|ça marche",
            "en": "yes|OK|okay|agreed|I agree",
        }
    ),
    Verb.TAKE,
)
"""If the SMS contains no other answer, these words mean that the responder takes the case. If the SMS contains another
answer too, these words are only polite.
"""
MEANING = {**LABELS, **_by_phrase(lambda reply: reply.words), **OWN, **YES_WORDS}
LONGEST = max(map(len, MEANING))

REFUSALS = frozenset(split_phrases({"rw": "oya", "fr": "non", "en": "no"}))
"""Words that pass a case on. If a refusal comes directly before an unknown word, it negates only the unknown word, and
is not an answer."""

NEGATIONS = split_words(
    "NOT NEVER NEITHER NOR DON DONT WON WONT HAVEN HAVENT DIDN DIDNT ISN ISNT UNABLE"
    " PAS NE JAMAIS AUCUN NTA NTABWO SI NTARABYO NTIBYO"
)
"""Words that negate the answer next to them. If an SMS contains such a word, the hotline asks the responder what is
meant."""

UNSURE = split_words(
    "MAYBE PERHAPS WAIT SOON LATER TOMORROW SORRY MISTAKE CANCEL UNDO ATTENDS ATTENDEZ PEUT BIENTOT DEMAIN DESOLE"
    " DESOLEE PARDON ERREUR ANNULE ANNULER ANNULEZ WENDA TEGEREZA EJO NIBESHYE MBABARIRA"
)
"""Words that delay or cancel an answer, at any place in the text. If an SMS contains such a word, the hotline asks the
responder what is meant. But if the answer in the SMS takes the case or passes it on, this answer still counts."""

COURTESY = split_words(
    "REPLY ANSWER SEND SUBIZA REPONDEZ REPONDS REPONDRE ENVOYEZ"
    " REF REFERENCE CODE KODE CASE NUMBER AND ET NA"
    " HELLO HI SIR MADAM THANKS PLEASE PLS"
    " BONJOUR BONSOIR SALUT MERCI SVP"
    " MURAHO MWARAMUTSE MWIRIWE MURAKOZE NDABASABYE"
)
"""Polite words that may come with an answer and have no meaning. Some of these words come from the alerts, such as
"reply"."""


# The code below defines the commands that a responder may give about a case, by SMS, by dialling and on the command
# line. It also defines their results. Pure.


class CommandResult(StrEnum):
    """The result of a command."""

    TAKEN = "taken"
    ALREADY_TAKEN = "already_taken"
    """A colleague is already the assignee. The hotline records that this responder took the case too."""
    NOTED = "noted"
    """There is danger, and the gateway's inbox does not prove yet that the responder sent the SMS. Other responders are
    also asked to take the case, because the SMS may be forged."""
    ON_SITE = "on_site"
    REFERRED = "referred"
    CLOSED = "closed"
    CLOSURE_REQUESTED = "to_be_judged"
    """The responder wants to close the case, and a second person must confirm this first."""
    ANOTHER_WAITS = "another_waits"
    """Another person has already requested closure with another outcome. So this request is not recorded."""
    GOES_ON_WAITS = "goes_on_waits"
    """The responder refuses a closure that another person requested, but the gateway's inbox does not prove yet that
    the responder sent the SMS. The refusal counts only when the inbox proves that the responder sent the SMS."""
    OPEN_FIRST = "open_first"
    """The responder wants to confirm a colleague's closure request, or to close the case alone. For both, the responder
    must read the tip first.
    """
    PASSED = "passed"
    THEIRS = "theirs"
    """A colleague is the assignee, and no other responder is asked to take the case. So passing the case on would alert
    no one."""
    NOT_TAKEN_YET = "not_taken_yet"
    """Only the assignee may give this answer."""
    UNKNOWN = "unknown"
    """The responder has no case with this reference."""
    OVER = "over"
    """The case is closed."""
    MOVED = "moved"
    """The responder was alerted for a place that was corrected later. The answer is recorded, and the reply names the
    corrected place."""
    STOOD_DOWN = "let_go"
    """The people who were alerted for an earlier place were stood down."""
    LET_TOO_EARLY = "let_too_early"
    """No responder at the new place has taken the case yet, so the people of the earlier place are not stood down."""
    VISIT_DECIDED = "how_said"
    """The national desk decided how responders may visit. Every alerted responder is notified."""
    HOW_WAITS = "how_waits"
    """A responder of the national desk decided about visits by SMS, but the gateway's inbox does not prove yet that
    this responder sent the SMS."""
    DRILL = "exercise"
    """The alert was a drill. The responder has answered the drill, and need not visit anyone."""


@dataclass(frozen=True, slots=True)
class Command:
    """A responder's command about a case."""

    responder_id: int
    reference: str
    verb: Verb
    channel: EventChannel
    at: datetime
    proved: bool = True
    """True if it is proved that the responder gave the command. False while only the gateway's callback reports the
    SMS, and the gateway's inbox does not list it yet."""
    to: PassedTo = PassedTo.NEXT
    """The receiver of the case, if the responder passes it on."""
    chosen: tuple[int, ...] = ()
    """The people who are asked to take the case if the responder passes it on. The responder chooses a colleague or a
    desk."""


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """The result of a command, with the facts that the reply names."""

    result: CommandResult
    reference: str = ""
    assignment_id: int | None = None
    due: datetime | None = None
    """The time by which the assignee must report the outcome."""
    visit_facts: VisitFacts | None = None
    """The facts that a visitor must know, if the responder took the case."""
    queued: Verb | None = None
    """The command that is carried out only when the gateway's inbox lists this SMS."""
    followers: tuple[int, ...] = ()
    """The responder's assignments of other tips in the cluster, which this command also acknowledged."""
