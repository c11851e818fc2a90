"""The tip of an exercise: nobody told it. Runs inside its caller's transaction."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from hotline.domain import trial
from hotline.domain.tip import NATIONAL, Basis, Matter, TipState, Urgency
from hotline.domain.wording import Template
from hotline.ports import Kit
from hotline.services.referrals.drills.tried_desks import TriedDesk
from hotline.store.database import Session
from hotline.store.desk import desks
from hotline.store.tips.tips import Grant, Tip
from hotline.text.languages import CODES

WORDS = "words"
"""The answer that holds what was told."""


def made_up(session: Session, kit: Kit, desk: TriedDesk, urgency: Urgency, at: datetime) -> Tip:
    """A made-up tip: sealed as any, and nothing in it but that it is an exercise, in every language."""
    uid = secrets.token_hex(16)
    said = " / ".join(kit.phrases.say(language, Template.EXERCISE_TOLD) for language in CODES)
    codes = (desk.code, NATIONAL)
    known = desks.public_keys(session, codes)
    keys: Mapping[str, bytes] = {code: known.get(code, b"") for code in codes}
    sealed = kit.sealer.tip({WORDS: said}, uid=uid, place=desk.place, desks=keys, at=at)
    tip = Tip(
        uid=uid,
        identity=f"{trial.DRILL}:{uid}",
        session_key="",
        passage=1,
        matter=Matter.TIP,
        state=TipState.COMPLETE,
        channel=trial.DRILL,
        language=CODES[0],
        entry="",
        place=desk.place,
        sector=desk.camp,
        urgency=urgency,
        official="no",
        basis=Basis.PUBLIC_DUTY,
        visit="yes",
        contact_key="",
        body=sealed.body,
        created_at=at,
        updated_at=at,
        filed_at=at,
        completed_at=at,
        referred_at=at,
        referred_urgency=urgency,
    )
    session.add(tip)
    session.flush()
    session.add_all(
        Grant(tip_id=tip.id, desk_code=code, sealed_key=key) for code, key in sealed.grants.items()
    )
    session.flush()
    return tip
