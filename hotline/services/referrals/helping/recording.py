"""Records reports about a person, and their effects on escalation, on the receipt and on danger.

Everything runs inside its caller's transaction, which locks the tip. No module that a hook uses imports this one.
"""

from datetime import datetime

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.following import OFFER_WITHIN
from hotline.domain.cases.people_codes import ANSWER, THIRTY, ServiceAnswer, ThirtyDays
from hotline.domain.cases.persons import ConsentStands, MetPerson
from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.tip import Urgency
from hotline.ports import Kit
from hotline.services.cases import entries, people
from hotline.services.cases.entries import EntryBy
from hotline.services.cases.people import PersonAct
from hotline.services.referrals import ladder
from hotline.store.cases import case_people
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.referrals import referrals
from hotline.store.tips.tips import Tip, drop_closure_request


def open_again(session: Session, kit: Kit, tip: Tip, by: EntryBy, at: datetime) -> None:
    """Makes a case a danger again, and reopens it if it is closed."""
    if tip.closed_at is not None:
        key = f"{tip.id}:{at.timestamp()}"
        entries.done_by(session, tip.id, EntryKind.REOPENED, by, at, key=key)
        tip.closed_at = tip.outcome = tip.holder_id = None
        drop_closure_request(tip)
    tip.told_urgency = tip.told_urgency or tip.urgency
    tip.urgency = Urgency.DANGER
    # The alert goes out here, so no other process has to send it. An earlier assignee must acknowledge again.
    tip.referred_at, tip.referred_urgency = at, Urgency.DANGER
    audit.of_tip(session, tip.id, "danger_again", by.actor, at)
    case_people.offer_by(session, tip.id, at + OFFER_WITHIN)
    session.flush()
    ladder.happen(session, kit, tip.id, Event(Happened.DANGER_AGAIN, by=by.responder_id), at)


def record(
    session: Session, kit: Kit, tip: Tip, act: PersonAct, *, private: bytes | None
) -> tuple[int, MetPerson] | None:
    """Records a report once, and returns the id of its case event and the person as they are now.

    It closes no case and lowers no urgency. Returns None if the report was recorded before. `private`: the case's key,
    from any grant. It is None if nothing was recorded of any person yet. Raises ValueError for codes of no list,
    CodesRefused, SealBroken, KeyMissing.
    """
    written = people.write(session, kit, tip, act, private=private)
    if written is None:
        return None
    person = written[1]
    codes = act.said.codes
    match act.kind:
        case EntryKind.OFFERED if act.by.responder_id is not None:
            _offered(session, kit, tip, act.by.responder_id, act.at)
        case EntryKind.ANSWERED if codes[ANSWER] == ServiceAnswer.ACCEPTED:
            _accepted(tip, person, act.at)
        case EntryKind.ANSWERED if act.supersedes is not None:
            _not_accepted(tip, person, act.supersedes)
        case EntryKind.THIRTY if codes[THIRTY] == ThirtyDays.DANGER:
            open_again(session, kit, tip, act.by, act.at)
        case _:
            pass
    session.flush()
    if tip.end_wanted_by is not None and tip.closed_at is None:
        # The report may make the pending closure more urgent, or leave the decision to the national desk.
        ladder.happen(session, kit, tip.id, Event(Happened.END_WANTED), act.at)
    return written


def _offered(session: Session, kit: Kit, tip: Tip, who: int, at: datetime) -> None:
    """Records that the responder offers help, like an SMS with a 3. Its outcome is asked for three days later."""
    known_as = referrals.names_of(session, tip.id).get(who)
    if known_as is None or known_as.handed_to_help_at is not None:
        return
    known_as.handed_to_help_at = at
    session.flush()
    if tip.closed_at is not None:
        return
    ladder.happen(session, kit, tip.id, Event(Happened.REFERRED, by=who), at)
    if tip.holder_id == who:
        tip.renewed_at = tip.renewed_at or at


def _accepted(tip: Tip, person: MetPerson, at: datetime) -> None:
    """Makes the receipt say that help has arrived. A person who does not want help any more has none."""
    if tip.helped_at is None and person.consent is not ConsentStands.NO:
        tip.helped_at = at


def _not_accepted(tip: Tip, person: MetPerson, corrected: int) -> None:
    """Takes that message off the receipt, if it came from an acceptance that was a mistake."""
    was = next(one.entry for one in person.moments if one.entry.id == corrected)
    if tip.helped_at == was.at:
        tip.helped_at = None
