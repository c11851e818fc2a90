"""Shows the changes of a draft and the comments on the draft. Handles the decisions of editors and approvers about the
draft.

Also shows the changes of a publication, and handles the decision to restore or to confirm a publication. The page Today
shows news about drafts, and the drafts that wait for an approver.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, url_for

from hotline.cases.pages import format_span
from hotline.console import routes
from hotline.console.routes import table
from hotline.console.templating import number_of
from hotline.console.visit import Visit, page, redirect_to
from hotline.core.actors import AccountRole
from hotline.duty import service_accounts
from hotline.editing import (
    pages_difference,
    service_drafts,
    service_news,
    service_plans,
    service_publish,
)
from hotline.editing.pages_difference import DifferenceToRead, draft_form, prepare_difference
from hotline.editing.pages_editor_drawing import comment_values, editor_address
from hotline.editing.rules_difference import compare_documents, parts_needing_approver
from hotline.editing.rules_drafts import WHY_LETTERS, DraftState, NewsKind
from hotline.editing.service_drafts import ChangeRow, GatheredDraft, Refusal
from hotline.editing.service_news import COMMENT_LETTERS
from hotline.editing.service_plans import PublicationToRead, StateToRestore
from hotline.editing.tables import DraftNews
from hotline.flows.node_fields import Titles
from hotline.text.errors import DraftRefused
from hotline.text.languages import NAMES, phrase
from hotline.text.time import KIGALI

NOTE_LETTERS = 1000
STEPS = 500
"""The page looks for the reasons of changes only in this number of newest steps of the draft. An editor gives a reason
for each change of recorded values."""


def draft(visit: Visit, draft_id: int) -> Response:
    change = service_drafts.get_draft(visit.context, draft_id)
    if change.state != DraftState.LIVE or visit.faults:
        seen = service_publish.merge_draft(visit.context, draft_id)
        return _drawn(visit, seen, "change_read.html")
    # For a published draft, the page shows the differences that the approver saw. The page does not compare the draft
    # with the flows of today, because the flows may have changed since the publication.
    done = service_plans.of_change(visit.context, draft_id)
    if done is None:
        abort(404)
    return page(
        visit,
        "change_went_live.html",
        change=change,
        line=done.publication,
        shown=_shown(visit, done),
        may_list=visit.may(routes.WORDS),
    )


def printed_draft(visit: Visit, draft_id: int) -> Response:
    seen = service_publish.merge_draft(visit.context, draft_id)
    return _drawn(visit, seen, "change_print.html")


@draft_form(draft, "approve")
def publish(visit: Visit, draft_id: int) -> Response:
    form, seen = visit.form, service_publish.merge_draft(visit.context, draft_id)
    if form.text("digest") == seen.digest:
        pages_difference.check_read(visit, _shown_draft(visit, seen).languages)
    times = service_plans.Times(_time(visit, "publish_at"), _time(visit, "withdraw_at"))
    done = service_plans.approve(
        visit.context,
        visit.by,
        draft_id,
        form.text("digest"),
        times,
        note=form.text("note", most=NOTE_LETTERS),
        alone=visit.context.is_emulated,
        keeps_languages=form.ticked(pages_difference.KEEPS_LANGUAGES),
    )
    if form.text("back"):
        return redirect_to("today.show", done="planned" if done is None else "published")
    return redirect_to("reading.history")


def _time(visit: Visit, name: str) -> datetime | None:
    """Returns the time in Kigali that the form field `name` contains, or None if the field is empty. Raises
    FormRefused.
    """
    typed = visit.form.text(name, most=30)
    try:
        at = datetime.fromisoformat(typed) if typed else None
    except ValueError:
        raise visit.wrong(name, "Enter a date and a time like 2026-11-30 14:00.") from None
    return None if at is None else at.replace(tzinfo=KIGALI).astimezone(UTC)


@draft_form(draft, "back-note")
def send_back(visit: Visit, draft_id: int) -> Response:
    note = visit.form.text("note", most=NOTE_LETTERS)
    if not note:
        raise visit.wrong("back-note", "Enter what the editor must fix.")
    service_publish.send_back(visit.context, visit.by, draft_id, note)
    if visit.form.text("back"):
        return redirect_to("today.show", done="returned")
    return redirect_to("changes.show", draft_id=draft_id)


def emergency_form(visit: Visit, draft_id: int) -> Response:
    seen = service_publish.merge_draft(visit.context, draft_id)
    return page(visit, "change_emergency.html", **review_values(visit, seen))


@draft_form(emergency_form, "reason")
def emergency(visit: Visit, draft_id: int) -> Response:
    form = visit.form
    reason = form.text("reason", most=NOTE_LETTERS)
    service_plans.publish(
        visit.context,
        visit.by,
        draft_id,
        reason,
        form.text("digest"),
        keeps_languages=form.ticked(pages_difference.KEEPS_LANGUAGES),
    )
    return redirect_to("reading.history")


def _shown(visit: Visit, seen: PublicationToRead | StateToRestore) -> DifferenceToRead:
    live = visit.context.flow_sets.get(visit.context.flow_sets.live())
    changes = compare_documents(seen.before, seen.after)
    return prepare_difference(visit, changes, seen.before, seen.after, live)


def _shown_draft(visit: Visit, seen: GatheredDraft, part: int = 1) -> DifferenceToRead:
    live = visit.context.flow_sets.get(seen.live_id)
    return prepare_difference(visit, seen.changes, seen.live, seen.document, live, part)


def _drawn(visit: Visit, seen: GatheredDraft, template: str) -> Response:
    # If the service refused the sent form, the page shows the last part of the changes, because this part contains the
    # forms.
    part = sys.maxsize if visit.faults else number_of(visit.asked("part")) or 1
    comments = comment_values(visit, seen.change)
    return page(visit, template, **comments, **review_values(visit, seen, part))


def review_values(visit: Visit, seen: GatheredDraft, part: int = 1) -> Mapping[str, Any]:
    """Returns the values for a page about a draft: the changes of the draft, and the decisions that the user may
    make."""
    change, digest = seen.change, seen.digest
    titles, shown = Titles(seen.document["flows"], visit.language), _shown_draft(visit, seen, part)
    is_second = service_publish.is_second(visit.context, visit.by, seen)
    held = parts_needing_approver(seen.live, seen.document, seen.changes)
    beyond = DraftRefused(Refusal.BEYOND_WORDS, held)
    return {
        "change": change,
        "seen": seen,
        "findings": service_publish.check_merged(visit.context, seen),
        "in_the_middle": service_publish.running_sessions(visit.context),
        "digest": digest,
        "shown": shown,
        "part": shown.part,
        "parts": shown.parts,
        "changed_meanwhile": visit.query.get("of", digest) != digest,
        "reasons": pages_difference.recorded_value_reasons(
            visit, service_drafts.history(visit.context, change.id, limit=STEPS)
        ),
        "clashes": [pages_difference.part_words(visit, titles, part) for part in seen.clashes],
        "writers": list(dict.fromkeys(one.name for one in seen.authors)),
        "may_decide": AccountRole.APPROVER in visit.by.roles and change.is_editable,
        "is_proposed": change.state == DraftState.SUBMITTED,
        "is_second": is_second or visit.context.is_emulated,
        "is_alone": not is_second and visit.context.is_emulated,
        # The reason why one person alone may not publish the draft as an emergency change. The text is empty if one
        # person may publish the draft alone.
        "beyond": pages_difference.refusal_text(visit, titles, beyond) if beyond.where else "",
        "keeps": pages_difference.languages_kept(visit, seen.changes, seen.document),
        "may_list": visit.may(routes.WORDS),
        "least": WHY_LETTERS,
    }


REASON_LETTERS = 1000


def history(visit: Visit) -> Response:
    return page(
        visit,
        "live.html",
        lines=service_plans.history(visit.context),
        emergency=service_plans.current_emergency(visit.context),
        in_the_middle=service_publish.running_sessions(visit.context),
        planned=service_plans.planned(visit.context),
        may_decide=AccountRole.APPROVER in visit.by.roles,
        may_list=visit.may(routes.BUT_AUDITOR),
        may_read=visit.may(routes.READING),
    )


@draft_form(history, "planned")
def cancel_plan(visit: Visit, plan_id: int) -> None:
    service_plans.cancel(visit.context, visit.by, plan_id)


def confirm_form(visit: Visit, publication_id: int) -> Response:
    urgent = _urgent(visit, publication_id)
    shown = None if urgent is None else _shown(visit, urgent)
    return page(visit, "confirm.html", urgent=urgent, shown=shown)


@draft_form(confirm_form, "confirm")
def confirm(visit: Visit, publication_id: int) -> Response:
    urgent = _urgent(visit, publication_id)
    if urgent is not None:
        pages_difference.check_read(visit, _shown(visit, urgent).languages)
    appointed_by = service_accounts.appointed_by(
        visit.context, visit.by.account_id, AccountRole.APPROVER
    )
    service_plans.confirm(visit.context, visit.by, publication_id, appointed_by=appointed_by)
    return redirect_to("reading.history")


def _urgent(visit: Visit, publication_id: int) -> PublicationToRead | None:
    urgent = service_plans.emergency_difference(visit.context)
    return urgent if urgent and urgent.publication.id == publication_id else None


def restore_form(visit: Visit, publication_id: int) -> Response:
    state = service_plans.preview(visit.context, publication_id)
    why = (
        "" if state.is_read else visit.say(pages_difference.REFUSALS[Refusal.READ_BY_ONE], where="")
    )
    return page(visit, "bring_back.html", state=state, refused=why, shown=_shown(visit, state))


@draft_form(restore_form, "reason")
def restore(visit: Visit, publication_id: int) -> Response:
    missing = phrase("Enter a reason. Other people see the reason in the draft's history.")
    reason = visit.reason("reason", missing, most=REASON_LETTERS)
    digest = visit.form.text("digest")
    service_plans.restore(visit.context, visit.by, publication_id, reason, digest)
    return redirect_to("reading.history")


KINDS = table("news_kinds")


def today_values(visit: Visit) -> Mapping[str, Any]:
    """Returns the values about drafts that the page Today shows. The address of the page names the news or the draft
    that the page shows in full."""
    opened, draft_id = number_of(visit.asked("news")), number_of(visit.asked("draft"))
    found, now = service_news.news_of(visit.context, visit.by, opened), visit.context.now()
    waiting = {row.id: row for row in found.waiting}
    values: Mapping[str, Any] = {}
    if draft_id in waiting:
        seen = service_publish.merge_draft(visit.context, draft_id)
        comments = comment_values(visit, seen.change)
        values = {**comments, **review_values(visit, seen)}
    return {
        "news": [(row, change, *_described(visit, row, change)) for row, change in found.news],
        "waiting": waiting.values(),
        "has_address": found.has_address,
        "opened": opened,
        "opened_draft": draft_id if draft_id in waiting else None,
        "age": lambda at: format_span(visit, now - at),
        "may_submit": visit.may(routes.EDITOR),
        "most": COMMENT_LETTERS,
        **values,
    }


def _described(visit: Visit, row: DraftNews, change: ChangeRow) -> tuple[str, str, bool]:
    """Returns the sentence that shows a piece of news, and the address of the page that the news is about. The third
    value is True if the reader can write an answer to the news on that page.
    """
    text = row.text
    if row.kind == NewsKind.APPROVED:
        text = visit.when(datetime.fromisoformat(text))
    elif row.kind == NewsKind.STALE:
        text = ", ".join(NAMES.get(code, code) for code in text.split())
    sentence = visit.say(KINDS[row.kind], by=row.made_by, text=text)
    address = url_for("changes.show", draft_id=change.id)
    if row.kind == NewsKind.STALE:
        address = url_for("words.one", language=row.text.split()[0], state="stale")
    elif row.node and change.is_editable:
        where = editor_address(visit, change.id, row.flow, row.node)
        address = where or address
    answered = row.kind in (NewsKind.COMMENT, NewsKind.SENT_BACK)
    return sentence, address, answered and row.made_by_id is not None
