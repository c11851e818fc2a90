"""Shows a case on the responder's phone, in the responder's language. Warnings about danger come first.

Decrypts the case with the responder's own key.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from hotline.alerts import (
    service_case_events,
    service_closing,
    service_duplicates,
    service_escalation,
)
from hotline.alerts.service_case_state import assignee_visit_facts, visit_facts_of
from hotline.cases import decrypt_codes, reader_pins, service_reading, service_timeline
from hotline.cases.decrypt_access import DecryptedTip
from hotline.cases.reader_pins import ReaderTurn
from hotline.cases.rules_reading_requests import PAGE, UNREADABLE, ReaderAnswer
from hotline.core import rules_trial
from hotline.core.wording import Template
from hotline.errors import DecryptionFailed, KeyMissing, NotFound
from hotline.gateway.tables import Assignment
from hotline.keys.decrypt import decrypt_grant, decrypt_text
from hotline.keys.encrypt import label
from hotline.people import decrypt_grants, tables_members
from hotline.people.rules_desks import of_responder
from hotline.text.codes import NATIONAL
from hotline.text.time import kigali_time
from hotline.tips import queries_visible
from hotline.tips.rules import Basis, Matter
from hotline.tips.rules_events import CaseEventKind, Event, EventChannel, LoggedEvent
from hotline.tips.rules_visit_safety import VISIT_SAFETIES
from hotline.tips.tables import Tip

MAX_LETTERS = 1500
"""The largest number of letters on a page. This is about a dozen screens. The encrypted answer cannot hold more."""
BY_DIALLING = "by dialling, with their PIN"
"""The reason in the audit log for reading a case by phone."""


@dataclass(frozen=True, slots=True)
class DecryptedCase:
    """A tip that one of the responder's desks can decrypt, with its answers. `repr` shows only the desk."""

    desk: str
    tip_key: bytes = field(repr=False)
    answers: Mapping[str, str] = field(repr=False)


def case_page(turn: ReaderTurn, *, again: bool) -> ReaderAnswer:
    """Returns the text of the case that the responder requests.

    `again` is True if the request is repeated. The audit log then contains it already.
    """
    known = turn.known()
    case = None if known is None else decrypt_case(turn, known[0])
    if known is None or case is None:
        return ReaderAnswer((UNREADABLE,))
    tip, known_as = known
    if not again:
        reader_pins.count_read(turn, tip.id)
        record_read(turn, tip, known_as)
    notes = decrypt_codes.decrypt_notes(turn.session, tip, case.tip_key)
    decrypted = DecryptedTip(
        matter=tip.matter,
        visit_facts=visit_facts_of(tip),
        erasure_asked_at=tip.erasure_asked_at,
        earlier=(),
        answers=case.answers,
        notes=notes,
    )
    worded = service_reading.question_answers(turn.context, decrypted, turn.person.language)
    lines = (f"{asked.strip()} {answer}".replace("\n", " ") for asked, answer in worded)
    return _page_of(*_warnings(turn, tip), *_like(turn, tip), *lines)


def timeline_page(turn: ReaderTurn) -> ReaderAnswer:
    """Returns the page with the timeline of a case, the newest event first.

    It names a similar case only if the responder knows both.
    """
    known = turn.known()
    if known is None:
        return ReaderAnswer((UNREADABLE,))
    tip_id = known[0].id
    items = reversed(service_timeline.timeline_of(turn.session, tip_id))
    knows_other = bool(
        service_duplicates.known_in_situation(turn.session, [(tip_id, turn.person.id)])
    )
    return _page_of(
        *(
            f"{kigali_time(one.at)} {turn.say(one.template)}"
            for one in items
            if one.template is not None and (knows_other or one.kind is not LoggedEvent.LINKED)
        )
    )


def _page_of(*lines: str) -> ReaderAnswer:
    return ReaderAnswer(words={PAGE: "\n".join(lines)[:MAX_LETTERS]})


def record_read(turn: ReaderTurn, tip: Tip, known_as: Assignment) -> None:
    """Records in the audit log and in the timeline that the responder has read the case.

    Also ends the deadline to read the case.
    """
    session, at = turn.session, turn.at
    turn.log("tip_read", BY_DIALLING, f"tip:{tip.id}")
    by = service_case_events.by_responder(turn.person.id, EventChannel.USSD)
    if known_as.opened_at is None:
        known_as.opened_at = at
        service_case_events.write_event(
            session, tip.id, LoggedEvent.OPENED, by, at, key=str(known_as.id)
        )
    service_closing.note_opened(session, turn.context, tip, turn.actor, by, at)
    session.flush()
    service_escalation.handle_event(
        session, turn.context, tip.id, Event(CaseEventKind.OPENED, by=turn.person.id), at
    )


def decrypt_case(turn: ReaderTurn, tip: Tip) -> DecryptedCase | None:
    """Decrypts a tip for the first of the responder's desks that may read it. Returns None if no grant can be
    decrypted. With the setting `national_in_console`, no PIN decrypts a grant of the national desk.

    The grant may be encrypted for an earlier key pair of the desk. This is so if the desk got access before the place
    of the tip was corrected.
    """
    session, member = turn.session, of_responder(turn.person.id)
    by_pin = not turn.context.line.national_in_console or tip.channel == rules_trial.DRILL
    for desk in sorted(tables_members.desks_of(session, member)):
        _, grant = queries_visible.tip_with_grant(session, tip.id, desk)
        if grant is None or tip.erased_at is not None or (desk == NATIONAL and not by_pin):
            continue
        with suppress(DecryptionFailed, KeyMissing, NotFound):
            unlocked = turn.context.encrypter.weekly_lock.unlock(grant, label(tip.uid, desk))
            for one in decrypt_grants.decrypt_desk_as(session, desk, member, turn.private):
                with suppress(DecryptionFailed):
                    key = decrypt_grant(unlocked, uid=tip.uid, desk=desk, private_key=one.key)
                    answers = decrypt_text(tip.body, key, uid=tip.uid, place=tip.place)
                    return DecryptedCase(desk, key, answers)
    return None


def _warnings(turn: ReaderTurn, tip: Tip) -> Iterator[str]:
    """Yields the warnings that the page shows before any text of the caller."""
    facts = assignee_visit_facts(turn.session, tip)
    if tip.channel == rules_trial.DRILL:
        yield turn.say(Template.EXERCISE_TOLD)
    if (safety := VISIT_SAFETIES[facts.safety].screen) is not None:
        yield turn.say(safety)
    elif facts.goes_unseen and tip.matter == Matter.TIP:
        yield turn.say(Template.PAGE_ASK_FIRST)
    if tip.official != "no":
        yield turn.say(Template.PAGE_OFFICIAL)
    if tip.basis == Basis.VITAL_INTEREST_CHILD:
        yield turn.say(Template.PAGE_CHILD)


def _like(turn: ReaderTurn, tip: Tip) -> Iterator[str]:
    """Yields a line about another case of this responder that is probably the same situation."""
    for name in service_duplicates.known_in_situation(
        turn.session, [(tip.id, turn.person.id)]
    ).values():
        yield turn.say(Template.PAGE_LIKE, like=name)
