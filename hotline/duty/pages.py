"""Shows the console's pages about people, accounts, drills and rights, and handles the forms on these pages.

In the form that sets a responder's desks, each row names one desk and the responder's level at this desk. The page of
drills (practice alerts) starts and ends drills, and lists all drills with the time of each step. All users see their
own account. Admins see all accounts. Admins can change the roles of an account, make a new link for its owner, and
suspend or end the account.

The page of rights shows the rights of all people and accounts, and an auditor prints this page. The page reads all
rights from the table of roles and the table of routes. The console uses the table of roles and the table of routes to
accept or refuse every request. The page of rights shows no phone numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from flask import Response

from hotline.alerts import service_drills
from hotline.alerts.rules_escalation import DrillRequest, step_durations
from hotline.console import routes
from hotline.console.routes import PAGES, Method, table
from hotline.console.templating import number_of
from hotline.console.visit import (
    GuestVisit,
    Visit,
    form_view,
    page,
    part_of_list,
    redirect_to,
    redirect_to_address,
    sign_in_refusal,
)
from hotline.core.actors import ACCOUNT_ROLES, ROLES, AccountRole, SignInRefused
from hotline.duty import (
    service_accounts,
    service_desk_page,
    service_enrolment,
    service_invitations,
    service_leaves,
    service_people_list,
    service_removal,
)
from hotline.duty.service_people_list import EVERYWHERE
from hotline.people import pages_sign_in, service_own_account, service_sessions
from hotline.people.rules import DeskKind, Level, RequestedPosting, every_district
from hotline.people.rules_audit import action_sentence
from hotline.people.tables import Person
from hotline.text import qr_code
from hotline.text.errors import (
    AccountRefused,
    FormRefused,
    HotlineError,
    NumberInvalid,
    PersonnelRefused,
)
from hotline.text.languages import CODES, FIRST, phrase
from hotline.text.places import NATIONAL, Category, districts, is_district, place_name
from hotline.text.time import KIGALI
from hotline.tips.rules import OUTCOMES, TipOutcome, Urgency

LEVELS = tuple(level for level in Level if level is not Level.NATIONAL)
DESK_NAMES = {EVERYWHERE: phrase("all districts"), NATIONAL: phrase("the national desk")}
FREE_ROWS = 3
"""The number of empty rows below the filled rows, in the form that sets a responder's desks."""


def options(visit: Visit) -> Sequence[tuple[str, str]]:
    """Returns the options of the field in which an admin chooses a desk for a responder: no desk, all districts, or one
    desk.
    """
    added = [
        (head.code, named(visit, head.code, head.name))
        for head in service_desk_page.list_desks(visit.context)
        if head.retired_at is None and head.code != NATIONAL and not is_district(head.code)
    ]
    return (
        ("", visit.say("no desk")),
        *((code, visit.say(name)) for code, name in DESK_NAMES.items()),
        *((area.code, area.name) for area in districts()),
        *added,
    )


def named(visit: GuestVisit, code: str, name: str = "") -> str:
    """Returns the name of a desk in the reader's language."""
    if code in DESK_NAMES:
        return visit.say(DESK_NAMES[code])
    return visit.place(code) if is_district(code) else name or code


def head_name(visit: GuestVisit, head: service_desk_page.DeskHead) -> str:
    """Returns the desk's name, followed by its district or camp."""
    called = named(visit, head.code, head.name)
    return f"{called} ({visit.place(head.place)})" if head.place else called


def desk_names(visit: GuestVisit, codes: Sequence[str]) -> str:
    """Returns the names of several desks in one line.

    If the list contains all districts, the text "all districts" replaces the names of the districts.
    """
    every = every_district()
    if set(every) <= set(codes):
        codes = [EVERYWHERE, *(code for code in codes if code not in every)]
    return ", ".join(named(visit, code) for code in codes)


