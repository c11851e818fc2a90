"""Shows the desks, their members and the requests for access. Also requests access, removes members and changes desk
keys."""

from functools import partial

from flask import Response

from hotline.console import routes
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.duty import pages, service_desk_page, service_removal
from hotline.operations import decrypt_rotation
from hotline.people import decrypt_grants, decrypt_signing, service_sessions
from hotline.text.errors import DeskRefused, HotlineError
from hotline.text.languages import message_text, phrase


def desks(visit: Visit) -> Response:
    return page(
        visit,
        "desks.html",
        heads=service_desk_page.list_desks(visit.context, visit.by),
        placed=partial(pages.head_name, visit),
    )


def desk(visit: Visit, code: str) -> Response:
    private_key = service_sessions.key_of(visit.context, visit.token)
    view, moved = service_desk_page.desk_page(visit.context, visit.by, code), visit.asked("moved")
    return page(
        visit,
        "desk.html",
        desk=view,
        head=view.head,
        called=pages.head_name(visit, view.head),
        own_words=decrypt_grants.desk_words(visit.context, visit.by.account_id, private_key, code),
        may_ask=visit.may(routes.ADMIN),
        may_remove=visit.may(routes.RUNNING),
        moved=moved if moved.isdecimal() else "",
        given=bool(visit.query.get("given")),
        settles=decrypt_rotation.SETTLES.seconds + 1,
        opens=code in service_desk_page.desks_of_account(visit.context, visit.by.account_id),
    )


MISSING = phrase("Enter a reason.")


@form_view(desk, "member", HotlineError)
def request_access(visit: Visit, code: str) -> None:
    """Requests access to the desk for a member. An approver grants this access."""
    member = visit.form.text("member", most=40)
    if not member:
        raise visit.wrong("member", "Choose a person.")
    decrypt_grants.request_access(
        visit.context, visit.by.actor, code, member, visit.reason("member", MISSING)
    )


@form_view(desk, "remove", HotlineError)
def remove_member(visit: Visit, code: str) -> None:
    member = visit.form.text("member", most=40)
    service_removal.remove_from_desk(
        visit.context, visit.by.actor, code, member, visit.reason("remove", MISSING)
    )


@form_view(desk, "sign", HotlineError)
def request_signature(visit: Visit, code: str) -> Response:
    """Requests a signature of the desk's key. Another admin must sign the key together with the signed-in admin. The
    signed-in admin can withdraw the request on the page of approvals.
    """
    reason = visit.reason("sign", MISSING)
    key_mark = visit.form.text("seen", most=128)
    decrypt_signing.request_signature(
        visit.context, visit.by.actor, _own_key(visit), code, reason, seen=key_mark
    )
    return redirect_to("approvals.listed")


def _own_key(visit: Visit) -> bytes:
    """Returns the decrypted private key of the signed-in person. Raises DeskRefused if the person must sign in again to
    unlock the key."""
    key = service_sessions.key_of(visit.context, visit.token)
    if key is None:
        raise DeskRefused(message_text("the key of your account is locked: sign in again"))
    return key


@form_view(desk, "key", HotlineError)
def change_key(visit: Visit, code: str) -> Response:
    """Does one step of the change to a new desk key. The change needs several steps, until nothing is encrypted with
    the old key.

    If another member has already finished the change, an old form that the browser sends again starts no new change.
    """
    head = service_desk_page.desk_page(visit.context, visit.by, code).head
    if not head.is_moving and head.copied_since is None:
        return redirect_to("desks.one", code=code, given="yes")
    reason = "" if head.is_moving else visit.reason("key", MISSING)
    key = _own_key(visit)
    step = decrypt_rotation.rotate_step(visit.context, visit.by.actor, key, code, reason)
    if step.is_over:
        return redirect_to("desks.one", code=code, given="yes")
    return redirect_to("desks.one", code=code, moved=step.moved)
