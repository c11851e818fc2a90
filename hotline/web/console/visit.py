"""Gives a view its request and draws its page; defines the rows of the route table and the parts of a long list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import partial, wraps
from inspect import signature
from math import ceil
from typing import Any, Generic, Self, TypeVar

from flask import Response, make_response, redirect, url_for
from werkzeug.urls import iri_to_uri

from hotline.domain.accounts.account import AccountRole, Refused, SignedIn
from hotline.domain.places.places import place_name
from hotline.errors import FormRefused, HotlineError, ImportRefused, StoreUnavailable, Unavailable
from hotline.ports import ConsoleKit
from hotline.text.languages import CODES
from hotline.text.remark import Remark
from hotline.web.console.form import FormFaults, PostedForm, number_of
from hotline.web.console.routes import PAGES
from hotline.web.console.templating import Templates, day, when

COOKIE = "__Host-hotline"
"""The cookie of a session."""
KNOWN = "__Host-hotline-known"
"""The cookie of a browser by which somebody entered before: strangers' tries keep it from nothing."""
LINK_COOKIE = "__Host-hotline-link"
"""The cookie of the browser that chose the password of a link: the later steps are its own."""


def sample_marks(kit: ConsoleKit, templates: Templates) -> Sequence[tuple[str, str]]:
    """Returns the sentence by language; nothing of a real line. Raises StoreUnavailable."""
    from hotline.services.watch import trials
    from hotline.statistics.rules_labels import SAMPLE

    if not trials.is_invented(kit):
        return []
    return [(code, templates.say(code, SAMPLE)) for code in CODES]


def marks_if_known(kit: ConsoleKit, templates: Templates) -> Sequence[tuple[str, str]]:
    """Returns the same for a page without a number, which is drawn also where no database answers."""
    try:
        return sample_marks(kit, templates)
    except StoreUnavailable:
        return []


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
    faults: FormFaults = field(default_factory=dict, kw_only=True)
    """What is wrong with the posted form; the page that is drawn shows it."""

    def say(self, phrase: str, **values: object) -> str:
        """A phrase of the catalogue in the reader's language. A page that shows it escapes its values."""
        return self.templates.say(self.language, phrase, **values)

    def asked(self, name: str) -> str:
        """Returns what the address says by a name; empty where it says nothing."""
        return self.query.get(name, "")

    def when(self, at: datetime) -> str:
        """Returns a day and a time in Kigali, in the reader's language."""
        return when(self.language, at)

    def day(self, on: date) -> str:
        return day(self.language, on)

    def place(self, code: str) -> str:
        """Returns the name of a place in the reader's language."""
        return place_name(code, self.language)

    def options(self, table: Mapping[Any, str]) -> list[tuple[str, str]]:
        """Returns the values of a table with their phrases in the reader's language, as a select offers them."""
        return [(str(value), self.say(phrase)) for value, phrase in table.items()]

    def wrong(self, name: str, phrase: str, **values: object) -> FormRefused:
        """Returns the error that a sentence stands at a field of the form."""
        return FormRefused({name: self.say(phrase, **values)})

    def reason(self, name: str, phrase: str, *, most: int = 200, is_printable: bool = False) -> str:
        """Returns the reason that was typed. Raises FormRefused, with this sentence at that field, without one.

        `is_printable` takes a reason on one line alone.
        """
        reason = self.form.text("reason", most=most)
        if not reason or (is_printable and not reason.isprintable()):
            raise self.wrong(name, phrase)
        return reason

    def with_faults(self, faults: FormFaults) -> Self:
        """Returns the same request, of a form with these faults; those with an empty sentence are none."""
        return replace(self, faults={name: says for name, says in faults.items() if says})


@dataclass(frozen=True, slots=True)
class Visit(GuestVisit):
    """A request of an account, whose role and needs the guard has seen to."""

    by: SignedIn
    token: str = field(repr=False)
    """The session's."""

    def may(self, roles: frozenset[AccountRole]) -> bool:
        """Returns True if the account has one of these roles."""
        return bool(self.by.roles & roles)


def signed(guest: GuestVisit, by: SignedIn, token: str) -> Visit:
    """The same request, of somebody who is signed in."""
    common = {each.name: getattr(guest, each.name) for each in fields(GuestVisit)}
    common["language"] = by.language if by.language in CODES else guest.language
    return Visit(**common, by=by, token=token)


