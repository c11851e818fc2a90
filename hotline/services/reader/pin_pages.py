"""Says behind a PIN when it was last used, and shows a coordinator the warnings about the PINs of the desk.

Runs inside its caller's transaction.
"""

from datetime import datetime

from hotline.domain.call_back import kigali
from hotline.domain.dialogue.asks import PAGE, ReaderAnswer
from hotline.domain.people.pin_rest import SHOWN, PinWarning
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.reader import pins
from hotline.store.database import Session
from hotline.store.people.responders import Responder

MOST_LINES = 12
"""The newest warnings fill three screens at most."""


def last_opened(kit: Kit, person: Responder) -> str:
    """Returns when the PIN opened the list of cases before this time, and how often: "28/11 03:12 (14 times)"."""
    say, at = kit.phrases.say, person.pin_opened_at
    if at is None:
        return say(person.language, Template.PIN_NEVER)
    count = str(person.pin_openings)
    return say(person.language, Template.PIN_OPENED, time=kigali(at), count=count)


def warnings(session: Session, kit: Kit, person: Responder, at: datetime) -> ReaderAnswer:
    """Returns the page of warnings about the PINs of the desk, newest first. From then on they count as read."""
    say, language = kit.phrases.say, person.language
    lines = [
        say(language, SHOWN[PinWarning(row.kind)], time=kigali(row.at), who=about.name)
        for row, about in pins.warnings_for(session, person, at)[:MOST_LINES]
    ]
    person.warnings_read_at = at
    return ReaderAnswer(words={PAGE: "\n".join([*lines, say(language, Template.WARNINGS_END)])})
