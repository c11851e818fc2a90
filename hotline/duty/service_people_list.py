"""Lists persons for the console's pages: who each person is, what they may do, and which requests are pending.

Pages show no phone numbers. The module also stores the languages that each person speaks. The hotline writes to the
person in the first of these languages.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hotline.alerts import queries_people
from hotline.core.actors import (
    ON_CALL,
    OVERSIGHT,
    ROLES,
    AccountRole,
    AccountState,
    Actor,
    SignedIn,
)
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.duty import service_accounts
from hotline.duty.service_accounts import AccountLine
from hotline.duty.service_desk_page import visible_desks
from hotline.duty.service_leaves import changing_people, find_person
from hotline.gateway import queries
from hotline.people import tables, tables_accounts, tables_desks
from hotline.people.rules import DeskKind, EnrolmentState, Level, of_account, of_responder
from hotline.people.rules_roster import why_silent
from hotline.people.tables import Leave, Person, Responder
from hotline.text.errors import NotFound, PersonnelRefused
from hotline.text.languages import CODES, message_text
from hotline.text.places import districts


def set_languages(context: Context, by: Actor, responder_id: int, spoken: Sequence[str]) -> None:
    """Sets a person's languages. The person gets messages in the first language. Raises NotFound, PersonnelRefused."""
    languages = list(dict.fromkeys(spoken))
    if not languages or any(language not in CODES for language in languages):
        raise PersonnelRefused(message_text("choose at least one language"))
    with changing_people(context, by, ", ".join(languages)) as change:
        person = find_person(change.session, str(responder_id))
        tables.person(change.session, person.person_id).languages = languages
        change.log("responder_languages", person)


class PersonState(StrEnum):
    """The state of a person. The value says that the hotline can alert the person of tips, or why not. The state of a
    person without a phone is the state of the account."""

    ACTIVE = "can be alerted"
    NO_PIN = "no PIN, cannot read tips by phone"
    LEAVE = "on leave"
    UNREACHABLE = "SMS do not reach this person"
    PROVING = "the person must enter the SMS code and the start PIN on the phone"
    WAITING = "pending approval"
    SIGNS_IN = "active"
    INVITED = "invited"
    REMOVED = "removed"

    @property
    def is_enrolled(self) -> bool:
        """Returns True if the person has confirmed the phone and the start PIN, and a second admin has approved."""
        return self not in UNPROVED_STATES.values()

    @property
    def tint(self) -> str:
        """Returns the colour of the tag for this state."""
        return TINTS.get(self.name, "warn")


@dataclass(frozen=True, slots=True)
class ResponderLine:
    id: int
    places: Mapping[str, Level]
    """The desks at which the phone's owner works. If the level is the same in all districts, the single key
    `EVERYWHERE` replaces the keys of all districts.
    """
    state: PersonState
    back_at: datetime | None
    has_pin: bool
    since: datetime
    categories: Sequence[str]
    removed_at: datetime | None
    is_stopped: bool
    """True if the number is on the stop list."""
    confirmed_at: datetime | None = None
    """The time when the owner proved the phone with a code. Only the person's own page shows this time."""
    leaves: Sequence[Leave] = ()
    open_cases: int | None = None
    """The number of open cases. None for a user who may see only some desks, because the number could reveal a case
    that is hidden from this user."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    id: int
    name: str
    languages: Sequence[str]
    """The languages of the person. Messages to the person are in the first of these languages."""
    roles: Sequence[str]
    """The keys of the person's roles in `ROLES`."""
    state: PersonState
    phones: Sequence[ResponderLine]
    accounts: Sequence[AccountLine]
    """The accounts of the person. The list is empty if the user may not see accounts."""
    desks: Sequence[str]
    """The desks whose tips the person can decrypt with a key of their own."""
    is_on_call: bool

    def works_at(self, desk: str) -> bool:
        """Returns True if a phone of the person belongs to the desk `desk`."""
        desk_codes = {desk, EVERYWHERE} if desk.isdigit() else {desk}
        return any(desk_codes & responder.places.keys() for responder in self.phones)


EVERYWHERE = "*"
"""A special key of `places`, which means that the phone's owner works in all districts."""


def list_people(context: Context, by: SignedIn) -> Sequence[PersonLine]:
    """Returns all persons that this account may see, sorted by name. Removed persons come last."""
    return _lines(context, _is_admin(by), visible_desks(context, by))


def _lines(context: Context, is_admin: bool, desks: frozenset[str] | None) -> Sequence[PersonLine]:
    with context.database.reading() as session:
        lines = _PersonLines(session, context, is_admin, desks).of(tables.all_persons(session))
    return sorted(lines, key=lambda line: (line.state is PersonState.REMOVED, line.name.casefold()))


def list_rights(context: Context) -> Sequence[PersonLine]:
    """Returns all persons who are not removed, as an admin sees them, sorted by name. Auditors print this list."""
    return [line for line in _lines(context, True, None) if line.state is not PersonState.REMOVED]


def _is_admin(by: SignedIn) -> bool:
    return AccountRole.ADMIN in by.roles


def person_page(
    context: Context, by: SignedIn, who: str
) -> tuple[PersonLine, Sequence[ResponderLine]]:
    """Returns a person and the person's phones. `who` is a text such as `responder:7` or `account:3:NAME` (see
    `persons_of`).

    Raises NotFound if the person does not exist, or if this account may not see the person.
    """
    desks = visible_desks(context, by)
    with context.database.reading() as session:
        found = [tables.person(session, id) for id in tables_accounts.persons_of(session, who)]
        lines = _PersonLines(session, context, _is_admin(by), desks).of(found)
        if not lines:
            raise NotFound("this person does not exist, or this account may not see them")
        return lines[0], [
            replace(
                responder,
                confirmed_at=tables.confirmed_at(session, responder.id),
                leaves=queries_people.current_leaves(session, responder.id, context.now()),
                open_cases=queries_people.open_cases(session, responder.id)
                if desks is None
                else None,
            )
            for responder in lines[0].phones
        ]