def page(visit: GuestVisit, template: str, *, status: int = 0, **values: object) -> Response:
    """Draws a template with these values. `forms.html` names what every template has besides.

    A form with faults answers 422, unless `status` says another one.
    """
    given: dict[str, object] = {
        "path": visit.path,
        "query": visit.query,
        "faults": visit.faults,
        "typed": visit.form,
        # Asked where a template shows them: a part of a page does not.
        "sample_marks": partial(marks_if_known, visit.kit, visit.templates),
    }
    by = None
    if isinstance(visit, Visit):
        # A process that nobody signs in to holds nothing of what waits.
        from hotline.web.console import lines

        by = visit.by
        given["menu"] = [row for row in PAGES if row.menu and row.lets_in(by.roles)]
        given["sample_marks"] = partial(sample_marks, visit.kit, visit.templates)
        given |= {name: partial(one, visit.kit, by) for name, one in lines.ON_EVERY_PAGE.items()}
    drawn = visit.templates.draw(visit.language, template, by=by, **given | values)
    return make_response(drawn, status or (422 if visit.faults else 200))


def see(endpoint: str, **values: str | int) -> Response:
    """303: what was posted is stored, and a page shows it."""
    given: dict[str, Any] = dict(values)
    return see_address(url_for(endpoint, **given))


def see_address(address: str) -> Response:
    """The same, by an address of the console itself."""
    return make_response(redirect(address, code=303))


def attachment(body: bytes, name: str, kind: str) -> Response:
    """Returns a file to keep."""
    answer = make_response(body)
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def moment(visit: GuestVisit, to: str) -> Response:
    """Returns a page that asks for another one at once: with the cookies that a link of another site keeps back."""
    answer = page(visit, "moment.html", to=to)
    answer.headers["Refresh"] = f"0; url={iri_to_uri(to)}"
    return answer


def refusal_words(visit: GuestVisit, refused: HotlineError) -> str:
    """Returns what a service refused, in the reader's language. Its English stands in the catalogue."""
    return "; ".join(
        one.said(visit.say) if isinstance(one, Remark) else visit.say(str(one))
        for one in (refused.said if isinstance(refused, ImportRefused) else refused.args)
    )


def why(visit: GuestVisit, refused: HotlineError) -> str:
    """Returns the same as a sentence."""
    words = refusal_words(visit, refused)
    return f"{words[:1].upper()}{words[1:]}."


def not_taken(visit: GuestVisit, refused: Refused) -> str:
    """A password or a code that was not taken; it never says which."""
    seconds = refused.wait_seconds
    if refused.is_busy and seconds:
        return visit.say(
            "Too many sign-in attempts came from your network. Try again in {seconds} seconds.",
            seconds=seconds,
        )
    if refused.is_busy:
        return visit.say(
            "Many passwords are being checked at this moment. Try again in a few seconds."
        )
    says = visit.say("The name, the password or the code is not right.")
    again = visit.say("The next try is in {seconds} seconds.", seconds=seconds) if seconds else ""
    return f"{says} {again}".strip()


def endpoint_of(view: Callable[..., Response]) -> str:
    return f"{view.__module__.rpartition('.')[2]}.{view.__name__}"


def posted(
    shows: Callable[..., Response],
    field: str = "",
    *refusals: type[HotlineError],
    says: Mapping[type[HotlineError], str] | None = None,
) -> Callable[[Callable[..., Response | None]], Callable[..., Response]]:
    """Makes a view of what a form asks for. `shows` is the page of the form, which is drawn again with what is wrong.

    `field` is where these refusals of a service stand, in their own words or in those of `says`; `{name}` in it is a
    part of the address. An act that answers nothing leads back to the page.
    """
    parts, phrases = signature(shows).parameters, says or {}

    def made(act: Callable[..., Response | None]) -> Callable[..., Response]:
        @wraps(act)
        def view(visit: Any, **values: Any) -> Response:
            kept = {name: value for name, value in values.items() if name in parts}
            try:
                answer = act(visit, **values)
            except Unavailable:
                raise
            except FormRefused as refused:
                return shows(visit.with_faults(refused.faults), **kept)
            except (*refusals, *phrases) as refused:
                known = (words for kind, words in phrases.items() if isinstance(refused, kind))
                words = next(map(visit.say, known), None) or why(visit, refused)
                return shows(visit.with_faults({field.format(**values): words}), **kept)
            return answer or see(endpoint_of(shows), **kept)

        return view

    return made


MOST_ROWS = 50
"""In a part."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListPart(Generic[T]):
    rows: Sequence[T]
    number: int
    """From 1."""
    count: int


def part_of_list(rows: Sequence[T], asked: str) -> ListPart[T]:
    """The part that an address asks for, as `?part=2`; the nearest that is there."""
    count = max(1, ceil(len(rows) / MOST_ROWS))
    number = min(max(number_of(asked, digits=4) or 1, 1), count)
    return ListPart(rows[(number - 1) * MOST_ROWS : number * MOST_ROWS], number, count)
