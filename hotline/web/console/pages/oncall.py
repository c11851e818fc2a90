"""On-call contacts: lists, adds, tests and removes them, and shows the alarms that stand."""

from collections.abc import Callable, Sequence

from flask import Response

from hotline.domain.outbox.delivery import Outcome
from hotline.errors import HotlineError, ImportRefused, NotFound, NumberInvalid
from hotline.services.watch import trials, watchers
from hotline.text.languages import CODES, FIRST
from hotline.text.remark import Remark
from hotline.web.console import lines
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.visit import Visit, page, see, why
from hotline.web.console.who import phrase

ACCEPTED, FAILED, PENDING = phrase("accepted"), phrase("not accepted"), phrase("not sent yet")
MOST_TESTED = 50


def add(visit: Visit) -> Response:
    """The number is typed once and shown never again."""
    form = visit.form
    language = form.text("language", most=2)
    return _done(
        visit,
        "name",
        lambda: watchers.add(
            visit.kit,
            form.text("name", most=80),
            form.secret("number"),
            language if language in CODES else FIRST,
            by=visit.by.actor,
        ),
    )


def remove(visit: Visit, contact_id: int) -> Response:
    return _done(
        visit,
        f"contact-{contact_id}",
        lambda: watchers.remove(visit.kit, contact_id, by=visit.by.actor),
    )


def test(visit: Visit) -> Response:
    """The monitor sends a trial to everyone within seconds; the page then says whom the gateway took it for."""
    ids = watchers.try_waking(visit.kit)
    return see("oncall.listed", tested="-".join(map(str, ids)))


def acknowledge(visit: Visit, alarm: str) -> Response:
    """No one is notified of this alarm again within a day, unless it grows worse."""
    act = watchers.acknowledge
    return _done(visit, f"alarm-{alarm}", lambda: act(visit.kit, alarm, visit.by.actor))


def handset(visit: Visit) -> Response:
    """The daily trial goes there: a tip of the line's own, in no figure."""
    number = visit.form.secret("number")
    return _done(visit, "trial", lambda: trials.enrol(visit.kit, number, by=visit.by.actor))


def _done(visit: Visit, field: str, act: Callable[[], object]) -> Response:
    try:
        act()
    except (ImportRefused, NumberInvalid, NotFound) as refused:
        return listed(visit, faults(**{field: _why(visit, refused)}))
    return see("oncall.listed")


def _why(visit: Visit, refused: HotlineError) -> str:
    said = refused.said[0] if isinstance(refused, ImportRefused) else None
    if isinstance(said, Remark):
        words = said.said(visit.say)
        return f"{words[:1].upper()}{words[1:]}."
    if isinstance(refused, NotFound):
        return visit.say("Nothing changed: someone else was quicker.")
    return why(visit, refused)


def _tested(visit: Visit) -> Sequence[tuple[str, str]]:
    """Whom the last test was for, and how far it came; empty where the address asks for none."""
    asked = visit.query.get("tested", "").split("-")
    ids = [int(one[:18]) for one in asked if one.isascii() and one.isdecimal()][:MOST_TESTED]
    rows = watchers.told(visit.kit, ids) if ids else ()
    return [
        (
            name,
            PENDING
            if row.done_at is None
            else ACCEPTED
            if row.outcome == Outcome.ACCEPTED
            else FAILED,
        )
        for name, row in rows
    ]


def listed(visit: Visit, wrong: FormFaults | None = None) -> Response:
    return page(
        visit,
        "oncall.html",
        wrong=wrong,
        contacts=watchers.everybody(visit.kit),
        sent=watchers.notices_sent(visit.kit),
        says=lines.ALARMS,
        tested=_tested(visit),
        typed=visit.form,
    )
