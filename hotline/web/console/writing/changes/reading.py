"""Shows what a change or a publication differs in, and takes the decision: publish, send back, restore, confirm."""

import sys

from flask import Response, abort

from hotline.domain.accounts.account import AccountRole
from hotline.domain.changes.change import WHY_LETTERS, ChangeState, may_publish
from hotline.engine.editing.difference import Difference, difference
from hotline.engine.editing.emergency import held_back
from hotline.services.accounts import account_roles
from hotline.services.changes import (
    bringing_back,
    drafts,
    emergencies,
    folders,
    going_live,
    proposing,
)
from hotline.services.changes.bringing_back import StateToBringBack
from hotline.services.changes.emergencies import EmergencyToRead
from hotline.services.changes.going_live import ChangeToRead
from hotline.services.changes.results import ChangeRefused, Refusal
from hotline.web.console import who
from hotline.web.console.form import FormFaults, faults, number_of
from hotline.web.console.visit import Visit, page, see
from hotline.web.console.who import phrase
from hotline.web.console.writing.changes.differences import DifferenceToRead, to_read
from hotline.web.console.writing.changes.sentences import (
    KEEPS_LANGUAGES,
    languages_kept,
    part_words,
    refused_faults,
    refused_words,
    unread,
    unread_faults,
    why_marks,
)

NOTE_LETTERS = 1000
STEPS = 500
"""The newest, in which a reader looks for the reasons of marks."""


def read(visit: Visit, change_id: int) -> Response:
    if folders.look(visit.kit, change_id).state is ChangeState.LIVE:
        return _went_live(visit, change_id)
    return _drawn(visit, going_live.read(visit.kit, change_id))


def printed(visit: Visit, change_id: int) -> Response:
    return _drawn(visit, going_live.read(visit.kit, change_id), template="change_print.html")


def _went_live(visit: Visit, change_id: int) -> Response:
    """As it was read: what is live by now differs from it perhaps."""
    done = bringing_back.of_change(visit.kit, change_id)
    if done is None:
        abort(404)
    live = visit.kit.books.book(visit.kit.books.live())
    changes = difference(done.before, done.after)
    return page(
        visit,
        "change_went_live.html",
        change=folders.look(visit.kit, change_id),
        line=done.publication,
        shown=to_read(visit, changes, done.before, done.after, live),
        may_list=bool(visit.by.roles & who.WORDS),
    )


def approve(visit: Visit, change_id: int) -> Response:
    form, seen = visit.form, going_live.read(visit.kit, change_id)
    missing = unread(form, _shown(visit, seen).languages)
    if missing and form.text("digest") == seen.digest:
        return _drawn(visit, seen, unread_faults(visit, missing))
    done = going_live.publish(
        visit.kit,
        visit.by,
        change_id,
        form.text("digest"),
        note=form.text("note", most=NOTE_LETTERS),
        alone=visit.kit.pretended,
        keeps_languages=form.ticked(KEEPS_LANGUAGES),
    )
    return _decided(visit, seen, done, "approve")


def send_back(visit: Visit, change_id: int) -> Response:
    note = visit.form.text("note", most=NOTE_LETTERS)
    if not note:
        words = visit.say("Write what is to be mended, so that it can be.")
        wrong = faults(**{"back-note": words})
        return _drawn(visit, going_live.read(visit.kit, change_id), wrong)
    refused = proposing.send_back(visit.kit, visit.by, change_id, note)
    if refused is not None:
        return _decided(visit, going_live.read(visit.kit, change_id), refused, "back-note")
    return see("changes.show", change_id=change_id)


def emergency(visit: Visit, change_id: int) -> Response:
    form, seen = visit.form, going_live.read(visit.kit, change_id)
    reason = form.text("reason", most=NOTE_LETTERS)
    done = emergencies.publish(
        visit.kit,
        visit.by,
        change_id,
        reason,
        form.text("digest"),
        keeps_languages=form.ticked(KEEPS_LANGUAGES),
    )
    return _decided(visit, seen, done, "reason")


def _decided(visit: Visit, seen: ChangeToRead, done: object, field: str) -> Response:
    if isinstance(done, ChangeRefused):
        return _drawn(visit, seen, refused_faults(visit, done, field))
    return see("reading.history")


def _shown(
    visit: Visit,
    seen: ChangeToRead | EmergencyToRead | StateToBringBack,
    changes: Difference | None = None,
    part: int = 1,
) -> DifferenceToRead:
    live = visit.kit.books.book(seen.live_id)
    changes = changes or difference(seen.before, seen.after)
    return to_read(visit, changes, seen.before, seen.after, live, part)


