"""Defines the objects in which each view (a function that answers a request) gets its request. The module also renders
pages, handles the errors of forms, and divides long lists into parts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import cache, partial, wraps
from inspect import signature
from math import ceil
from typing import Any, Generic, Self, TypeVar

from flask import Response, make_response, redirect, url_for
from werkzeug.urls import iri_to_uri

from hotline.console.routes import PAGES
from hotline.console.templating import (
    FormFaults,
    PostedForm,
    Templates,
    format_day,
    format_time,
    number_of,
)
from hotline.core import tables as core_tables
from hotline.core.actors import AccountRole, SignedIn, SignInRefused
from hotline.core.contexts import ConsoleContext
from hotline.text.errors import (
    FormRefused,
    HotlineError,
    ImportRefused,
    StoreUnavailable,
    Unavailable,
)
from hotline.text.languages import CODES, SAMPLE, MessageText
from hotline.text.places import place_name

COOKIE = "__Host-hotline"
"""The name of the cookie that contains the token of a session."""
KNOWN = "__Host-hotline-known"
"""The name of the cookie that marks a browser in which a person has signed in before. If strangers fail to sign in with
the same name, the console does not block this browser."""
LINK_COOKIE = "__Host-hotline-link"
"""The name of the cookie that marks the browser in which a person chose the password for an invitation link. Only in
this browser can the person do the later steps of the invitation."""


def sample_marks(context: ConsoleContext, templates: Templates) -> Sequence[tuple[str, str]]:
    """Returns, in each language, the sentence that says that a page shows sample data. The result is empty if the
    hotline has real data. Raises StoreUnavailable."""
    if not core_tables.is_sample(context.database):
        return []
    return [(code, templates.say(code, SAMPLE)) for code in CODES]


def sample_marks_if_known(
    context: ConsoleContext, templates: Templates
) -> Sequence[tuple[str, str]]:
    """Returns the sentences of `sample_marks`. The result is empty if the database does not answer, so that a page
    without statistics can still be shown."""
    try:
        return sample_marks(context, templates)
    except StoreUnavailable:
        return []


@dataclass(frozen=True, slots=True)
class GuestVisit:
    """One request, with or without a signed-in account."""

    context: ConsoleContext
    templates: Templates
    language: str
    path: str
    """The requested address without the host, but with the query."""
    query: Mapping[str, str]
    form: PostedForm
    """The posted form. Empty for a GET request."""
    is_from_elsewhere: bool
    """True if the person followed a link on another site. The browser then sends no cookie with this request."""
    network: str = field(repr=False)
    """The network from which the request comes. For each network, the console limits how often strangers may try to
    sign in."""
    known: str = field(repr=False)
    """The value of the cookie that marks a browser in which a person has signed in before. This cookie signs no one
    in."""
    began: str = field(repr=False)
    """The token of the browser in which a person chose the password for an invitation link."""
    faults: FormFaults = field(default_factory=dict, kw_only=True)
    """The errors of the posted form, which the page shows."""

    def say(self, phrase: str, **values: object) -> str:
        """Returns a phrase of the catalogue in the reader's language. The page that shows the phrase must escape the
        values that replace the placeholders."""
        return self.templates.say(self.language, phrase, **values)

    def asked(self, name: str) -> str:
        """Returns the value with this name from the query of the address. The result is empty if the value is
        missing."""
        return self.query.get(name, "")

    def when(self, at: datetime) -> str:
        """Formats a time as the date and the time of day in Kigali, in the reader's language."""
        return format_time(self.language, at)

    def day(self, on: date) -> str:
        return format_day(self.language, on)

    def place(self, code: str) -> str:
        """Returns the name of a place in the reader's language."""
        return place_name(code, self.language)

    def options(self, table: Mapping[Any, str]) -> list[tuple[str, str]]:
        """Returns the options of a select field: each value of `table` with its phrase in the reader's language."""
        return [(str(value), self.say(phrase)) for value, phrase in table.items()]

    def wrong(self, name: str, phrase: str, **values: object) -> FormRefused:
        """Returns an error with which the page shows the translated `phrase` at the field `name` of the form."""
        return FormRefused({name: self.say(phrase, **values)})

    def reason(self, name: str, phrase: str, *, most: int = 200, is_printable: bool = False) -> str:
        """Returns the reason that the person typed. If the person typed no reason, raises FormRefused with the sentence
        `phrase` at the field `name`.

        If `is_printable` is True, also raises FormRefused for a reason with more than one line.
        """
        reason = self.form.text("reason", most=most)
        if not reason or (is_printable and not reason.isprintable()):
            raise self.wrong(name, phrase)
        return reason

    def with_faults(self, faults: FormFaults) -> Self:
        """Returns the same request with these form errors. Leaves out errors whose sentence is empty."""
        return replace(self, faults={name: text for name, text in faults.items() if text})


