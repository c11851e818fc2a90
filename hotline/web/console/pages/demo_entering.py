"""Signs in as a demo account with one click. Only the process that `hotline demo` starts has this address."""

from flask import Response, abort, request

from hotline.domain.origin import comes_from
from hotline.services.accounts import demo_accounts
from hotline.web.console.pages import entering
from hotline.web.console.visit import GuestVisit, see_address
from hotline.web.peer import LOOPBACK


def enter(visit: GuestVisit) -> Response:
    """Opens a session of the named account, for a browser on this machine only."""
    if not comes_from(request.remote_addr or "", LOOPBACK):
        abort(404)
    found = demo_accounts.enter(visit.kit, visit.form.text("account"))
    if found is None:
        abort(404)
    return entering.carrying(see_address(entering.local(visit.form.text("to"))), found)
