"""Lists the answers that a responder may give about a case, each with its digit. All code that reads or offers these
digits uses this list. Pure.

The SMS parser finds the digits and words of the list in a responder's SMS. Hints (SMS that say which answers are
possible) offer the digits. The menus that responders open by dialling offer the same digits.
`alerts/service_commands.py` carries out the answers.
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
    """An answer that a responder may give about a case; its value is the digit to send."""

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
    """True if a colleague is the assignee, and the hotline asks no other responder to take the case."""
    is_on_site: bool = False
    """True if this responder has answered that they are on site."""
    has_service: bool = False
    """True if this responder has answered that they referred a person of this case to a service."""
    is_passed: bool = False
    """True if this responder passed the case on, and no other responder has taken it since then."""
    closure_requested: bool = False
    decides: bool = False
    """True if the responder belongs to the national desk, and this desk must decide how responders may visit."""
    may_stand_down: bool = False
    """True if the responder belongs to the national desk, and this desk may stand down the people who were alerted for
    an earlier place."""


Words = Mapping[str, str]
"""The words and phrases for one answer, keyed by language, as responders write them. The character `|` separates two of
these words or phrases."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The rules for one answer that a responder may give about a case."""

    offer: Template | None = None
    """The text that offers this answer in a hint (an SMS that says which answers are possible). None for the answer
    "help", which no hint offers."""
    is_possible: Callable[[OfferedCase], bool] = bool
    """A function that returns True if the answer would change the case, so that a hint may offer its digit."""
    own: Words = field(default_factory=dict)
    """Words by which responders say what they do, such as "I come". These words are an answer even next to an unknown
    word, except a refusal such as "I can't" before such a word."""
    words: Words = field(default_factory=dict)
    """Words that are an answer only if the parser knows the words next to them. For example, "deux" (two) is not an
    answer in "deux filles" (two girls)."""
    labels: Words = field(default_factory=dict)
    """Words that responders copy from hints and menus. These words are an answer only next to the right digit."""
    national: bool = False
    """True if only the national desk may give this answer."""
    letters: bool = False
    """True if a responder who gives this answer by dialling must also type the letters of the case's reference."""
    outcome: TipOutcome | None = None
    """The outcome with which this answer closes the case, or requests its closure."""
    decision: VisitDecision | None = None
    """The decision how responders may visit, if this answer is such a decision. None for any other answer."""
    service: str = ""
    """The meaning of this answer's digit in a service's SMS that replies to a request to help a person. Empty if a
    service does not use this digit."""
    button: str = ""
    """The English text of the answer's button on the console's page of a tip. Empty if the page has no button for this
    answer."""


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
"""The answers that change a case: all except the request for help."""
OFFERED_DIGITS: Mapping[Template, Verb] = {
    **{reply.offer: verb for verb, reply in REPLIES.items() if reply.offer is not None},
    Template.DIGIT_HELP_TOO: Verb.TAKE,
}
"""Maps each text of a hint (an SMS that says which answers are possible) to the answer that the text offers. In every
language, such a text begins with the digit of the answer."""
BUTTONS = {verb.name.lower(): verb for verb, reply in REPLIES.items() if reply.button}
"""The answers that have a button on the console's page of a tip, keyed by the value of this button."""


def digits(*, national: bool) -> str:
    """Returns all digits with which a responder may answer, including the digit for help."""
    return "".join(verb for verb, reply in REPLIES.items() if national or not reply.national)


def offered_texts(case: OfferedCase) -> tuple[Template, ...]:
    """Returns the texts that a hint about this case offers, sorted by digit."""
    words = {verb: REPLIES[verb].offer for verb in OF_A_CASE}
    if case.is_helped:
        words[Verb.TAKE] = Template.DIGIT_HELP_TOO
    return tuple(text for verb, text in words.items() if text and REPLIES[verb].is_possible(case))


def plain_text(text: str) -> str:
    """Returns a text in capital letters, without accents, and with digits from 0 to 9."""
    spelled = unicodedata.normalize("NFKD", text)
    return "".join(c for c in spelled if unicodedata.category(c) not in ("Mn", "Cf")).upper()


Phrase = tuple[str, ...]


def split_phrases(words: Words) -> Iterable[Phrase]:
    """Yields each phrase split into words as the parser reads them. For example, "I can't" becomes I, CAN, T."""
    for code in CODES:
        for phrase in filter(None, words.get(code, "").split("|")):
            yield tuple("".join(c if c.isalnum() else " " for c in plain_text(phrase)).split())


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
"""If an SMS contains no other answer, these words mean that the responder takes the case. Next to another answer, these
words are only polite."""
MEANING = {**LABELS, **_by_phrase(lambda reply: reply.words), **OWN, **YES_WORDS}
LONGEST = max(map(len, MEANING))

REFUSALS = frozenset(split_phrases({"rw": "oya", "fr": "non", "en": "no"}))
"""Words by which a responder passes a case on. A refusal directly before an unknown word negates only this word, and is
not an answer."""

