"""Shows the records of harm by the hotline to the national desk and to oversight desks."""

from flask import Response

from hotline.cases import decrypt_harms, service_harms
from hotline.cases.pages import CLOSED, decrypted_page
from hotline.console.visit import Visit, form_view, page
from hotline.errors import DecryptionFailed, FormRefused, KeyMissing, NotFound
from hotline.text.phrases import phrase

WRONG = phrase("Write 1 to 480 letters, without phone numbers, e-mail addresses and case codes.")


def show(visit: Visit) -> Response:
    """Lists the records without their texts. Lists none for members of other desks."""
    try:
        rows = service_harms.list_records(visit.context, visit.by)
    except NotFound:
        return page(visit, "harms.html", rows=(), may_read=False)
    return page(visit, "harms.html", rows=rows, may_read=True)


@form_view(show)
def write(visit: Visit) -> None:
    said = {name: visit.form.text(name, most=2000) for name in service_harms.FIELDS}
    try:
        service_harms.write_record(visit.context, visit.by, said)
    except FormRefused as refused:
        raise FormRefused({name: visit.say(WRONG) for name in refused.faults}) from None


@form_view(show, "read", text={KeyMissing: CLOSED, DecryptionFailed: CLOSED})
def read(visit: Visit) -> Response:
    """Shows the texts for five minutes, each with the button for its second reader."""
    rows = {one.record.id: one for one in service_harms.list_records(visit.context, visit.by)}
    texts = decrypt_harms.read_records(visit.context, visit.by, visit.token)
    shown = [(rows[record_id], said) for record_id, said in texts]
    return decrypted_page(visit, "harms_read.html", "/harms", shown=shown)


@form_view(show)
def confirm(visit: Visit, record_id: int) -> None:
    service_harms.confirm(visit.context, visit.by, record_id)
