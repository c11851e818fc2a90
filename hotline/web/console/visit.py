"""What a view of the console is given: the kit, who came, what was typed, and how a page is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

from flask import Response, make_response, redirect, url_for
from werkzeug.urls import iri_to_uri

from hotline.domain.accounts.account import Refused, SignedIn
from hotline.errors import HotlineError
from hotline.ports import ConsoleKit
from hotline.text.languages import CODES
from hotline.text.remark import Remark
from hotline.web.console import lines
from hotline.web.console.form import PostedForm
from hotline.web.console.marks import marks_if_known, sample_marks
from hotline.web.console.templating import Templates


@dataclass(frozen=True, slots=True)
class GuestVisit:
    """A request of somebody who may not be signed in."""

    kit: ConsoleKit
    templates: Templates
    language: str
    path: str
    """The address without the host, its query included."""
    query: Mapping[str, str]
    form: PostedForm
    """Empty in a GET."""
    is_from_elsewhere: bool
    """Whether a link of another site led here: the browser then keeps the cookie back, this once."""
    network: str = field(repr=False)
    """The network that the request comes from: it limits strangers."""
    known: str = field(repr=False)
    """The mark of a browser by which somebody entered before; it lets nobody in."""
    began: str = field(repr=False)
    """The token of a browser that chose the password of a link."""

    def say(self, phrase: str, **values: object) -> str:
        """A phrase of the catalogue in the reader's language. A page that shows it escapes its values."""
        return self.templates.say(self.language, phrase, **values)


@dataclass(frozen=True, slots=True)
class Visit(GuestVisit):
    """A request of an account, whose role and needs the guard has seen to."""

    by: SignedIn
    token: str = field(repr=False)
    """The session's."""


def signed(guest: GuestVisit, by: SignedIn, token: str) -> Visit:
    """The same request, of somebody who is signed in."""
    common = {each.name: getattr(guest, each.name) for each in fields(GuestVisit)}
    common["language"] = by.language if by.language in CODES else guest.language
    return Visit(**common, by=by, token=token)


def page(visit: GuestVisit, template: str, *, status: int = 200, **values: object) -> Response:
    """The page that a template makes of these values. `forms.html` names what every template has besides."""
    by = visit.by if isinstance(visit, Visit) else None
    # Asked where a template shows them: a part of a page does not.
    ask: dict[str, object] = {"sample_marks": partial(marks_if_known, visit.kit, visit.templates)}
    if by is not None:
        ask = {name: partial(one, visit.kit, by) for name, one in lines.ON_EVERY_PAGE.items()}
        ask["sample_marks"] = partial(sample_marks, visit.kit, visit.templates)
    given = {"path": visit.path, "query": visit.query} | ask | values
    drawn = visit.templates.draw(visit.language, template, by=by, **given)
    return make_response(drawn, status)


def see(endpoint: str, **values: str | int) -> Response:
    """303: what was posted is stored, and a page shows it."""
    given: dict[str, Any] = dict(values)
    return see_address(url_for(endpoint, **given))


def see_address(address: str) -> Response:
    """The same, by an address of the console itself."""
    return make_response(redirect(address, code=303))


def moment(visit: GuestVisit, to: str) -> Response:
    """Returns a page that asks for another one at once: with the cookies that a link of another site keeps back."""
    answer = page(visit, "moment.html", to=to)
    answer.headers["Refresh"] = f"0; url={iri_to_uri(to)}"
    return answer


def why(visit: GuestVisit, refused: HotlineError) -> str:
    """What a service refused, as a sentence of the reader's language. Its English stands in the catalogue."""
    said = refused.args[0] if refused.args else ""
    words = said.said(visit.say) if isinstance(said, Remark) else visit.say(str(refused))
    return f"{words[:1].upper()}{words[1:]}."


def not_taken(visit: GuestVisit, refused: Refused) -> str:
    """A password or a code that was not taken; it never says which."""
    if refused.is_busy and refused.wait_seconds:
        return visit.say(
            "Too many sign-in attempts came from your network. Try again in {seconds} seconds.",
            seconds=refused.wait_seconds,
        )
    if refused.is_busy:
        return visit.say(
            "Many passwords are being checked at this moment. Try again in a few seconds."
        )
    says = visit.say("The name, the password or the code is not right.")
    if not refused.wait_seconds:
        return says
    return (
        f"{says} {visit.say('The next try is in {seconds} seconds.', seconds=refused.wait_seconds)}"
    )