def find_known(context: Context, person_id: int | None) -> Person | None:
    """Returns the existing person who will get a further phone or account. Returns None for a new person. Raises
    NotFound if the person does not exist.
    """
    if person_id is None:
        return None
    with context.database.reading() as session:
        return tables.person(session, person_id)


class _PersonLines:
    """Makes the line of each person in the console's lists. Reads the phones, accounts, contacts and keys of all
    persons only once. Shows only what the reader's account may see.

    `seen` contains the desks whose people the account may see. If `seen` is None, the account sees all desks. Only
    admins see accounts, on-call contacts, and persons without a desk.
    """

    def __init__(
        self, session: Session, context: Context, is_admin: bool, seen: frozenset[str] | None
    ) -> None:
        self.seen, self.is_admin = seen, is_admin
        self.away = queries_people.on_leave(session, context.now())
        self.placed = tables.memberships_by_person(session)
        self.opened = tables_desks.desks_by_member(session)
        self.kinds = {desk.code: desk.kind for desk in tables_desks.all_desks(session)}
        self.phones: dict[int, list[Responder]] = defaultdict(list)
        for responder in tables.all_responders(session):
            self.phones[responder.person_id].append(responder)
        self.accounts: dict[int, list[AccountLine]] = defaultdict(list)
        for account in service_accounts.account_lines(session, context):
            self.accounts[account.person_id].append(account)
        self.on_call = {contact.person_id for contact in queries.on_call_contacts(session)}

    def of(self, people: Iterable[Person]) -> list[PersonLine]:
        """Returns one line of the list for each person in `people` that the reader may see. Leaves out the phone that
        the daily test of the hotline uses.
        """
        return [line for person in people if (line := self._line(person)) is not None]

    def _line(self, person: Person) -> PersonLine | None:
        desks, is_admin = self.seen, self.is_admin
        phones, accounts = self.phones[person.id], self.accounts[person.id]
        members = [
            *(of_responder(responder.id) for responder in phones),
            *(of_account(account.id) for account in accounts),
        ]
        opens = {code for member in members for code in self.opened.get(member, ())}
        rows = [row for responder in phones for row in self.placed.get(responder.id, ())]
        is_on_call = is_admin and person.id in self.on_call
        if desks is not None and not desks & opens.union(row.desk_code for row in rows):
            return None
        if not (phones or opens or is_on_call or (is_admin and accounts)):
            return None
        lines = [self._responder(responder) for responder in phones]
        logins, opens = accounts if is_admin else [], opens if desks is None else opens & desks
        held_roles = {str(row.level) for row in rows}.union(*(account.roles for account in logins))
        also = {ON_CALL: is_on_call, OVERSIGHT: DeskKind.OVERSIGHT in map(self.kinds.get, opens)}
        # One person's phones and accounts can be in different states. The list shows the state that comes first in
        # `PersonState`.
        found = {line.state for line in lines} - {PersonState.REMOVED}
        states = {account.state for account in logins} - {AccountState.ENDED}
        if is_on_call or not (phones or is_admin) or states - {AccountState.INVITED}:
            found.add(PersonState.SIGNS_IN)
        elif states:
            found.add(PersonState.INVITED)
        return PersonLine(
            id=person.id,
            name=person.name,
            languages=person.languages,
            roles=[role for role in ROLES if role in held_roles or also.get(role)],
            state=next((state for state in PersonState if state in found), PersonState.REMOVED),
            phones=lines,
            accounts=logins,
            desks=sorted(opens),
            is_on_call=is_on_call,
        )

    def _responder(self, person: Responder) -> ResponderLine:
        places = {row.desk_code: Level(row.level) for row in self.placed.get(person.id, ())}
        every = [district.code for district in districts()]
        levels = {places.get(code) for code in every}
        level = levels.pop()
        if level is not None and not levels:
            rest = {code: each for code, each in places.items() if code not in every}
            places = {EVERYWHERE: level, **rest}
        return ResponderLine(
            id=person.id,
            places=places,
            state=state_of(person, self.away.get(person.id)),
            back_at=self.away.get(person.id),
            has_pin=person.pin_wrap is not None,
            since=person.created_at,
            categories=person.categories,
            removed_at=person.removed_at,
            is_stopped=person.unreachable == queries.STOPPED,
        )


TINTS = {"ACTIVE": "good", "SIGNS_IN": "good", "UNREACHABLE": "bad", "REMOVED": "soft"}
UNPROVED_STATES: Mapping[str, PersonState] = {
    EnrolmentState.PROVING: PersonState.PROVING,
    EnrolmentState.WAITING: PersonState.WAITING,
}


def state_of(person: Responder, back_at: datetime | None) -> PersonState:
    """Returns the state of a person. `back_at` is the end of the person's present leave."""
    if person.removed_at is None and person.state in UNPROVED_STATES:
        return UNPROVED_STATES[person.state]
    if not person.active:
        return PersonState.REMOVED
    why = why_silent(
        is_away=back_at is not None,
        is_reachable=person.unreachable is None,
        has_pin=person.pin_wrap is not None,
    )
    return PersonState.ACTIVE if why is None else PersonState[why.name]
