"""What was live when, bringing an older state back, and confirming words of one person alone."""

from flask import Response

from hotline.domain.accounts.account import AccountRole
from hotline.engine.editing.difference import difference
from hotline.services.accounts import account_roles
from hotline.services.changes import bringing_back, emergencies, going_live
from hotline.services.changes.emergencies import EmergencyToRead
from hotline.services.changes.results import ChangeRefused, Refusal
from hotline.web.console import who
from hotline.web.console.form import FormFault, FormFaults, faults
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.who import phrase
from hotline.web.console.writing.changes.differences import DifferenceToRead, to_read
from hotline.web.console.writing.changes.refusals import refused_faults, refused_words
from hotline.web.console.writing.changes.ticks import TICK, unread, unread_words

REASON_LETTERS = 1000
KINDS = {
    "version": phrase("a version of the line"),
    "by hand": phrase("by two people"),
    "back": phrase("brought back"),
    "emergency": phrase("an emergency"),
}
UNREAD = ChangeRefused(Refusal.READ_BY_ONE)


def history(visit: Visit) -> Response:
    is_approver = AccountRole.APPROVER in visit.by.roles
    return page(
        visit,
        "live.html",
        lines=bringing_back.history(visit.kit),
        kinds=KINDS,
        stands=emergencies.standing(visit.kit),
        in_the_middle=going_live.in_the_middle(visit.kit),
        may_decide=is_approver,
        may_list=bool(visit.by.roles & who.BUT_AUDITOR),
        may_read=bool(visit.by.roles & who.READING),
    )


def ask_back(visit: Visit, publication_id: int) -> Response:
    return _asked(visit, publication_id)


def bring_back(visit: Visit, publication_id: int) -> Response:
    form = visit.form
    reason = form.text("reason", most=REASON_LETTERS)
    if not reason:
        words = visit.say("Write why you bring it back: others read it in the history.")
        return _asked(visit, publication_id, faults(reason=words))
    done = bringing_back.bring_back(
        visit.kit, visit.by, publication_id, reason, form.text("digest")
    )
    if isinstance(done, ChangeRefused):
        return _asked(visit, publication_id, refused_faults(visit, done, "reason"))
    return see("live.history")


def ask_confirm(visit: Visit, publication_id: int) -> Response:
    return _to_confirm(visit, publication_id)


def confirm(visit: Visit, publication_id: int) -> Response:
    urgent = _urgent(visit, publication_id)
    missing = [] if urgent is None else unread(visit.form, _shown(visit, urgent).languages)
    if missing:
        fault = FormFault(f"{TICK}{missing[0]}", unread_words(visit, missing))
        return _to_confirm(visit, publication_id, FormFaults((fault,)))
    appointed_by = account_roles.appointed_by(visit.kit, visit.by.account_id, AccountRole.APPROVER)
    refused = emergencies.confirm(visit.kit, visit.by, publication_id, appointed_by=appointed_by)
    if refused is not None:
        return _to_confirm(visit, publication_id, refused_faults(visit, refused, "confirm"))
    return see("live.history")


def _to_confirm(visit: Visit, publication_id: int, wrong: FormFaults | None = None) -> Response:
    urgent = _urgent(visit, publication_id)
    return page(
        visit,
        "confirm.html",
        status=422 if wrong else 200,
        urgent=urgent,
        shown=None if urgent is None else _shown(visit, urgent),
        typed=visit.form,
        faults=wrong or FormFaults(),
    )


def _urgent(visit: Visit, publication_id: int) -> EmergencyToRead | None:
    urgent = emergencies.read(visit.kit)
    return urgent if urgent and urgent.stands.publication_id == publication_id else None


def _shown(visit: Visit, urgent: EmergencyToRead) -> DifferenceToRead:
    live = visit.kit.books.book(urgent.live_id)
    changes = difference(urgent.before, urgent.after)
    return to_read(visit, changes, urgent.before, urgent.after, live)


def _asked(visit: Visit, publication_id: int, wrong: FormFaults | None = None) -> Response:
    state = bringing_back.preview(visit.kit, publication_id)
    changes = difference(state.before, state.after)
    live = visit.kit.books.book(state.live_id)
    return page(
        visit,
        "bring_back.html",
        status=422 if wrong else 200,
        state=state,
        refused=None if state.publication.is_read else refused_words(visit, UNREAD),
        kinds=KINDS,
        shown=to_read(visit, changes, state.before, state.after, live),
        typed=visit.form,
        faults=wrong or FormFaults(),
    )
