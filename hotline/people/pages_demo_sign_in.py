"""Signs a visitor in as a demo account with one click. Also shows the style guide, a page with all parts of the
console's pages.

Only the web process of `hotline demo` has these two pages.
"""

from flask import Response, abort, request

from hotline.console.visit import GuestVisit, page, redirect_to_address
from hotline.core.addresses import LOOPBACK, comes_from
from hotline.people import pages_sign_in, service_demo
from hotline.text.languages import phrase

TINTS = {
    "bad": phrase("This task has an error or is late."),
    "warn": phrase("A colleague must check this task before the task counts as done."),
    "good": phrase("This task is done."),
    "soft": phrase("This notice needs no action."),
}
"""The text of each kind of notice in the style guide."""


def sign_in(visit: GuestVisit) -> Response:
    """Starts a session of the chosen demo account, if the request comes from a browser on this machine."""
    if not comes_from(request.remote_addr or "", LOOPBACK):
        abort(404)
    found = service_demo.sign_in(visit.context, visit.form.text("account"))
    if found is None:
        abort(404)
    return pages_sign_in.with_session_cookies(
        redirect_to_address(pages_sign_in.local_address(visit.form.text("to"))), found
    )


def style_guide(visit: GuestVisit) -> Response:
    """Shows every part of the console's pages once. The style guide uses the same templates as the console's real
    pages."""
    return page(visit, "styleguide.html", tints=TINTS)