@dataclass(frozen=True, slots=True)
class Visit(GuestVisit):
    """One request of a signed-in account. The console has already checked that the account has a role for the page, and
    that the page's condition (`Needs`) is met."""

    by: SignedIn
    token: str = field(repr=False)
    """The session's token."""

    def may(self, roles: frozenset[AccountRole]) -> bool:
        """Returns True if the account has one of these roles."""
        return bool(self.by.roles & roles)


def signed_visit(guest: GuestVisit, by: SignedIn, token: str) -> Visit:
    """Returns the request as a `Visit` of the signed-in account, in the language of the account."""
    common = {field.name: getattr(guest, field.name) for field in fields(GuestVisit)}
    common["language"] = by.language if by.language in CODES else guest.language
    return Visit(**common, by=by, token=token)


ON_EVERY_PAGE: dict[str, Callable[[ConsoleContext, SignedIn], object]] = {}
"""Functions whose results every template can use, by the name that templates use. The console's application fills this
table."""


def page(visit: GuestVisit, template: str, *, status: int = 0, **values: object) -> Response:
    """Renders a template with `values`. `forms.html` lists the other values that every template gets.

    If the form has errors and no `status` is given, the HTTP status is 422.
    """
    common: dict[str, object] = {
        "path": visit.path,
        "query": visit.query,
        "faults": visit.faults,
        "typed": visit.form,
        # Only templates that show the sentences about sample data call this function.
        "sample_marks": partial(sample_marks_if_known, visit.context, visit.templates),
    }
    by = None
    if isinstance(visit, Visit) and not visit.by.is_locked:
        by = visit.by
        menu = {row.endpoint: row for row in PAGES if row.menu and row.admits(by.roles)}
        if "board.show" in menu:
            # A desk officer's menu does not contain the page Today. For a desk officer, the board is the first page.
            # The board has links to the officer's other tasks.
            menu.pop("today.show", None)
        common["menu"] = [*menu.values()]
        common["sample_marks"] = partial(sample_marks, visit.context, visit.templates)
        common |= {
            name: cache(partial(read, visit.context, by)) for name, read in ON_EVERY_PAGE.items()
        }
    html = visit.templates.draw(visit.language, template, by=by, **common | values)
    return make_response(html, status or (422 if visit.faults else 200))


def redirect_to(endpoint: str, **values: str | int) -> Response:
    """Redirects with status 303 to a page after a POST."""
    parameters: dict[str, Any] = dict(values)
    return redirect_to_address(url_for(endpoint, **parameters))


def redirect_to_address(address: str) -> Response:
    """Redirects with status 303 to an address of the console."""
    return make_response(redirect(address, code=303))


def attachment(body: bytes, name: str, kind: str) -> Response:
    """Returns a file as a download."""
    answer = make_response(body)
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def reload_page(visit: GuestVisit, to: str) -> Response:
    """Returns a page that loads the address `to` at once. If the person followed a link on another site, the browser
    sent no cookies with the first request. The page loads `to` from the console's own site, so the browser then sends
    the cookies."""
    answer = page(visit, "moment.html", to=to)
    answer.headers["Refresh"] = f"0; url={iri_to_uri(to)}"
    return answer


