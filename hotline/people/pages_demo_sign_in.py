"""Signs in as a demo account with one click. Only the process that `hotline demo` starts has this address."""

from flask import Response, abort, request

from hotline.console.visit import GuestVisit, see_address
from hotline.core.addresses import LOOPBACK, comes_from
from hotline.people import pages_sign_in, service_demo_accounts


def enter(visit: GuestVisit) -> Response:
    """Opens a session of the named account, for a browser on this machine only."""
    if not comes_from(request.remote_addr or "", LOOPBACK):
        abort(404)
    found = service_demo_accounts.enter(visit.kit, visit.form.text("account"))
    if found is None:
        abort(404)
    return pages_sign_in.carrying(see_address(pages_sign_in.local(visit.form.text("to"))), found)
