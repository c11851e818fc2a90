"""Desks: who opens each, who asks to, and letting somebody in, or taking somebody away."""

from flask import Response

from hotline.errors import DeskRefused, HotlineError
from hotline.services.accounts import sessions
from hotline.services.desk import admissions
from hotline.services.desk.keys import moving, rekeying
from hotline.services.people.dossiers import desk_page, leaving
from hotline.text.remark import remark
from hotline.web.console import who
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.people import placing
from hotline.web.console.visit import Visit, page, see, why
from hotline.web.console.who import phrase

MISSING = phrase("a reason is missing")


def listed(visit: Visit) -> Response:
    return page(
        visit,
        "desks.html",
        heads=desk_page.listed(visit.kit, desk_page.seen(visit.kit, visit.by)),
        placed=lambda one: placing.of_head(visit, one),
    )


def ask(visit: Visit, code: str) -> Response:
    """Somebody else lets them in."""
    member, reason = visit.form.text("member", most=40), visit.form.text("reason", most=200)
    if not member or not reason:
        return one(visit, code, faults(member=_missing(visit, member)))
    try:
        admissions.ask(visit.kit, visit.by.actor, code, member, reason)
    except HotlineError as refused:
        return one(visit, code, faults(member=why(visit, refused)))
    return see("desks.one", code=code)


def remove(visit: Visit, code: str) -> Response:
    member, reason = visit.form.text("member", most=40), visit.form.text("reason", most=200)
    if not reason:
        return one(visit, code, faults(remove=_missing(visit, member)))
    try:
        leaving.from_desk(visit.kit, visit.by.actor, code, member, reason)
    except HotlineError as refused:
        return one(visit, code, faults(remove=why(visit, refused)))
    return see("desks.one", code=code)


def give_key(visit: Visit, code: str) -> Response:
    """One step of a new key for the desk: it begins, or goes on, until nothing opens by the old one.

    A form that is sent once more, after another member has ended it, begins none.
    """
    head = desk_page.one(visit.kit, visit.by, code).head
    if not head.is_moving and head.copied_since is None:
        return see("desks.one", code=code, given="yes")
    reason = visit.form.text("reason", most=200)
    if not reason and not head.is_moving:
        return one(visit, code, faults(key=_missing(visit, code)))
    key = sessions.key_of(visit.kit, visit.token)
    try:
        if key is None:
            raise DeskRefused(remark("your key is closed: sign in again"))
        done = rekeying.step(visit.kit, visit.by.actor, key, code, reason)
    except HotlineError as refused:
        return one(visit, code, faults(key=why(visit, refused)))
    if done.is_over:
        return see("desks.one", code=code, given="yes")
    return see("desks.one", code=code, moved=done.moved)


def _missing(visit: Visit, member: str) -> str:
    says = visit.say(MISSING) if member else visit.say("choose somebody")
    return f"{says[:1].upper()}{says[1:]}."


def one(visit: Visit, code: str, wrong: FormFaults | None = None) -> Response:
    shown = desk_page.one(visit.kit, visit.by, code)
    return page(
        visit,
        "desk.html",
        wrong=wrong,
        desk=shown,
        head=shown.head,
        called=placing.of_head(visit, shown.head),
        may_ask=bool(visit.by.roles & who.ADMIN),
        may_remove=bool(visit.by.roles & who.RUNNING),
        moved=visit.query.get("moved", "") if visit.query.get("moved", "").isdecimal() else "",
        given=bool(visit.query.get("given")),
        settles=moving.SETTLES.seconds + 1,
        opens=code in desk_page.opened_by(visit.kit, visit.by.account_id),
    )