def shown_value(visit: Visit, name: str, value: str) -> str:
    """Translates a value inside a sentence into the reader's language: a role, level, outcome or desk."""
    match name:
        case "role":
            return visit.say(value)
        case "outcome":
            return visit.say(OUTCOMES[TipOutcome(value)].label)
        case "desk":
            return named(visit, value)
        case "desks":
            return desk_names(visit, [code for code in value.split(",") if code])
        case "places":
            pairs = [pair.partition("=") for pair in value.split(",")]
            return ", ".join(
                f"{named(visit, code)}: {visit.say(level)}" for code, _, level in pairs
            )
    return value


def form_rows(places: Mapping[str, Level]) -> Sequence[tuple[str, str]]:
    """Returns the rows of the form that sets a responder's desks: first the present desks with their levels, then empty
    rows."""
    own = [(code, str(level)) for code, level in places.items()]
    return [*own, *[("", str(Level.RESPONDER))] * FREE_ROWS]


def read_desks(visit: Visit) -> Mapping[str, Level]:
    """Returns, for each desk in the form, the level that the form gives the responder. Raises FormRefused."""
    desks: dict[str, Level] = {}
    pairs = zip(visit.form.many("desk"), visit.form.many("level"), strict=False)
    for code, level in pairs:
        if not code:
            continue
        if code != NATIONAL and level not in LEVELS:
            raise visit.wrong("place", "Choose an alert level for each desk.")
        for each in every_district() if code == EVERYWHERE else [code]:
            desks[each] = Level.NATIONAL if code == NATIONAL else Level(level)
    if not desks:
        raise visit.wrong("place", "Choose at least one desk.")
    return desks


# The functions below list responders, show and change a responder, and enrol new responders from a form.

DAY = "%Y-%m-%d"
MISSING = phrase("Enter a reason.")
FIELDS = {"name": "name", "msisdn": "secret_number", "language": "languages"}
"""Maps some columns of the file with new people to form fields. An error in such a column appears at its form field."""


def people(visit: Visit) -> Response:
    query, desk = visit.asked("q").strip()[:80], visit.asked("desk")
    lines = [
        line
        for line in service_people_list.list_people(visit.context, visit.by)
        if query.casefold() in line.name.casefold() and (not desk or line.works_at(desk))
    ]
    return page(
        visit,
        "people.html",
        part=part_of_list(lines, visit.asked("part")),
        count=len(lines),
        q=query,
        desk=desk,
        desks=options(visit),
        placed=partial(named, visit),
        may_change=visit.may(routes.RUNNING),
    )


def person(visit: Visit, person_id: int) -> Response:
    return _person(visit, f"person:{person_id}")


def responder(visit: Visit, responder_id: int) -> Response:
    """Shows the page of the person who owns this phone, with the forms that change the phone."""
    return _person(visit, f"responder:{responder_id}")


def account(visit: Visit, account_id: int) -> Response:
    """Shows the page of the person who owns this account, with the forms that change the account."""
    return _person(visit, f"account:{account_id}:")


def _person(visit: Visit, who: str) -> Response:
    """Shows the person's name, the person's rights, and the pending requests about the person. `who` names a phone, an
    account or the person. The forms on the page change the named phone or account. If `who` names no phone, these forms
    change the person's first phone that is in use. If `who` names no account, the forms for an account change the
    person's first account.
    """
    context, by = visit.context, visit.by
    line, phones = service_people_list.person_page(context, by, who)
    chosen = max(phones, key=lambda o: (who == f"responder:{o.id}", not o.removed_at), default=None)
    account = max(line.accounts, key=lambda o: who == f"account:{o.id}:", default=None)
    return page(
        visit,
        "person.html",
        line=line,
        phones=phones,
        roles=ROLES,
        said=lambda sentence: sentence.said(visit.say, partial(shown_value, visit)),
        chosen=chosen,
        chosen_account=account,
        may_print=chosen and service_enrolment.may_print(context, chosen.id),
        resting=account and service_invitations.waiting_link(context, account.id),
        by_two=account and service_accounts.needs_second(context, by.actor, account.id),
        now=context.now(),
        account_roles=ACCOUNT_ROLES,
        rows=form_rows(chosen.places if chosen else {}),
        desks=options(visit),
        levels=LEVELS,
        categories=[*Category],
        placed=partial(named, visit),
        may_change=visit.may(routes.RUNNING),
    )


