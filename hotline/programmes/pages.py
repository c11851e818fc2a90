"""Manages the enrolment codes of local leaders and trainees, removes phones from a programme, and checks
certificates."""

from datetime import timedelta

from flask import Response, abort

from hotline.console.routes import table
from hotline.console.templating import number_of
from hotline.console.visit import Visit, form_view, page
from hotline.programmes import service_enrolment
from hotline.programmes.rules import CODE_VALIDITY, Programme
from hotline.text.errors import NotFound, NumberInvalid, Undecided
from hotline.text.languages import phrase
from hotline.text.places import districts

VERDICTS = table("certificates")
NOT_OURS = phrase("This is not a certificate of this hotline.")
MISREAD = phrase("One character of the certificate code is wrong. Ask for the code again.")


def overview(
    visit: Visit, made: tuple[Programme, str, str, object] | None = None, judged: str = ""
) -> Response:
    return page(
        visit,
        "rolls.html",
        rolls={
            programme: service_enrolment.enrolment_by_district(visit.context, programme)
            for programme in Programme
        },
        districts=[(one.name, one.name) for one in districts()],
        days=CODE_VALIDITY.days,
        named=visit.place,
        made=made,
        judged=judged,
    )


@form_view(overview, "district-{programme}", NotFound, Undecided)
def create_code(visit: Visit, programme: str) -> Response:
    """Creates an enrolment code for a district, and shows the code. No later page shows the code again. The admin gives
    the code to people in person or by telephone.
    """
    kind, days = _programme(programme), number_of(visit.form.text("days", most=4)) or 0
    code, row = service_enrolment.create_code(
        visit.context,
        kind,
        visit.form.text("district", most=40),
        by=visit.by.actor,
        valid=timedelta(days=days),
    )
    return overview(visit, made=(kind, code, visit.place(row.district), row.ends_at))


@form_view(overview, "district-{programme}", NotFound)
def end_codes(visit: Visit, programme: str) -> None:
    """Ends every enrolment code of a district at once. Phones that enrolled with one of these codes stay enrolled."""
    place = visit.form.text("district", most=40)
    service_enrolment.end_codes(visit.context, _programme(programme), place, by=visit.by.actor)


@form_view(overview, "secret_number-{programme}", NotFound, NumberInvalid)
def remove_participant(visit: Visit, programme: str) -> None:
    """Removes a phone from the programme. The hotline does not store the phone number that the admin typed."""
    service_enrolment.remove_participant(
        visit.context, _programme(programme), visit.form.secret("number"), by=visit.by.actor
    )


def check_certificate(visit: Visit) -> Response:
    """Shows if a typed code belongs to the certificate of a person who passed every lesson."""
    typed = visit.form.text("certificate", most=60)
    return overview(
        visit, judged=_sentence(visit, service_enrolment.verify_certificate(visit.context, typed))
    )


def _sentence(visit: Visit, judged: service_enrolment.CertificateCheck) -> str:
    words = VERDICTS.get(judged.verdict)
    if words is None:
        return visit.say(MISREAD if judged.misread else NOT_OURS)
    known = judged.district and visit.place(judged.district)
    district = known or visit.say("district not known")
    return visit.say(words, district=district, month=judged.month, until=judged.until)


def _programme(name: str) -> Programme:
    if name not in {*Programme}:
        abort(404)
    return Programme(name)
