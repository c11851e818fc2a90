"""Manages the codes of local leaders and trainees: creates and ends codes, removes phones, and checks certificates."""

from datetime import timedelta

from flask import Response, abort

from hotline.console.form import number_of
from hotline.console.visit import Visit, page, posted
from hotline.console.who import table
from hotline.errors import NotFound, NumberInvalid, Undecided
from hotline.programmes import service_enrolment, service_lessons
from hotline.programmes.rules import VALID, Roll
from hotline.programmes.service_lessons import Judged
from hotline.text.phrases import phrase
from hotline.text.places import districts

VERDICTS = table("certificates")
NOT_OURS = phrase("This is not a certificate of this line.")
MISREAD = phrase("One character of the code is wrong. Ask the person to read it again.")


def listed(
    visit: Visit, made: tuple[Roll, str, str, object] | None = None, judged: str = ""
) -> Response:
    return page(
        visit,
        "rolls.html",
        rolls={roll: service_enrolment.enlisted(visit.kit, roll) for roll in Roll},
        districts=[(one.name, one.name) for one in districts()],
        days=VALID.days,
        named=visit.place,
        made=made,
        judged=judged,
    )


@posted(listed, "district-{roll}", NotFound, Undecided)
def make(visit: Visit, roll: str) -> Response:
    """Shows the new code once. The admin passes it on in person or by telephone."""
    kind, days = _roll(roll), number_of(visit.form.text("days", most=4)) or 0
    code, row = service_enrolment.make_code(
        visit.kit,
        kind,
        visit.form.text("district", most=40),
        by=visit.by.actor,
        valid=timedelta(days=days),
    )
    return listed(visit, made=(kind, code, visit.place(row.district), row.ends_at))


@posted(listed, "district-{roll}", NotFound)
def end(visit: Visit, roll: str) -> None:
    """Ends every code of a district now. Phones that enrolled with one stay enrolled."""
    place = visit.form.text("district", most=40)
    service_enrolment.end_codes(visit.kit, _roll(roll), place, by=visit.by.actor)


@posted(listed, "secret_number-{roll}", NotFound, NumberInvalid)
def remove(visit: Visit, roll: str) -> None:
    """Removes a phone from the programme. The typed number is not stored."""
    service_enrolment.remove(visit.kit, _roll(roll), visit.form.secret("number"), by=visit.by.actor)


def check(visit: Visit) -> Response:
    """Shows whether a code is the certificate of a person who passed every lesson."""
    typed = visit.form.text("certificate", most=60)
    return listed(visit, judged=_sentence(visit, service_lessons.verify(visit.kit, typed)))


def _sentence(visit: Visit, judged: Judged) -> str:
    words = VERDICTS.get(judged.verdict)
    if words is None:
        return visit.say(MISREAD if judged.misread else NOT_OURS)
    known = judged.district and visit.place(judged.district)
    district = known or visit.say("district not known")
    return visit.say(words, district=district, month=judged.month, until=judged.until)


def _roll(name: str) -> Roll:
    if name not in {*Roll}:
        abort(404)
    return Roll(name)