def known_person(visit: Visit) -> Person | None:
    """Returns the person who will own the new phone or account in the form. Returns None if the form is for a new
    person."""
    typed = visit.form.text("person") or visit.asked("person")
    return service_people_list.find_known(visit.context, number_of(typed, digits=18))


def new_person(visit: Visit) -> Response:
    typed = list(zip(visit.form.many("desk"), visit.form.many("level"), strict=False))
    return page(
        visit,
        "person_new.html",
        rows=typed or form_rows({}),
        desks=options(visit),
        levels=LEVELS,
        categories=[*Category],
        person=known_person(visit),
    )


@form_view(responder, "place", PersonnelRefused)
def change_desks(visit: Visit, responder_id: int) -> None:
    """Changes the desks of a responder. The responder stops working at a removed desk at once, but starts at an added
    desk only after a second person has approved."""
    desks, categories = read_desks(visit), visit.form.many("categories")
    kinds = tuple(Category(each) for each in categories if each in {*Category})
    reason, posting = visit.reason("place", MISSING), RequestedPosting(desks, kinds)
    service_removal.change_desks(
        visit.context, visit.by.actor, responder_id, posting=posting, reason=reason
    )


@form_view(responder, "languages", PersonnelRefused)
def set_languages(visit: Visit, responder_id: int) -> None:
    ordered = tuple(_languages(visit))
    service_people_list.set_languages(visit.context, visit.by.actor, responder_id, ordered)


@form_view(responder, "until", PersonnelRefused)
def record_leave(visit: Visit, responder_id: int) -> None:
    starts, ends = _moment(visit.form.text("from")), _moment(visit.form.text("until"))
    if ends is None or (starts is None and visit.form.text("from")):
        raise visit.wrong("until", "Enter a date like 2026-11-30.")
    reason, by = visit.reason("until", MISSING), visit.by.actor
    service_leaves.record_leave(
        visit.context, str(responder_id), starts_at=starts, ends_at=ends, by=by, reason=reason
    )


@form_view(responder, "back", PersonnelRefused, NumberInvalid)
def end_leave(visit: Visit, responder_id: int) -> None:
    """Marks a responder as active again, after a leave or after the responder's number could not be reached."""
    service_leaves.bring_back(
        visit.context,
        str(responder_id),
        number=visit.form.secret("number") or None,
        second=None,
        by=visit.by.actor,
        reason=visit.reason("back", MISSING),
    )


@form_view(responder, "secret_number", PersonnelRefused, NumberInvalid)
def change_number(visit: Visit, responder_id: int) -> None:
    """Requests a change of a responder's phone number. The admin types the new number once, and no page shows the
    number."""
    reason, typed = visit.reason("secret_number", MISSING), visit.form.secret("number")
    by, person = visit.by.actor, str(responder_id)
    service_enrolment.change_number(visit.context, by, person, typed, reason)


@form_view(responder, "invite", PersonnelRefused)
def invite(visit: Visit, responder_id: int) -> None:
    """Requests a new start PIN for a responder, for example because the responder has forgotten the PIN."""
    reason = visit.reason("invite", MISSING)
    service_enrolment.request_start_pin(visit.context, visit.by.actor, responder_id, reason)


@form_view(responder, "start", PersonnelRefused)
def print_start_pin(visit: Visit, responder_id: int) -> Response:
    """Sends a code to the responder's phone, and shows the start PIN on a page that the admin prints. The page can show
    this PIN only once."""
    paper = service_enrolment.print_start_pin(
        visit.context, visit.by.actor, responder_id, costs=visit.context.proofs.start_costs
    )
    return page(visit, "people_paper.html", paper=paper)


@form_view(person, "remove", AccountRefused, PersonnelRefused)
def remove(visit: Visit, person_id: int) -> None:
    reason = visit.reason("remove", MISSING)
    service_removal.remove_person(visit.context, visit.by, person_id, reason=reason)


