"""Says who may be passed a case by a responder behind her PIN, and passes it on.

Runs inside its caller's transaction.
"""

from dataclasses import replace
from datetime import datetime

from hotline.domain.cases.entries import PassedTo
from hotline.domain.dialogue.asks import MY_COLLEAGUES, ReaderAnswer
from hotline.domain.referrals import referral
from hotline.domain.referrals.planning import NOBODY
from hotline.domain.referrals.referral import Candidate, Level
from hotline.domain.sms.reply import Verb
from hotline.domain.tip import desk_of
from hotline.domain.tips.acts import Act, Done, Way
from hotline.ports import Kit
from hotline.services.reader import pages
from hotline.services.referrals import casework
from hotline.services.referrals.case_standing import RESPONDER, case_of, routed
from hotline.store.database import Session
from hotline.store.desk import audit, desks
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals
from hotline.store.tips import exclusions, tips
from hotline.store.tips.tips import Tip

WHO, NATIONAL_DESK = "who", "national"
"""Verbs: list the colleagues to choose from; pass it to the national desk."""
PICKS, NOBODY_ELSE = "picks", "nobody_else"
"""Flags: there are colleagues to choose from; there are none."""
MOST_COLLEAGUES = 20


def pass_on(
    session: Session, kit: Kit, person: Responder, tip: Tip, known_as: str, to: str, at: datetime
) -> Done | None:
    """Asks the people she chose; the case stays hers until one takes it. None where nobody chosen may know of it."""
    people = _others(session, tip, person.id, at)
    if to == NATIONAL_DESK:
        national = referral.turns(one for one in people if one.level is Level.NATIONAL)
        chosen, whither = national[:1], PassedTo.NATIONAL
    else:
        named = _colleagues(session, tip, people, person.id)
        chosen = tuple(one for one in named if str(one) == to)
        whither = PassedTo.COLLEAGUE
    if not chosen:
        return None
    act = Act(person.id, known_as, Verb.PASS_ON, Way.USSD, at, to=whither, chosen=chosen)
    return casework.act(session, kit, act)


def to_district(
    session: Session,
    kit: Kit,
    person: Responder,
    private: bytes,
    tip: Tip,
    known_as: str,
    place: str,
    at: datetime,
) -> Done | None:
    """Seals it to the desk of another district, and asks one of its people. None where nobody there may know of it.

    What an official may be involved in is sent to a district by the national desk alone.
    """
    desk, case = desk_of(place, tip.official), pages.opened(session, kit, person, private, tip)
    people = _others(session, tip, person.id, at)
    local, _, _ = referral.eligible(replace(case_of(tip), place=place), people)
    public_key = desks.public_keys(session, [desk]).get(desk) if desk is not None else None
    if desk is None or case is None or public_key is None or not local:
        return None
    grant = kit.sealer.grant(case.tip_key, uid=tip.uid, desk=desk, public_key=public_key, at=at)
    tips.give(session, tip, desk, grant)
    audit.append(
        session,
        at=at,
        actor=f"{RESPONDER}{person.id}",
        action="tip_sent_down",
        subject=f"tip:{tip.id}",
        reason=f"desk {desk}: {pages.BY_DIALLING}",
    )
    who = referral.turns(local)[:1]
    act = Act(person.id, known_as, Verb.PASS_ON, Way.USSD, at, to=PassedTo.DISTRICT, chosen=who)
    return casework.act(session, kit, act)


def colleagues(session: Session, person: Responder, tip: Tip, at: datetime) -> ReaderAnswer:
    """Whom she may choose: by name, and never by a number."""
    people = _others(session, tip, person.id, at)
    ids = _colleagues(session, tip, people, person.id)[:MOST_COLLEAGUES]
    named = [(str(one), session.get_one(Responder, one).name) for one in ids]
    if not named:
        return ReaderAnswer((NOBODY_ELSE,))
    return ReaderAnswer((PICKS,), {MY_COLLEAGUES: named})


def _others(session: Session, tip: Tip, but: int, at: datetime) -> list[Candidate]:
    kept = exclusions.kept_from(session, [tip.id]).get(tip.id, NOBODY)
    roster = referrals.roster(session, at)
    return [one for one in roster if one.id not in kept and one.id != but]


def _colleagues(session: Session, tip: Tip, people: list[Candidate], but: int) -> tuple[int, ...]:
    """Of its district and of desks beside, who may hear of it; each once."""
    case = routed(session, tip)
    return tuple(dict.fromkeys(referral.colleagues(case, people, but=but)))
