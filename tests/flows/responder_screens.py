"""Takes the screens of docs/responder-guide from the shipped flows, and the messages from the shipped catalogues."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hotline.alerts.rules_replies import OfferedCase, offered_texts
from hotline.core.catalogues import load_phrases
from hotline.core.wording import Template
from hotline.flows.conversation import Facts, Option
from hotline.flows.flow import EndNode, FlowSet, MenuNode, MessageNode, QuestionNode
from hotline.flows.turn import resume, start
from hotline.gateway.rules import RESPONDERS_SUFFIX, responders_short_code
from hotline.text.languages import CODES, Phrases
from hotline.text.places import place_within
from tests.architecture.tree import ROOT
from tests.support.made_once import shipped_book

REF, OTHER, PLACE, TIME = "K7Q4", "H3ND", "Gasabo", "25/11 14:05"
LANDMARKS = {
    "rw": "Hafi y'ishuri rya Jali",
    "fr": "Près de l'école de Jali",
    "en": "Near the school of Jali",
}
SERVICE = "*384*777#"
"""The service code as all documents write it. The printed sheet has the hotline's own code."""
DIALLED = responders_short_code(SERVICE)
PIN = "407193"


@dataclass(frozen=True, slots=True)
class MetScreen:
    """The conditions under which a screen appears: flags of the session, and the keys that a responder presses after
    the short code."""

    flags: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


CODE, PAPER = "604713", "40719300"
"""The two codes that a new responder types: the code from the SMS, and the code on paper."""
JOINS = ("proves", "paper_right", "pin_chosen")
HERS = (f"hers.{REF}", f"people.{REF}", "person_kept")
ASKED = (PIN, "1", "1", "5", "4", "1")
"""The keys from the PIN screen to the questions that a responder asks a person on site."""
HELP = (PIN, "1", "1", "3", "1", "2")
"""The keys from the PIN screen to the help for an adult."""
SCREENS = {
    "pin": MetScreen(),
    "home": MetScreen(keys=(PIN,)),
    "list": MetScreen(keys=(PIN, "1")),
    "new": MetScreen(keys=(PIN, "1", "1")),
    "page": MetScreen(("one_danger",), (PIN,)),
    "taken": MetScreen(("one_danger", "acted_taken"), (PIN, "1")),
    "hers": MetScreen(HERS, (PIN, "1", "1")),
    "more": MetScreen((*HERS, "has_questions"), (PIN, "1", "1", "5")),
    "paper": MetScreen(JOINS, (CODE,)),
    "choose": MetScreen(JOINS, (CODE, PAPER)),
    "joined": MetScreen(JOINS, (CODE, PAPER, PIN, PIN)),
    "there": MetScreen((*HERS, "acted_on_site"), (PIN, "1", "1", "2")),
    "first": MetScreen(HERS, ASKED[:-1]),
    "child": MetScreen(HERS, ASKED),
    "signs": MetScreen((*HERS, "possible"), (*ASKED, "2", "1", "1", "1", "1", "2", "1")),
    "wants": MetScreen(HERS, HELP),
    "which": MetScreen(HERS, (*HELP, "1", "1", "1")),
    "answer": MetScreen(HERS, (*HELP, "1", "1", "1", "1")),
    "arrived": MetScreen((*HERS, f"arrival_due.{REF}"), (PIN, "1", "1", "1")),
    "thirty": MetScreen((*HERS, f"thirty_due.{REF}"), (PIN, "1", "1", "1")),
}
MESSAGES = {
    "alert": Template.ALERT_URGENT_REPLY,
    "by-dialling": Template.ALERT_URGENT_DIAL,
    "yours": Template.TAKEN_UNTIL,
}
NAMES = ("alert", "yours", "by-dialling", *SCREENS)


@cache
def phrases() -> Phrases:
    return load_phrases()


@cache
def book() -> FlowSet:
    return shipped_book()


def words_of(flow: str, node: str, language: str) -> str:
    """Returns the text of a screen of the shipped flows, with its placeholders filled in."""
    found = book().flows[flow].nodes[node]
    assert isinstance(found, MenuNode | QuestionNode | MessageNode | EndNode)
    assert found.text is not None
    return found.text[language]


def screens(language: str) -> dict[str, str]:
    """Returns the text that each picture shows. The keys are the names of the pictures."""
    played = {name: _played(language, shown) for name, shown in SCREENS.items()}
    said = {name: _message(language, template) for name, template in MESSAGES.items()}
    return {name: (said | played)[name] for name in NAMES}


def picture(language: str, name: str) -> Path:
    return ROOT / "docs" / "responder-guide" / f"{language}-{name}.svg"


def _say(language: str, template: Template, **values: str) -> str:
    return phrases().say(language, template, **values)


def _message(language: str, template: Template) -> str:
    own = " ".join(_say(language, one) for one in offered_texts(OfferedCase(is_own=True)))
    return _say(language, template, ref=REF, place=PLACE, code=DIALLED, time=TIME, own=own)


def _played(language: str, shown: MetScreen) -> str:
    facts = _facts(language, shown.flags)
    turn = start(book(), facts, entry=RESPONDERS_SUFFIX)
    for key in shown.keys:
        turn = resume(book(), turn.state, key, facts)
    return turn.screen.text


def _facts(language: str, flags: tuple[str, ...]) -> Facts:
    new = Option(REF, _everywhere(Template.LIST_URGENT, REF))
    due = Option(OTHER, _everywhere(Template.LIST_DUE, OTHER))
    words = {"open": "2", "urgent": "1", "last": phrases().say(language, Template.PIN_NEVER)}
    words |= {"ref": REF, "place": PLACE, "time": TIME}
    return Facts(
        flags=dict.fromkeys(("pin_asked", "pin_right", "has_work", *flags), True),
        lists={"my_work": (new, due)},
        words=words | {"page": _page(language)},
        language=language,
    )


def _everywhere(template: Template, reference: str) -> dict[str, str]:
    return {code: _say(code, template, ref=reference, time=TIME) for code in CODES}


def _page(language: str) -> str:
    """Returns the page of a case about danger in which visits are not wanted. The page begins with the warning not to
    visit openly."""
    happened = ". ".join(
        _chosen(node, choice, language) for node, choice in (("kind", 0), ("who", 3))
    )
    where = f"{place_within('12', None, language)}. {LANDMARKS[language]}"
    return "\n".join((_say(language, Template.PAGE_CAREFUL), where, happened))


def _chosen(node: str, choice: int, language: str) -> str:
    menu = book().flows["report"].nodes[node]
    assert isinstance(menu, MenuNode)
    return menu.choices[choice].label[language]