def _moment(typed: str) -> datetime | None:
    try:
        return datetime.strptime(typed, DAY).replace(tzinfo=KIGALI)
    except ValueError:
        return None


@form_view(new_person, "name", PersonnelRefused)
def enrol(visit: Visit) -> Response:
    desks, reason = read_desks(visit), visit.reason("reason", MISSING)
    added = [code for code in desks if code != NATIONAL and not is_district(code)]
    if added or (NATIONAL in desks and len(desks) > 1):
        raise visit.wrong(
            "place",
            "For a new person, choose only districts, or only the national desk. You can add more desks later.",
        )
    owner = known_person(visit)
    cells = {
        "name": owner.name if owner else visit.form.text("name", most=80),
        "msisdn": visit.form.secret("number"),
        "language": ";".join(owner.languages if owner else _languages(visit)),
        "level": Level.NATIONAL if NATIONAL in desks else Level.RESPONDER,
        "districts": ";".join(
            f"{place_name(code, 'en')}={level}" for code, level in desks.items() if code != NATIONAL
        ),
        "categories": ";".join(one for one in visit.form.many("categories") if one in {*Category}),
    }
    responder_id, faults = service_enrolment.enrol_person(
        visit.context, visit.by.actor, cells, reason, owner.id if owner else None
    )
    if faults:
        # Each error message begins with the name of the wrong column. If the form has no field for the wrong column,
        # the message appears at the field for the desks.
        wrong: dict[str, str] = {}
        for words in (fault.reason.said(visit.say) for fault in faults):
            column, _, rest = words.partition(": ")
            field = FIELDS.get(column.strip(), "place")
            wrong[field] = f"{wrong.get(field, '')} {rest or words}".strip()
        raise FormRefused(wrong)
    return redirect_to("people.phone", responder_id=responder_id)


def _languages(visit: Visit) -> list[str]:
    first = visit.form.text("first")
    spoken = [language for language in visit.form.many("languages") if language in CODES]
    return list(dict.fromkeys((first, *spoken))) if first in CODES else spoken


DESKS = (DeskKind.BORDER, DeskKind.PROTECTION)
SHOWN = 60
"""The maximum number of drills in the list, newest first. Thirty districts start about this many drills in half a
year."""
URGENCIES = table("exercise_urgencies")


def drills(visit: Visit) -> Response:
    return page(
        visit,
        "exercises.html",
        desks=_desks(visit),
        every=service_drills.list_drills(visit.context),
        most=SHOWN,
        steps=step_durations,
        long=partial(_long, visit),
    )


def typed_reason(visit: Visit, field: str) -> str:
    return visit.reason(field, "Enter a reason.", most=120, is_printable=True)


@form_view(drills, "reason", HotlineError)
def start(visit: Visit) -> None:
    """Starts a drill, and sends its alert at once."""
    form = visit.form
    desk, urgency = form.text("desk", most=40), form.text("urgency", most=1)
    if desk not in _desks(visit) or urgency not in URGENCIES:
        raise visit.wrong("desk", "Choose a desk from the list.")
    drill_request = DrillRequest(desk, Urgency(int(urgency)), form.ticked("climbs"))
    service_drills.start(
        visit.context, drill_request, by=visit.by.actor, reason=typed_reason(visit, "reason")
    )


@form_view(drills, "end-{drill_id}", HotlineError)
def end(visit: Visit, drill_id: int) -> None:
    """Ends a drill. Each responder who was alerted and has not answered yet gets an SMS that says that the alert was a
    drill.
    """
    reason = typed_reason(visit, f"end-{drill_id}")
    service_drills.call_off(visit.context, drill_id, by=visit.by.actor, reason=reason)


