"""The audit log in the reader's language: who did what, when and why. It holds no content."""

from contextlib import suppress
from datetime import date

from flask import Response

from hotline.domain.desk.audit_sentences import PROCESSES, AuditFilter, AuditRow, template
from hotline.services.desk import audit_log
from hotline.web.console.form import number_of
from hotline.web.console.visit import Visit, page
from hotline.web.console.who import table

ABOUT = table("audit_subjects")


def listed(visit: Visit) -> Response:
    """All that is asked for stands in the address, so that a view is a link."""
    wanted = _filter(visit)
    found = audit_log.newest(visit.kit, wanted, before=number_of(visit.asked("before"), digits=11))
    # What was done, to nothing in particular.
    actions = [
        (name, visit.say(template(name)[0], subject="...", outcome="..."))
        for name in audit_log.ACTIONS
    ]
    # A process in the reader's language; a person by the name that was given, which is never a phrase.
    rows = [
        (row, visit.say(row.who) if row.who in PROCESSES.values() else row.who, _about(visit, row))
        for row in found.rows
    ]
    return page(visit, "audit.html", found=found, rows=rows, wanted=wanted, actions=actions)


def verify(visit: Visit) -> Response:
    """Follows the whole chain: it takes a second for each hundred thousand rows."""
    return page(visit, "audit_chain.html", chain=audit_log.verify(visit.kit), at=visit.kit.now())


def _about(visit: Visit, row: AuditRow) -> str:
    """What it was done to, in the reader's language as far as it is a kind of thing and its number or name."""
    kind, _, rest = row.subject.partition(" ")
    return visit.say(ABOUT[kind], name=rest) if rest and kind in ABOUT else row.subject


def _filter(visit: Visit) -> AuditFilter:
    query, on = visit.query, None
    with suppress(ValueError):
        on = date.fromisoformat(query.get("day", ""))
    action = query.get("did", "")
    return AuditFilter(
        who=query.get("who", "").strip()[:80],
        action=action if action in audit_log.ACTIONS else "",
        tip_id=number_of(query.get("tip", ""), digits=11),
        day=on,
    )