NEGATIONS = split_words(
    "NOT NEVER NEITHER NOR DON DONT WON WONT HAVEN HAVENT DIDN DIDNT ISN ISNT UNABLE"
    " PAS NE JAMAIS AUCUN NTA NTABWO SI NTARABYO NTIBYO"
)
"""Words that turn the answer next to them into its opposite, such as "not". If an SMS contains such a word, the hotline
asks the responder what is meant."""

UNSURE = split_words(
    "MAYBE PERHAPS WAIT SOON LATER TOMORROW SORRY MISTAKE CANCEL UNDO ATTENDS ATTENDEZ PEUT BIENTOT DEMAIN DESOLE"
    " DESOLEE PARDON ERREUR ANNULE ANNULER ANNULEZ WENDA TEGEREZA EJO NIBESHYE MBABARIRA"
)
"""Words that delay or cancel an answer, at any place in an SMS. If an SMS contains such a word, the hotline asks the
responder what is meant. But an answer that takes the case or passes it on counts even with such a word."""

COURTESY = split_words(
    "REPLY ANSWER SEND SUBIZA REPONDEZ REPONDS REPONDRE ENVOYEZ"
    " REF REFERENCE CODE KODE CASE NUMBER AND ET NA"
    " HELLO HI SIR MADAM THANKS PLEASE PLS"
    " BONJOUR BONSOIR SALUT MERCI SVP"
    " MURAHO MWARAMUTSE MWIRIWE MURAKOZE NDABASABYE"
)
"""Polite words that say nothing about the case. Some of these words come from the alerts, such as "reply"."""


# The code below defines the commands that a responder may give about a case, and their results. Pure.


class CommandResult(StrEnum):
    """The result of a responder's command about a case."""

    TAKEN = "taken"
    ALREADY_TAKEN = "already_taken"
    """A colleague is already the assignee. The hotline records that this responder has taken the case too."""
    NOTED = "noted"
    """There is danger, and the gateway's inbox does not list the responder's SMS yet. The hotline asks other responders
    to take the case too, because a stranger may have sent the SMS."""
    ON_SITE = "on_site"
    REFERRED = "referred"
    CLOSED = "closed"
    CLOSURE_REQUESTED = "to_be_judged"
    """The responder wants to close the case, and a second person must confirm the closure."""
    ANOTHER_WAITS = "another_waits"
    """Another person has already requested closure with another outcome, so this request is not recorded."""
    GOES_ON_WAITS = "goes_on_waits"
    """The responder refuses a closure that another person requested, but the gateway's inbox does not list the
    responder's SMS yet. The refusal counts when the inbox lists the SMS."""
    OPEN_FIRST = "open_first"
    """The responder must read the tip before confirming a colleague's closure request or closing the case alone."""
    PASSED = "passed"
    THEIRS = "theirs"
    """A colleague is the assignee, and the hotline asks no other responder, so passing the case on would alert no
    one."""
    NOT_TAKEN_YET = "not_taken_yet"
    """The responder is not the assignee, and only the assignee may give this answer."""
    UNKNOWN = "unknown"
    """The responder has no case with this reference."""
    OVER = "over"
    """The case is closed."""
    MOVED = "moved"
    """The responder was alerted for an earlier place, which was corrected later. The hotline records the answer, and
    its reply names the new place."""
    STOOD_DOWN = "let_go"
    """The people who were alerted for an earlier place were stood down."""
    LET_TOO_EARLY = "let_too_early"
    """The people of the earlier place are not stood down, because no responder at the new place has taken the case
    yet."""
    VISIT_DECIDED = "how_said"
    """The national desk decided how responders may visit. The hotline notifies every alerted responder."""
    HOW_WAITS = "how_waits"
    """A responder of the national desk decided about visits by SMS, but the gateway's inbox does not list this SMS
    yet."""
    DRILL = "exercise"
    """The answer was about a drill. The hotline has recorded the answer, and the responder need not visit anyone."""


@dataclass(frozen=True, slots=True)
class Command:
    """A responder's command about a case."""

    responder_id: int
    reference: str
    verb: Verb
    channel: EventChannel
    at: datetime
    proved: bool = True
    """True if the responder certainly gave the command. False if the hotline knows the SMS only from the gateway's
    callback, because the gateway's inbox does not list the SMS yet."""
    to: PassedTo = PassedTo.NEXT
    """The receiver of a case that is passed on: the next person, a colleague, a district, or the national desk."""
    chosen: tuple[int, ...] = ()
    """If the responder passes the case on to a colleague or a desk, the people who are asked to take it."""


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """The result of a command, with the facts that the hotline's reply names."""

    result: CommandResult
    reference: str = ""
    assignment_id: int | None = None
    due: datetime | None = None
    """The time by which the assignee must report the outcome."""
    visit_facts: VisitFacts | None = None
    """If the responder took the case, the facts that they must know before a visit."""
    queued: Verb | None = None
    """The command in this SMS, if it is carried out only after the gateway's inbox lists the SMS."""
    followers: tuple[int, ...] = ()
    """The responder's assignments of similar tips in the same cluster, which this command also acknowledged."""