def refusal_text(visit: GuestVisit, refused: HotlineError) -> str:
    """Returns the reason for which a service refused a request, in the reader's language. The English text of the
    refusal must be in the console's catalogue."""
    return "; ".join(
        reason.said(visit.say) if isinstance(reason, MessageText) else visit.say(str(reason))
        for reason in (refused.said if isinstance(refused, ImportRefused) else refused.args)
    )


def refusal_sentence(visit: GuestVisit, refused: HotlineError) -> str:
    """Returns the reason for a refusal as a sentence, with a capital letter and a full stop."""
    words = refusal_text(visit, refused)
    return f"{words[:1].upper()}{words[1:]}."


def sign_in_refusal(visit: GuestVisit, refused: SignInRefused) -> str:
    """Returns the message for a failed sign-in. The message does not say if the name, the password or the code is
    wrong."""
    seconds = refused.wait_seconds
    if refused.is_busy and seconds:
        return visit.say(
            "Too many sign-in attempts came from your network. Try again in {seconds} seconds.",
            seconds=seconds,
        )
    if refused.is_busy:
        return visit.say("Many people are signing in at this moment. Try again in a few seconds.")
    text = visit.say("The name, password or code is wrong. Check all three.")
    again = visit.say("You can try again in {seconds} seconds.", seconds=seconds) if seconds else ""
    return f"{text} {again}".strip()


def endpoint_of(view: Callable[..., Response]) -> str:
    """Returns the name of a view's page for `url_for`."""
    name = f"{view.__module__.removeprefix('hotline.')}.{view.__name__}"
    return next(page.endpoint for page in PAGES if page.name == name)


def form_view(
    shows: Callable[..., Response],
    field: str = "",
    *refusals: type[HotlineError],
    text: Mapping[type[HotlineError], str] | None = None,
) -> Callable[[Callable[..., Response | None]], Callable[..., Response]]:
    """Makes a view from a function that handles a posted form. If the form has errors, the function `shows` renders the
    page of the form again, with the errors.

    If a service refuses the form, the page shows the reason at the field `field`. If `text` contains a sentence for
    this kind of refusal, the page shows this sentence. For all other refusals, the page shows the service's own
    sentence. If `field` contains `{name}`, the part of the address with this name replaces it. If the function returns
    nothing, the view redirects to the page of the form.
    """
    parts, phrases = signature(shows).parameters, text or {}

    def made(act: Callable[..., Response | None]) -> Callable[..., Response]:
        @wraps(act)
        def view(visit: Any, **values: Any) -> Response:
            page_values = {name: value for name, value in values.items() if name in parts}
            try:
                answer = act(visit, **values)
            except Unavailable:
                raise
            except FormRefused as refused:
                return shows(visit.with_faults(refused.faults), **page_values)
            except (*refusals, *phrases) as refused:
                wordings = (words for kind, words in phrases.items() if isinstance(refused, kind))
                words = next(map(visit.say, wordings), None) or refusal_sentence(visit, refused)
                return shows(visit.with_faults({field.format(**values): words}), **page_values)
            return answer or redirect_to(endpoint_of(shows), **page_values)

        return view

    return made


MAX_ROWS = 50
"""The maximum number of rows in one part of a long list. A page shows one part."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListPart(Generic[T]):
    rows: Sequence[T]
    number: int
    """The number of this part of the list. The first part has the number 1."""
    count: int


def part_of_list(rows: Sequence[T], part: str) -> ListPart[T]:
    """Returns the part of a list that the address requests, such as `?part=2`, or the nearest part that exists."""
    count = max(1, ceil(len(rows) / MAX_ROWS))
    number = min(max(number_of(part, digits=4) or 1, 1), count)
    return ListPart(rows[(number - 1) * MAX_ROWS : number * MAX_ROWS], number, count)
