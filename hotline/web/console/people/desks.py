"""Desks: who opens each, who asks to, and letting somebody in, or taking somebody away."""

from functools import partial

from flask import Response

from hotline.errors import DeskRefused, HotlineError
from hotline.services.accounts import sessions
from hotline.services.desk import admissions
from hotline.services.desk.keys import rotation
from hotline.services.people.dossiers import desk_page, leaving
from hotline.text.remark import remark
from hotline.web.console import who
from hotline.web.console.people import placing
from hotline.web.console.visit import Visit, page, posted, see
from hotline.web.console.who import phrase


def listed(visit: Visit) -> Response:
    return page(
        visit,
        "desks.html",
        heads=desk_page.listed(visit.kit, desk_page.seen(visit.kit, visit.by)),
        placed=partial(placing.of_head, visit),
    )


def one(visit: Visit, code: str) -> Response:
    shown, moved = desk_page.one(visit.kit, visit.by, code), visit.asked("moved")
    return page(
        visit,
        "desk.html",
        desk=shown,
        head=shown.head,
        called=placing.of_head(visit, shown.head),
        may_ask=visit.may(who.ADMIN),
        may_remove=visit.may(who.RUNNING),
        moved=moved if moved.isdecimal() else "",
        given=bool(visit.query.get("given")),
        settles=rotation.SETTLES.seconds + 1,
        opens=code in desk_page.opened_by(visit.kit, visit.by.account_id),
    )


MISSING = phrase("A reason is missing.")


@posted(one, "member", HotlineError)
def ask(visit: Visit, code: str) -> None:
    """Somebody else lets them in."""
    member = visit.form.text("member", most=40)
    if not member:
        raise visit.wrong("member", "Choose somebody.")
    admissions.ask(visit.kit, visit.by.actor, code, member, visit.reason("member", MISSING))


@posted(one, "remove", HotlineError)
def remove(visit: Visit, code: str) -> None:
    member = visit.form.text("member", most=40)
    leaving.from_desk(visit.kit, visit.by.actor, code, member, visit.reason("remove", MISSING))


@posted(one, "key", HotlineError)
def give_key(visit: Visit, code: str) -> Response:
    """One step of a new key for the desk: it begins, or goes on, until nothing opens by the old one.

    A form that is sent once more, after another member has ended it, begins none.
    """
    head = desk_page.one(visit.kit, visit.by, code).head
    if not head.is_moving and head.copied_since is None:
        return see("desks.one", code=code, given="yes")
    reason = "" if head.is_moving else visit.reason("key", MISSING)
    key = sessions.key_of(visit.kit, visit.token)
    if key is None:
        raise DeskRefused(remark("your key is closed: sign in again"))
    done = rotation.step(visit.kit, visit.by.actor, key, code, reason)
    if done.is_over:
        return see("desks.one", code=code, given="yes")
    return see("desks.one", code=code, moved=done.moved)