def _long(visit: Visit, span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return visit.say("{minutes} min {seconds} s", minutes=minutes, seconds=seconds)


def _desks(visit: Visit) -> Mapping[str, str]:
    """Returns the names of the desks that can have a drill, by desk code. Districts come first, then border posts and
    camps."""
    added = {
        head.code: head_name(visit, head)
        for head in service_desk_page.list_desks(visit.context)
        if head.kind in DESKS and head.retired_at is None
    }
    return {area.code: area.name for area in districts()} | added


def accounts(visit: Visit) -> Response:
    return page(
        visit,
        "accounts.html",
        accounts=service_accounts.list_accounts(visit.context),
        roles=ACCOUNT_ROLES,
        person=known_person(visit),
    )


def _account_reason(visit: Visit) -> str:
    return visit.form.text("reason", most=200)


def _roles(visit: Visit) -> frozenset[AccountRole]:
    return frozenset(AccountRole(one) for one in visit.form.many("roles") if one in {*AccountRole})


@form_view(accounts, "name", AccountRefused)
def invite_account(visit: Visit) -> Response:
    """Creates an account, and shows once the link with which its owner sets up the account. The admin gives this link
    to the owner."""
    name, language = visit.form.text("name"), visit.form.text("language")
    spoken, owner = language if language in CODES else FIRST, known_person(visit)
    invited = service_invitations.invite(
        visit.context,
        visit.by.actor,
        name,
        _roles(visit),
        spoken,
        person_id=owner.id if owner else None,
    )
    return _invited(visit, name, invited)


@form_view(account, "roles", AccountRefused)
def set_roles(visit: Visit, account_id: int) -> None:
    """Adds and removes roles of an account. To remove a role, the admin must enter a reason."""
    service_invitations.set_roles(
        visit.context, visit.by.actor, account_id, _roles(visit), _account_reason(visit)
    )


@form_view(account, "link", AccountRefused)
def link(visit: Visit, account_id: int) -> Response | None:
    """Requests a new link for an account. Shows the new link if the waiting time of an earlier request is over.

    When the link is made, the old password and the old authenticator stop working.
    """
    invited = service_invitations.request_link(
        visit.context, visit.by.actor, account_id, _account_reason(visit)
    )
    return _invited(visit, visit.form.text("name"), invited) if invited.link else None


def _invited(visit: Visit, name: str, invited: service_invitations.Invited) -> Response:
    address = f"{visit.context.console_url}/welcome/{invited.link}"
    return page(visit, "invited.html", name=name, address=address, waiting=invited.waiting)


@form_view(account, "suspend", AccountRefused)
def suspend(visit: Visit, account_id: int) -> None:
    service_invitations.suspend(visit.context, visit.by.actor, account_id, _account_reason(visit))


@form_view(account, "lift", AccountRefused)
def lift(visit: Visit, account_id: int) -> None:
    service_invitations.lift_suspension(visit.context, visit.by.actor, account_id)


@form_view(account, "end", AccountRefused, PersonnelRefused)
def end_account(visit: Visit, account_id: int) -> None:
    """Ends an account, or requests the approval of a second admin. The page then shows the other accounts of the same
    person."""
    service_removal.end_account(visit.context, visit.by.actor, account_id, _account_reason(visit))


def show(visit: Visit) -> Response:
    return page(
        visit,
        "account.html",
        sessions=service_sessions.list_sessions(visit.context, visit.token),
        done=visit.asked("done"),
        resting=service_invitations.waiting_link(visit.context, visit.by.account_id),
        renewed=service_own_account.unconfirmed_renewals(visit.context, visit.by),
        fingerprint=service_own_account.fingerprint(visit.context, visit.token),
    )


def set_language(visit: Visit) -> Response:
    """Sets the language of all pages, and returns to the page where the user chose the language."""
    service_own_account.set_language(visit.context, visit.by, visit.form.text("language"))
    return redirect_to_address(pages_sign_in.local_address(visit.form.text("to")))


@form_view(show, "secret_new", AccountRefused)
def change_password(visit: Visit) -> Response:
    """Checks the old password, and then changes the password. Ends all other sessions of the account."""
    old = visit.form.secret("old") or visit.form.secret("password")
    refused = service_own_account.change_password(
        visit.context, visit.token, old, visit.form.secret("new")
    )
    if refused:
        raise FormRefused({"secret_old": sign_in_refusal(visit, refused)})
    return redirect_to("accounts.show", done="password")


def end_others(visit: Visit) -> Response:
    service_sessions.end_others(visit.context, visit.token)
    return redirect_to("accounts.show", done="sessions")


def factor(visit: Visit) -> Response:
    """Shows a new authenticator secret each time the page is opened. Stores the new secret only after the user has
    typed a code of the new authenticator.

    After a wrong code, shows the same secret again, unless the hidden field with the secret was changed.
    """
    encrypted, new_factor = visit.form.text("sealed"), service_own_account.new_factor
    authenticator = None
    with suppress(AccountRefused):
        authenticator = new_factor(visit.context, visit.by, encrypted) if encrypted else None
    authenticator = authenticator or new_factor(visit.context, visit.by)
    return page(visit, "factor.html", new=authenticator, drawn=qr_code.svg(authenticator.uri))


@form_view(factor, "secret_new_code", AccountRefused)
def take_factor(visit: Visit) -> Response:
    form, encrypted = visit.form, visit.form.text("sealed")
    new_code, password, code = (form.secret(name) for name in ("new_code", "password", "code"))
    refused = service_own_account.replace_factor(
        visit.context, visit.token, encrypted, new_code, password, code
    )
    if refused:
        raise FormRefused({"secret_password": sign_in_refusal(visit, refused)})
    return redirect_to("accounts.show", done="factor")


@form_view(show)
def confirm_renewals(visit: Visit) -> None:
    """Removes the notices that tell users about a new recovery sheet or a new authenticator of their account."""
    service_own_account.confirm_renewals(visit.context, visit.by)


def refuse_link(visit: Visit) -> Response:
    """Refuses a new link for the user's own account, if a different person has requested this link."""
    service_invitations.refuse_own(visit.context, visit.by)
    return redirect_to("accounts.show", done="link")


@form_view(show, "paper", AccountRefused)
def paper(visit: Visit) -> Response:
    """Creates a new recovery sheet (a paper with a key for a lost password), and shows the sheet once. The old recovery
    sheet does not work any more."""
    password, code = visit.form.secret("password"), visit.form.secret("code")
    sheet = service_own_account.new_paper(visit.context, visit.token, password, code)
    if isinstance(sheet, SignInRefused):
        raise FormRefused({"paper-password": sign_in_refusal(visit, sheet)})
    return page(visit, "paper.html", sheet=sheet)


# The code below shows the rights of all people and accounts on one page that an auditor prints.


PROOFS = table("proofs")
COMMANDS = table("commands")
"""Maps the endpoint of a command to the sentence that describes the command. The mapping contains only the commands
that the audit log does not describe.
"""


class CommandLine(NamedTuple):
    """One command of the console, as a row on the page of rights. The row shows the effect of the command and the roles
    that may use it. It also shows the proof that the user must give, such as a password.
    """

    does: str
    roles: Sequence[AccountRole]
    needs: str


def rights(visit: Visit) -> Response:
    people = service_people_list.list_rights(visit.context)
    return page(
        visit,
        "rights.html",
        part=part_of_list(people, visit.asked("part")),
        roles=ROLES,
        opened={
            role: [route.menu for route in PAGES if route.menu and route.admits(frozenset({role}))]
            for role in ACCOUNT_ROLES
        },
        commands=[*_commands(visit)],
        placed=partial(named, visit),
        at=visit.context.now(),
    )


def _commands(visit: Visit) -> Iterator[CommandLine]:
    for route in PAGES:
        if route.method is Method.GET or not (route.audit or route.needs):
            continue
        sentence = action_sentence(route.audit)[0] if route.audit else COMMANDS[route.endpoint]
        does = visit.say(sentence, subject="...", outcome="...")
        roles = [role for role in ACCOUNT_ROLES if route.admits(frozenset({role}))]
        yield CommandLine(does, roles, visit.say(PROOFS[route.needs]))
