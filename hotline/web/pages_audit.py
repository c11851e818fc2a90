"""Shows the audit log in the reader's language: who did what, when and why. The log contains nothing from cases."""

from contextlib import suppress
from datetime import date

from flask import Response

from hotline.cases import service_viewer
from hotline.console.form import number_of
from hotline.console.role_groups import table
from hotline.console.visit import Visit, page
from hotline.people import service_audit
from hotline.people.rules_audit import PROCESSES, AuditFilter, AuditRow, action_sentence

ABOUT = table("audit_subjects")


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
    rows = [(row, said.get(row.name, row.name), _about(visit, row)) for row in found.rows]
    return page(visit, "audit.html", found=found, rows=rows, wanted=wanted, actions=actions)


def verify(visit: Visit) -> Response:
    """Checks the whole chain of digests. This takes about a second for each hundred thousand rows."""
    return page(
        visit,
        "audit_chain.html",
        chain=service_audit.verify_chain(visit.context),
        at=visit.context.now(),
    )


def _about(visit: Visit, row: AuditRow) -> str:
    """Returns the subject of the row. Translates it if it has a known kind, followed by an id or a name."""
    kind, _, rest = row.subject.partition(" ")
    return visit.say(ABOUT[kind], name=rest) if rest and kind in ABOUT else row.subject


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