def _drawn(
    visit: Visit,
    seen: ChangeToRead,
    faults: FormFaults | None = None,
    template: str = "change_read.html",
) -> Response:
    state, changes = seen.change.state, difference(seen.before, seen.after)
    # A form that was refused stands in the last part, as the one that was sent.
    part = sys.maxsize if faults else number_of(visit.query.get("part", "")) or 1
    shown = _shown(visit, seen, changes, part)
    is_second = may_publish(visit.by, seen.hands)
    return page(
        visit,
        template,
        wrong=faults,
        change=seen.change,
        seen=seen,
        shown=shown,
        part=shown.part,
        parts=shown.parts,
        changed_meanwhile=visit.query.get("of", seen.digest) != seen.digest,
        reasons=why_marks(visit, drafts.history(visit.kit, seen.change.id, limit=STEPS)),
        clashes=[part_words(visit, part) for part in seen.clashes],
        writers=list(dict.fromkeys(one.name for one in seen.hands)),
        may_decide=AccountRole.APPROVER in visit.by.roles and state.is_editable,
        is_proposed=state is ChangeState.PROPOSED,
        is_second=is_second or visit.kit.pretended,
        is_alone=not is_second and visit.kit.pretended,
        beyond=_beyond(visit, seen, changes),
        keeps=languages_kept(visit, changes, seen.after),
        may_list=bool(visit.by.roles & who.WORDS),
        least=WHY_LETTERS,
        typed=visit.form,
    )


def _beyond(visit: Visit, seen: ChangeToRead, changes: Difference) -> str:
    """Why one person may not publish it alone; empty where she may."""
    beyond = held_back(seen.before, seen.after, changes)
    if not beyond:
        return ""
    return refused_words(visit, ChangeRefused(Refusal.BEYOND_WORDS, held_back=beyond))


REASON_LETTERS = 1000
KINDS = {
    "version": phrase("a version of the line"),
    "by hand": phrase("by two people"),
    "back": phrase("brought back"),
    "emergency": phrase("an emergency"),
}
UNREAD = ChangeRefused(Refusal.READ_BY_ONE)


def history(visit: Visit) -> Response:
    return page(
        visit,
        "live.html",
        lines=bringing_back.history(visit.kit),
        kinds=KINDS,
        stands=emergencies.standing(visit.kit),
        in_the_middle=going_live.in_the_middle(visit.kit),
        may_decide=AccountRole.APPROVER in visit.by.roles,
        may_list=bool(visit.by.roles & who.BUT_AUDITOR),
        may_read=bool(visit.by.roles & who.READING),
    )


def bring_back(visit: Visit, publication_id: int) -> Response:
    form = visit.form
    reason = form.text("reason", most=REASON_LETTERS)
    if not reason:
        words = visit.say("Write why you bring it back: others read it in the history.")
        return ask_back(visit, publication_id, faults(reason=words))
    done = bringing_back.bring_back(
        visit.kit, visit.by, publication_id, reason, form.text("digest")
    )
    if isinstance(done, ChangeRefused):
        return ask_back(visit, publication_id, refused_faults(visit, done, "reason"))
    return see("reading.history")


def confirm(visit: Visit, publication_id: int) -> Response:
    urgent = _urgent(visit, publication_id)
    missing = [] if urgent is None else unread(visit.form, _shown(visit, urgent).languages)
    if missing:
        return ask_confirm(visit, publication_id, unread_faults(visit, missing))
    appointed_by = account_roles.appointed_by(visit.kit, visit.by.account_id, AccountRole.APPROVER)
    refused = emergencies.confirm(visit.kit, visit.by, publication_id, appointed_by=appointed_by)
    if refused is not None:
        return ask_confirm(visit, publication_id, refused_faults(visit, refused, "confirm"))
    return see("reading.history")


def ask_confirm(visit: Visit, publication_id: int, wrong: FormFaults | None = None) -> Response:
    urgent = _urgent(visit, publication_id)
    return page(
        visit,
        "confirm.html",
        wrong=wrong,
        urgent=urgent,
        shown=None if urgent is None else _shown(visit, urgent),
        typed=visit.form,
    )


def _urgent(visit: Visit, publication_id: int) -> EmergencyToRead | None:
    urgent = emergencies.read(visit.kit)
    return urgent if urgent and urgent.stands.id == publication_id else None


def ask_back(visit: Visit, publication_id: int, wrong: FormFaults | None = None) -> Response:
    state = bringing_back.preview(visit.kit, publication_id)
    return page(
        visit,
        "bring_back.html",
        wrong=wrong,
        state=state,
        refused=None if state.is_read else refused_words(visit, UNREAD),
        kinds=KINDS,
        shown=_shown(visit, state),
        typed=visit.form,
    )
