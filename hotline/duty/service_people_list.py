"""Lists people for pages, without their telephone numbers.

Also stores the languages that a person speaks. Messages to the person are in the first language.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.alerts import queries_people
from hotline.core.actors import Actor
from hotline.core.contexts import Context
from hotline.duty.service_leaves import find_person, log_command
from hotline.errors import NotFound, PersonnelRefused
from hotline.gateway.queries_on_call import STOPPED
from hotline.people import tables, tables_accounts, tables_enrolments, tables_members
from hotline.people.rules import EnrolmentState, Level
from hotline.people.rules_desks import of_responder
from hotline.people.tables import Leave, Membership, Responder
from hotline.text.languages import CODES
from hotline.text.phrases import message_text
from hotline.text.places import districts


def set_languages(context: Context, by: Actor, responder_id: int, spoken: Sequence[str]) -> None:
    """Sets a person's languages. The person reads messages in the first. Raises NotFound, PersonnelRefused."""
    languages = list(dict.fromkeys(spoken))
    if not languages or any(one not in CODES for one in languages):
        raise PersonnelRefused(message_text("choose at least one language"))
    with context.database.writing() as session:
        person = find_person(session, str(responder_id))
        tables.person(session, person.person_id).languages = languages
        log_command(session, context, "responder_languages", person, by, ", ".join(languages))


class PersonState(StrEnum):
    """Says if a person can be alerted of tips, or why not."""

    ACTIVE = "can be alerted"
    LEAVE = "on leave"
    UNREACHABLE = "cannot be reached"
    PROVING = "must confirm phone and paper code"
    WAITING = "pending approval"
    REMOVED = "removed"

    @property
    def is_enrolled(self) -> bool:
        """Returns True after phone and paper code were confirmed and a second admin has approved."""
        return self not in UNPROVED_STATES.values()

    @property
    def tint(self) -> str:
        """Returns the colour of the tag for this state."""
        return TINTS.get(self, "warn")


@dataclass(frozen=True, slots=True)
class PersonLine:
    id: int
    name: str
    languages: tuple[str, ...]
    """The person reads messages in the first."""
    places: Mapping[str, Level]
    """The person's desks, with the level at each. `EVERYWHERE` means all districts, if the level is the same in all of
    them."""
    state: PersonState
    back_at: datetime | None
    has_pin: bool


EVERYWHERE = "*"
"""Means all districts, as a key of `places`."""


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person with all details except the number."""

    line: PersonLine
    categories: tuple[str, ...]
    leaves: Sequence[Leave]
    open_cases: int | None
    """None for an account of a desk. The person may have cases that this desk may not know of, and a count would reveal
    them."""
    confirmed_at: datetime | None
    """The time when a code proved the number."""
    desks: tuple[str, ...]
    """The desks to which the person has access with a key of their own."""
    account: tuple[int, str] | None
    created_at: datetime
    removed_at: datetime | None
    is_stopped: bool
    """True if the person's number is on the stop list."""


def list_people(context: Context, seen: Collection[str] | None = None) -> Sequence[PersonLine]:
    """Returns the people, ever enrolled, that this account may see, in the order of their names.

    Removed people come last.
    """
    at = context.now()
    with context.database.reading() as session:
        away = queries_people.on_leave(session, at)
        placed = tables.memberships_by_person(session)
        lines = [
            _line(one, placed.get(one.id, ()), away.get(one.id))
            for one in tables.all_responders(session)
            if seen is None or any(row.desk_code in seen for row in placed.get(one.id, ()))
        ]
    return sorted(lines, key=lambda one: (one.state is PersonState.REMOVED, one.name.casefold()))


def person_page(
    context: Context, responder_id: int, seen: Collection[str] | None = None
) -> PersonPage:
    """Returns a person with all details.

    Raises NotFound if the person does not exist or this account may not see them.
    """
    at = context.now()
    with context.database.writing() as session:
        person = queries_people.get_responder(session, responder_id)
        if person is None:
            raise NotFound("there is no such person")
        rows = tables.current_memberships(session, person.id)
        if seen is not None and not any(row.desk_code in seen for row in rows):
            raise NotFound("there is no such person")
        account = next(iter(tables_accounts.of_person(session, person.person_id)), None)
        return PersonPage(
            line=_line(person, rows, queries_people.on_leave(session, at).get(person.id)),
            categories=tuple(person.categories),
            leaves=queries_people.current_leaves(session, person.id, at),
            open_cases=queries_people.open_cases(session, person.id) if seen is None else None,
            confirmed_at=tables_enrolments.confirmed_at(session, person.id),
            desks=tuple(sorted(tables_members.desks_of(session, of_responder(person.id)))),
            account=None if account is None else (account.id, account.shown),
            created_at=person.created_at,
            removed_at=person.removed_at,
            is_stopped=person.unreachable == STOPPED,
        )


def _line(person: Responder, rows: Collection[Membership], back_at: datetime | None) -> PersonLine:
    places = {row.desk_code: Level(row.level) for row in rows}
    every = [district.code for district in districts()]
    levels = {places.get(code) for code in every}
    level = levels.pop()
    if level is not None and not levels:
        rest = {code: each for code, each in places.items() if code not in every}
        places = {EVERYWHERE: level, **rest}
    return PersonLine(
        id=person.id,
        name=person.name,
        languages=tuple(person.languages),
        places=places,
        state=state_of(person, back_at),
        back_at=back_at,
        has_pin=person.pin_wrap is not None,
    )


TINTS = {PersonState.ACTIVE: "good", PersonState.UNREACHABLE: "bad", PersonState.REMOVED: "soft"}
UNPROVED_STATES: Mapping[str, PersonState] = {
    EnrolmentState.PROVING: PersonState.PROVING,
    EnrolmentState.WAITING: PersonState.WAITING,
}


def state_of(person: Responder, back_at: datetime | None) -> PersonState:
    """Returns the state of a person. `back_at` is the end of a leave that has begun."""
    if person.removed_at is None and person.state in UNPROVED_STATES:
        return UNPROVED_STATES[person.state]
    if not person.active:
        return PersonState.REMOVED
    if person.unreachable is not None:
        return PersonState.UNREACHABLE
    return PersonState.ACTIVE if back_at is None else PersonState.LEAVE
