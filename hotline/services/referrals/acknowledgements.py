"""Whether an answer by SMS was hers: what its proof does, what a doubt takes back, and what a person who left hands on.

Runs inside its caller's transaction.
"""

from datetime import datetime

from hotline.domain.cases.entries import EntryWay, TakeProof
from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.sms.rules_replies import REPLIES, Verb
from hotline.domain.tips.acts import Act
from hotline.ports import Kit
from hotline.services.cases import entries
from hotline.services.referrals import ladder
from hotline.services.referrals.casework import act
from hotline.store.database import Session
from hotline.store.outbox.messages import Referral
from hotline.store.people import responders
from hotline.store.referrals import deadlines, referrals


def prove(
    session: Session, kit: Kit, referral_id: int, at: datetime, waits: Verb | None = None
) -> None:
    """The inbox lists her answer. `waits`: what this very SMS asked, not done yet.

    Who is gone by then has handed on what she said: it is noted, and does nothing more. What the national desk decides
    of a case says nothing about who took it: a take in its name, forged before, gains no proof by it.
    """
    referral = session.get_one(Referral, referral_id)
    tip = referrals.tip_for_writing(session, referral.tip_id)
    who = referral.responder_id
    decides = waits is not None and REPLIES[waits].national
    before = decides or deadlines.believed(session, tip.id, who)
    if not decides:
        deadlines.believe(session, tip.id, who, at)
    # Any name of the case may prove it: the answer may name an alert that came after the take.
    took = deadlines.taken_at(session, tip.id, who)
    if not before and took is not None:
        entries.took(session, tip.id, who, at, EntryWay.SMS, TakeProof.PROVED)
    if not responders.lives(session, who, at):
        return
    # What was taken before it became urgent is to be taken again.
    if not before and took and tip.referred_at and took >= tip.referred_at:
        ladder.happen(session, kit, tip.id, Event(Happened.TAKEN, by=who), at)
    if waits is not None:
        act(session, kit, Act(who, referral.reference, waits, EntryWay.SMS, at))


def doubt(session: Session, kit: Kit, referral_id: int, at: datetime) -> None:
    """No inbox lists her answer: the ladder goes on from where it stood, unless somebody else holds the case."""
    referral = session.get_one(Referral, referral_id)
    tip = referrals.tip_for_writing(session, referral.tip_id)
    if deadlines.doubt(session, referral, at):
        if not deadlines.believed(session, tip.id, referral.responder_id):
            who = referral.responder_id
            entries.took(session, tip.id, who, at, EntryWay.CLOCK, TakeProof.DOUBTED)
        event = Event(Happened.DOUBTED, by=referral.responder_id)
        ladder.happen(session, kit, tip.id, event, at)


def release_person(session: Session, kit: Kit, responder_id: int, at: datetime) -> None:
    """Her open cases take their next step at once: she left, or is on leave."""
    for tip_id in referrals.told_of(session, responder_id):
        event = Event(Happened.LEFT, by=responder_id)
        ladder.happen(session, kit, tip_id, event, at)
