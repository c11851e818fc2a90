"""Shows the audit log in the reader's language: who did what, when and why. The log contains nothing from cases."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from flask import Response

from hotline.cases import service_viewer
from hotline.console.form import number_of
from hotline.console.role_groups import table
from hotline.console.visit import Visit, page
from hotline.duty.pages import named
from hotline.editing import service_drafts
from hotline.people import service_audit
from hotline.people.rules_audit import PROCESSES, AuditFilter, AuditRow, action_sentence
from hotline.statistics.rules_labels import Labels
from hotline.text.codes import NATIONAL

ABOUT = table("audit_subjects")
ABOUT_DRAFT = ABOUT["change"]
NAMED = re.compile(r"\bresponder \d+ \((.+)\)$")
"""Matches the part of a row that refers to a responder by number."""
PERIOD = re.compile(r"\d{4}(-\d\d|-[QH]\d)?")
DESK_CODE = re.compile(rf"^(\d\d|{NATIONAL})(?=: )")


def log(visit: Visit) -> Response:
    """Shows the newest rows that match the filter.

    The address contains the whole filter, so that a link can show the same rows.
    """
    wanted = _filter(visit)
    found = service_audit.newest_rows(
        visit.context, wanted, before=number_of(visit.asked("before"), digits=11)
    )
    # The sentence of each action, with dots in place of the subject.
    actions = [
        (name, visit.say(action_sentence(name)[0], subject="...", outcome="..."))
        for name in service_audit.ACTIONS
    ]
    # Translates the name of a process. The name of a person is never translated.
    said = {name: visit.say(name) for name in PROCESSES.values()}
    drafts = [draft for row in found.rows if (draft := _draft_of(row)) is not None]
    titles = service_drafts.draft_titles(visit.context, drafts)
    rows = [
        (row, said.get(row.name, row.name), _about(visit, row, titles), _reason(visit, row))
        for row in found.rows
    ]
    return page(visit, "audit.html", found=found, rows=rows, wanted=wanted, actions=actions)


def verify(visit: Visit) -> Response:
    """Checks the whole chain of digests. This takes about a second for each hundred thousand rows."""
    return page(
        visit,
        "audit_chain.html",
        chain=service_audit.verify_chain(visit.context),
        at=visit.context.now(),
    )


def _about(visit: Visit, row: AuditRow, titles: Mapping[int, str]) -> str:
    """Returns the subject of the row. Shows a name, a title or a period instead of an identifier. Translates a known
    kind.
    """
    subject = NAMED.sub(r"\1", row.subject)
    if PERIOD.fullmatch(subject):
        return Labels(visit.language, visit.say).period(subject)
    draft = _draft_of(row)
    if draft is not None and draft in titles:
        return visit.say(ABOUT_DRAFT, name=f'{draft} "{titles[draft]}"')
    kind, _, rest = subject.partition(" ")
    return visit.say(ABOUT[kind], name=rest) if rest and kind in ABOUT else subject


def _draft_of(row: AuditRow) -> int | None:
    kind, _, rest = row.subject.partition(" ")
    return number_of(rest) if kind == "change" else None


def _reason(visit: Visit, row: AuditRow) -> str:
    """Returns the reason of the row. The code of a desk that begins a reason becomes the name of the desk."""
    return DESK_CODE.sub(lambda found: named(visit, found[0]), row.reason, count=1)


def _filter(visit: Visit) -> AuditFilter:
    query, on = visit.query, None
    with suppress(ValueError):
        on = date.fromisoformat(query.get("day", ""))
    action = query.get("did", "")
    return AuditFilter(
        name=query.get("who", "").strip()[:80],
        action=action if action in service_audit.ACTIONS else "",
        tip_id=number_of(query.get("tip", ""), digits=11),
        day=on,
        hidden=service_viewer.hidden_subjects(visit.context, visit.by),
    )
