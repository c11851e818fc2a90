"""Shows the desks, their members and requests for access. Asks for access, removes members and changes desk keys."""

from functools import partial

from flask import Response

from hotline.console import who
from hotline.console.visit import Visit, page, posted, see
from hotline.duty import pages, service_desk_page, service_leaving
from hotline.errors import DeskRefused, HotlineError
from hotline.operations import decrypt_rotation
from hotline.people import decrypt_grants, service_sessions
from hotline.text.phrases import phrase, remark


def listed(visit: Visit) -> Response:
    return page(
        visit,
        "desks.html",
        heads=service_desk_page.listed(visit.kit, service_desk_page.seen(visit.kit, visit.by)),
        placed=partial(pages.of_head, visit),
    )


def one(visit: Visit, code: str) -> Response:
    shown, moved = service_desk_page.one(visit.kit, visit.by, code), visit.asked("moved")
    return page(
        visit,
        "desk.html",
        desk=shown,
        head=shown.head,
        called=pages.of_head(visit, shown.head),
        may_ask=visit.may(who.ADMIN),
        may_remove=visit.may(who.RUNNING),
        moved=moved if moved.isdecimal() else "",
        given=bool(visit.query.get("given")),
        settles=decrypt_rotation.SETTLES.seconds + 1,
        opens=code in service_desk_page.opened_by(visit.kit, visit.by.account_id),
    )


MISSING = phrase("Enter a reason.")


@posted(one, "member", HotlineError)
def ask(visit: Visit, code: str) -> None:
    """Requests access to the desk for a member. An approver grants it."""
    member = visit.form.text("member", most=40)
    if not member:
        raise visit.wrong("member", "Choose a person.")
    decrypt_grants.ask(visit.kit, visit.by.actor, code, member, visit.reason("member", MISSING))


@posted(one, "remove", HotlineError)
def remove(visit: Visit, code: str) -> None:
    member = visit.form.text("member", most=40)
    service_leaving.from_desk(
        visit.kit, visit.by.actor, code, member, visit.reason("remove", MISSING)
    )


@posted(one, "key", HotlineError)
def give_key(visit: Visit, code: str) -> Response:
    """Does one step of the change to a new desk key, until nothing is encrypted with the old key.

    A form sent again after another member finished the change does not start a new one.
    """
    head = service_desk_page.one(visit.kit, visit.by, code).head
    if not head.is_moving and head.copied_since is None:
        return see("desks.one", code=code, given="yes")
    reason = "" if head.is_moving else visit.reason("key", MISSING)
    key = service_sessions.key_of(visit.kit, visit.token)
    if key is None:
        raise DeskRefused(remark("your key is locked: sign in again"))
    done = decrypt_rotation.step(visit.kit, visit.by.actor, key, code, reason)
    if done.is_over:
        return see("desks.one", code=code, given="yes")
    return see("desks.one", code=code, moved=done.moved)
