"""A password that was lost: the recovery key of the sheet on paper keeps the pair of keys."""

from flask import Response

from hotline.errors import AccountRefused
from hotline.services.accounts import recovering
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.visit import GuestVisit, not_taken, page, see, why


def ask(visit: GuestVisit) -> Response:
    return _form(visit)


def recover(visit: GuestVisit) -> Response:
    form = visit.form
    key, code, password = (form.secret(name) for name in ("recovery", "code", "new"))
    try:
        refused = recovering.reset_password(
            visit.kit, form.text("name"), key, code, password, visit.known, network=visit.network
        )
    except AccountRefused as fault:
        return _form(visit, status=422, wrong=faults(secret_new=why(visit, fault)))
    if refused:
        return _form(visit, status=422, wrong=faults(name=not_taken(visit, refused)))
    return see("entering.ask")


def _form(visit: GuestVisit, *, status: int = 200, wrong: FormFaults | None = None) -> Response:
    name = visit.form.text("name")
    return page(visit, "recover.html", status=status, faults=wrong or FormFaults(), name=name)
