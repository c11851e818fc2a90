"""Stores persons, their phones, memberships of desks, leaves and enrolments.

Each row of the table `responder` is one phone, with which a person works for one or more desks. A person has one name,
but may have several phones and several accounts (`tables_accounts`), and may be an on-call contact.

Only this module writes memberships of desks. The module also copies a responder's highest level, districts and
categories into the phone's row, for pages that list responders.

An enrolment proves that a person has the phone, and who the person is. The hotline encrypts a desk's key for a phone
only after the phone's enrolment.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ForeignKey,
    ScalarSelect,
    and_,
    delete,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, column_property, mapped_column, relationship

from hotline.core import rules_trial
from hotline.core.database import Database, Row, change_rows, has_row
from hotline.core.wording import Template
from hotline.people.rules import (
    KEPT_FOR,
    MAX_ATTEMPTS,
    OLD_NUMBER_KEPT,
    EnrolmentKind,
    EnrolmentState,
    Level,
    PinWarning,
    districts_of,
    highest_level,
)
from hotline.text.errors import NotFound
from hotline.text.places import NATIONAL


class Person(Row):
    """A person who works for the hotline. A person has no state: only the person's phones, accounts and on-call
    contacts have states.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    languages: Mapped[list[str]]
    """The languages that the person speaks. The hotline writes to the person in the first of these languages."""


def person_name(person_id: Mapped[int]) -> ScalarSelect[str]:
    """Returns an SQL expression for the name of the person with the id `person_id`."""
    return select(Person.name).where(Person.id == person_id).scalar_subquery()


def person_languages(person_id: Mapped[int]) -> ScalarSelect[list[str]]:
    """Returns an SQL expression for the languages of the person with the id `person_id`."""
    return select(Person.languages).where(Person.id == person_id).scalar_subquery()


def person(session: Session, person_id: int, *, for_writing: bool = False) -> Person:
    """Returns the person with this id. Locks the person's row if `for_writing` is True. Raises NotFound."""
    found = session.get(Person, person_id, with_for_update=for_writing or None)
    if found is None:
        raise NotFound("there is no person with this id: reload the page")
    return found


def all_persons(session: Session) -> Sequence[Person]:
    return session.scalars(select(Person).order_by(Person.id)).all()


class PinWarningRow(Row):
    """A warning to a coordinator that another person may be using a responder's PIN. The warning does not name
    a case.
    """

    __tablename__ = "pin_warning"

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    kind: Mapped[str]
    """One value of the enum `people.rules.PinWarning`."""
    at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    """The time when an SMS reported the warning to the coordinator, or None if the warning waits for the next morning's
    SMS.
    """


def add_warning(
    session: Session, responder_id: int, kind: PinWarning, at: datetime, *, waits: bool
) -> None:
    """Stores a warning to a coordinator about a responder's PIN. If `waits` is True, the next morning's SMS tells the
    coordinator about the warning."""
    told_at = None if waits else at
    session.add(PinWarningRow(responder_id=responder_id, kind=kind, at=at, notified_at=told_at))
    session.flush()


def has_warning(session: Session, responder_id: int, kind: PinWarning, since: datetime) -> bool:
    """Returns True if there has been a warning of this kind about this responder since the time `since`."""
    here = (
        PinWarningRow.responder_id == responder_id,
        PinWarningRow.kind == kind,
        PinWarningRow.at >= since,
    )
    return has_row(session, PinWarningRow.id, *here)


def has_waiting_warning(session: Session, before: datetime) -> bool:
    """Returns True if warnings that are older than `before` still wait for the morning's SMS."""
    return has_row(session, PinWarningRow.id, *_waiting(before))


def mark_reported(session: Session, before: datetime, at: datetime) -> Sequence[int]:
    """Marks the waiting warnings that are older than `before` as reported to the coordinator.

    Returns the ids of the responders in these warnings, without duplicates.
    """
    reported = update(PinWarningRow).where(*_waiting(before)).values(notified_at=at)
    told_now = reported.returning(PinWarningRow.responder_id)
    return sorted(set(change_rows(session, told_now).scalars()))


def _waiting(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (PinWarningRow.notified_at.is_(None), PinWarningRow.at < before)


def newest_warnings(session: Session, since: datetime, limit: int) -> Sequence[PinWarningRow]:
    """Returns at most `limit` warnings that an SMS reported after `since`, newest first."""
    rows = select(PinWarningRow).where(
        PinWarningRow.notified_at.is_not(None), PinWarningRow.notified_at > since
    )
    return session.scalars(rows.order_by(PinWarningRow.at.desc()).limit(limit)).all()


def delete_old_warnings(session: Session, at: datetime, limit: int) -> int:
    """Deletes at most `limit` warnings that are older than `KEPT_FOR`. Returns the number of deleted warnings."""
    old = select(PinWarningRow.id).where(PinWarningRow.at < at - KEPT_FOR).limit(limit)
    gone = delete(PinWarningRow).where(PinWarningRow.id.in_(old)).returning(PinWarningRow.id)
    return len(change_rows(session, gone).all())


class Responder(Row):
    __tablename__ = "responder"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship(lazy="raise")
    """The phone's owner. The code uses this field only to store a new person together with a new phone."""
    name: Mapped[str] = column_property(person_name(person_id), expire_on_flush=False)
    languages: Mapped[list[str]] = column_property(
        person_languages(person_id), expire_on_flush=False
    )
    level: Mapped[str]
    """The highest level of the responder at any desk, as the value of a `people.rules.Level`."""
    districts: Mapped[list[str]]
    """The NISR codes of the responder's districts, or an empty list if the responder works in all districts. Pages that
    list responders use this column, but alerts depend on the memberships.
    """
    categories: Mapped[list[str]]
    """The categories of cases that the responder gets, or an empty list if the responder gets all categories. Pages
    that list responders use this column.
    """
    number_key: Mapped[str] = mapped_column(unique=True)
    """A digest of the phone number, computed with a secret key. The hotline finds the phone by this digest."""
    encrypted_number: Mapped[bytes]
    """The phone number, encrypted so that only the workers can decrypt it."""
    active: Mapped[bool] = mapped_column(default=True)
    unreachable: Mapped[str | None]
    """The reason why the gateway can never deliver an SMS to this number, or None if the gateway reported no such
    reason.

    While the column contains a reason, the responder gets no alerts."""
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    """The time when the responder was removed. The row stays in the database, with `active` set to False."""
    state: Mapped[str] = mapped_column(
        default=EnrolmentState.ACTIVE, server_default=EnrolmentState.ACTIVE
    )
    """One value of the enum `EnrolmentState`. The column `active` is True only if this state is "active" and the
    responder was not removed.
    """
    public_key: Mapped[bytes | None]
    """The responder's X25519 public key, for which desks' private keys are encrypted. The value is None until the
    responder has chosen a PIN.
    """
    pin_wrap: Mapped[bytes | None]
    """The responder's private key, encrypted with the PIN and the reader's pepper (a secret of the reader process). The
    first byte identifies the format of the encrypted key.
    """
    pin_set_at: Mapped[datetime | None]
    wrong_pins: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """The times of the wrong PINs since the last right PIN, as ISO 8601 texts."""
    rested_until: Mapped[datetime | None]
    """The time until which the phone is blocked: the reader process checks no PIN from this phone."""
    pin_opened_at: Mapped[datetime | None]
    """The last time when the responder opened the list of cases with a PIN."""
    pin_openings: Mapped[int] = mapped_column(default=0, server_default="0")
    """The number of times that the responder opened the list of cases with the present PIN."""
    pin_network: Mapped[str | None]
    """The code of the mobile network from which the responder last opened the list of cases."""
    read_lately: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """The cases that the responder read in the last hour, each in the form `<tip id>@<ISO 8601 time>`."""
    warnings_read_at: Mapped[datetime | None]
    """The time when the responder last read warnings about PINs."""
    memberships: Mapped[list["Membership"]] = relationship(lazy="raise")
    """The memberships of the responder with this phone. The code uses this field only to store a new phone together
    with its memberships."""

    @property
    def language(self) -> str:
        """Returns the language in which the hotline writes to the responder."""
        return self.languages[0]


class Membership(Row):
    """A responder's membership of a desk, with a level.

    The code changes a membership only once, to set its end. If the responder's level changes, the code ends the
    membership and adds a new row.
    """

    __tablename__ = "membership"

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    desk_code: Mapped[str]
    level: Mapped[str]
    """One value of the enum `people.rules.Level`."""
    categories: Mapped[list[str]]
    """The categories of cases that the responder gets from this desk, or an empty list for all categories."""
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    """The time when the membership ended, or None if the membership is current."""


class Leave(Row):
    """A leave: a period in which a responder gets no new alerts. If the leave ends early, the code changes
    `ends_at`.
    """

    __tablename__ = "leave"

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """The time when the leave ends."""
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    """The time when the hotline gave the responder's open cases to colleagues."""


def active_conditions(at: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    """Returns SQL conditions that are true for a responder who may be alerted at the time `at` (an active responder).

    An active responder is enrolled, can be reached, and is not on leave.
    """
    away = exists().where(
        Leave.responder_id == Responder.id, Leave.starts_at <= at, Leave.ends_at > at
    )
    return (Responder.active.is_(True), Responder.unreachable.is_(None), ~away)


def is_active(session: Session, responder_id: int, at: datetime) -> bool:
    """Returns True if the hotline may alert this responder at the time `at`."""
    return has_row(session, Responder.id, Responder.id == responder_id, *active_conditions(at))


def active_responders(session: Session, at: datetime) -> Sequence[Responder]:
    """Returns all active responders, in the order of enrolment."""
    return session.scalars(
        select(Responder).where(*active_conditions(at)).order_by(Responder.id)
    ).all()


def national_people(session: Session, at: datetime, *, skip: int = 0) -> Sequence[Responder]:
    """Returns the active people of the national desk, except the responder with the id `skip`."""
    found = active_responders(session, at)
    return [one for one in found if one.level == Level.NATIONAL and one.id != skip]


def all_responders(session: Session) -> Sequence[Responder]:
    """Returns all responders in the order of their enrolment, including removed responders."""
    people = select(Responder).where(Responder.level != rules_trial.LEVEL)
    return session.scalars(people.order_by(Responder.id)).all()


def responder_names(session: Session) -> Mapping[int, str]:
    """Returns the names of all responders by id, including removed responders."""
    people = select(Responder.id, Responder.name).where(Responder.level != rules_trial.LEVEL)
    return {row.id: row.name for row in session.execute(people)}


def phones_of(session: Session, person_id: int) -> Sequence[Responder]:
    """Returns all phones of a person in the order of their enrolment, including removed phones."""
    own = select(Responder).where(Responder.person_id == person_id)
    return session.scalars(own.order_by(Responder.id)).all()


def known_numbers(session: Session, number_keys: Collection[str]) -> set[str]:
    """Returns the digests in `number_keys` that belong to a responder's phone number. Includes the numbers of removed
    responders."""
    return set(
        session.scalars(select(Responder.number_key).where(Responder.number_key.in_(number_keys)))
    )


def find_by_number(session: Session, number_key: str) -> Responder | None:
    """Returns the enrolled responder whose phone number has the digest `number_key`, or None."""
    here = select(Responder).where(Responder.number_key == number_key, Responder.active)
    return session.scalars(here).one_or_none()


def pin_wraps(session: Session) -> Sequence[bytes]:
    """Returns the encrypted private keys of all responders that have a PIN and were not removed."""
    wraps = select(Responder.pin_wrap).where(
        Responder.pin_wrap.is_not(None), Responder.removed_at.is_(None)
    )
    return [wrap for wrap in session.scalars(wraps) if wrap is not None]


def has_pin(session: Session, responder_id: int) -> bool:
    """Returns True if the responder has chosen a PIN."""
    responder = session.get(Responder, responder_id)
    return responder is not None and responder.pin_wrap is not None


IS_RUNNING = Membership.until_at.is_(None)


def new_memberships(
    desks: Mapping[str, Level], categories: Collection[str], at: datetime
) -> list[Membership]:
    """Returns new memberships, one for each desk in `desks`. The calling function must store the returned rows."""
    return [
        Membership(desk_code=code, level=level, categories=list(categories), from_at=at)
        for code, level in desks.items()
    ]


def current_memberships(session: Session, responder_id: int) -> Sequence[Membership]:
    """Returns a responder's current memberships, in the order of the desks' codes."""
    own = select(Membership).where(Membership.responder_id == responder_id, IS_RUNNING)
    return session.scalars(own.order_by(Membership.desk_code)).all()


def desks_at(session: Session, responder_id: int, at: datetime) -> Sequence[str]:
    """Returns the codes of the desks of which the responder was a member at the time `at`."""
    ran = (Membership.from_at <= at, or_(IS_RUNNING, Membership.until_at > at))
    own = select(Membership.desk_code).where(Membership.responder_id == responder_id, *ran)
    return session.scalars(own.order_by(Membership.desk_code)).all()


def memberships_by_person(session: Session) -> Mapping[int, Sequence[Membership]]:
    """Returns the current memberships of all responders, by responder id, in the order of the desks' codes."""
    found: dict[int, list[Membership]] = defaultdict(list)
    for row in session.scalars(select(Membership).where(IS_RUNNING).order_by(Membership.desk_code)):
        found[row.responder_id].append(row)
    return found


def set_desks(
    session: Session,
    person: Responder,
    desks: Mapping[str, Level],
    categories: Collection[str],
    at: datetime,
) -> None:
    """Makes a responder a member of exactly the desks in `desks`, with the levels in `desks`. `desks` must not be
    empty, because a responder belongs to at least one desk."""
    kept: set[str] = set()
    for row in current_memberships(session, person.id):
        if desks.get(row.desk_code) == row.level and set(row.categories) == set(categories):
            kept.add(row.desk_code)
        else:
            row.until_at = at
    session.flush()
    added = {code: level for code, level in desks.items() if code not in kept}
    for row in new_memberships(added, categories, at):
        row.responder_id = person.id
        session.add(row)
    person.level, person.categories = highest_level(desks.values()), list(categories)
    if person.level != Level.NATIONAL:
        person.districts = districts_of(desks)


def end_memberships(session: Session, person: Responder, at: datetime) -> None:
    """Ends all current memberships of a responder."""
    for row in current_memberships(session, person.id):
        row.until_at = at


def reopen_memberships(
    session: Session, person: Responder, removed_at: datetime, at: datetime
) -> None:
    """Gives a removed responder the same memberships as before the removal.

    Leaves out desks of which the responder is already a member.
    """
    own = (Membership.responder_id == person.id, Membership.until_at == removed_at)
    ended = session.scalars(select(Membership).where(*own)).all()
    runs = {row.desk_code for row in current_memberships(session, person.id)}
    for row in ended:
        if row.desk_code not in runs:
            again = Membership(desk_code=row.desk_code, level=row.level, from_at=at)
            again.responder_id, again.categories = person.id, row.categories
            session.add(again)


def coordinators_of(session: Session, of: Responder, at: datetime) -> Sequence[Responder]:
    """Returns the active coordinators of a responder's desks, without this responder."""
    return colleagues_of(session, of, at, Membership.level == Level.COORDINATOR)


def colleagues_of(
    session: Session, of: Responder, at: datetime, *which: ColumnElement[bool]
) -> Sequence[Responder]:
    """Returns the active responders of a responder's desks, if their memberships meet the SQL conditions in `which`.
    Leaves out the responder `of`.
    """
    own = select(Membership.desk_code).where(Membership.responder_id == of.id, IS_RUNNING)
    there = Membership.desk_code.in_(own.correlate(None))
    return [one for one in active_members(session, at, there, *which) if one.id != of.id]


def coordinators_and_national(session: Session, desk: str, at: datetime) -> Sequence[Responder]:
    """Returns the active coordinators of a desk and the active people of the national desk."""
    place = or_(
        and_(Membership.desk_code == desk, Membership.level == Level.COORDINATOR),
        Membership.desk_code == NATIONAL,
    )
    return active_members(session, at, place)


def active_members(
    session: Session, at: datetime, *which: ColumnElement[bool]
) -> Sequence[Responder]:
    """Returns the active responders with a current membership that meets the SQL conditions in `which`."""
    there = exists().where(Membership.responder_id == Responder.id, *which, IS_RUNNING)
    found = select(Responder).where(there, *active_conditions(at))
    return session.scalars(found.order_by(Responder.id)).all()


PREVIOUS_NUMBER_TEMPLATES = frozenset({Template.NUMBER_CHANGED, Template.NUMBER_CHANGED_ALONE})
"""The templates of SMS that the hotline sends only to a responder's previous number."""


class EnrolmentEnd(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Another enrolment replaced this enrolment, or the responder was removed."""


class Enrolment(Row):
    """The enrolment of a responder, or of a responder's new phone number. A responder has at most one open
    enrolment.
    """

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    kind: Mapped[str]
    """One value of the enum `people.rules.EnrolmentKind`."""
    approval_id: Mapped[int | None]
    """The approval that a second admin decides, after the responder has entered the code and the start PIN."""
    number_key: Mapped[str]
    """A digest of the phone number to prove, computed with a secret key."""
    encrypted_number: Mapped[bytes | None]
    """During a change of number, the column contains the new number, encrypted to the workers' key.

    After the change, the column contains the previous number for some days.
    """
    encrypted_code: Mapped[bytes | None]
    """The code in the enrolment SMS, encrypted to the workers' key. The hotline deletes the value after it has sent the
    SMS."""
    code_hash: Mapped[bytes | None]
    """A digest of the code in the enrolment SMS, to check the code that the responder types."""
    code_until: Mapped[datetime | None]
    start_hash: Mapped[bytes | None]
    """A digest of the start PIN that the responder has on paper."""
    start_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    """The time when the responder entered the right code and the right start PIN on the phone."""
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    """One value of the enum `EnrolmentEnd`."""


def open_enrolment(
    session: Session, responder_id: int, *, for_writing: bool = False
) -> Enrolment | None:
    """Returns the responder's open enrolment, even if its time has passed, or None.

    Locks the enrolment's row if `for_writing` is True.
    """
    own = select(Enrolment).where(
        Enrolment.responder_id == responder_id, Enrolment.ended_at.is_(None)
    )
    return session.scalar(own.with_for_update() if for_writing else own)


def enrolments_of_approval(
    session: Session, approval_id: int, *, for_writing: bool = False
) -> Sequence[Enrolment]:
    """Returns the open enrolments that belong to an approval. One approval can be about all people in an imported CSV
    file.

    Locks the enrolments' rows if `for_writing` is True.
    """
    found = select(Enrolment).where(
        Enrolment.approval_id == approval_id, Enrolment.ended_at.is_(None)
    )
    found = found.order_by(Enrolment.id)
    return session.scalars(found.with_for_update() if for_writing else found).all()


def confirmed_at(session: Session, responder_id: int) -> datetime | None:
    """Returns the time when the responder proved the present phone number with a code. Returns None if the hotline
    enrolled the number without a code.
    """
    own = select(Enrolment.proved_at).where(
        Enrolment.responder_id == responder_id, Enrolment.end_reason == EnrolmentEnd.APPROVED
    )
    return session.scalar(own.order_by(Enrolment.id.desc()).limit(1))


def provable_enrolment(session: Session, number_key: str, at: datetime) -> Enrolment | None:
    """Returns the enrolment that a person can prove now with this phone, by entering the code and the start PIN.

    Returns None if there is no such enrolment, or if the person has no attempts left.
    """
    found = select(Enrolment).where(
        Enrolment.number_key == number_key,
        Enrolment.ended_at.is_(None),
        Enrolment.proved_at.is_(None),
        Enrolment.tries < MAX_ATTEMPTS,
        Enrolment.code_until > at,
        Enrolment.start_until > at,
    )
    return session.scalar(found)


ANY_PIN = (
    select(Responder.id)
    .where(
        or_(
            Responder.pin_wrap.is_not(None),
            exists().where(Enrolment.responder_id == Responder.id, Enrolment.ended_at.is_(None)),
        )
    )
    .limit(1)
)


def has_any_pin(database: Database) -> bool:
    """Returns True if any responder has a PIN, or has an open enrolment and must choose a PIN.

    If the result is True, the responders' short code asks every caller for a PIN. Raises StoreUnavailable.
    """
    with database.looking() as connection:
        return connection.ask(ANY_PIN) is not None


def can_prove(session: Session, responder_id: int, at: datetime) -> bool:
    """Returns True if the responder can prove the enrolment of the present phone now."""
    person = session.get_one(Responder, responder_id)
    return provable_enrolment(session, person.number_key, at) is not None


def language_to_prove(session: Session, number_key: str, at: datetime) -> str | None:
    """Returns the language of the person who can prove an enrolment with this phone now.

    Returns None if no enrolment can be proved with this phone.
    """
    row = provable_enrolment(session, number_key, at)
    return None if row is None else session.get_one(Responder, row.responder_id).language


def take_attempt(session: Session, enrolment_id: int) -> bool:
    """Counts an attempt to enter the code and the start PIN. The calling function must count the attempt before it
    checks the code and the PIN. Returns False if no attempts are left, or if the enrolment was already proved or has
    ended.
    """
    counted = (
        update(Enrolment)
        .where(
            Enrolment.id == enrolment_id,
            Enrolment.tries < MAX_ATTEMPTS,
            Enrolment.proved_at.is_(None),
            Enrolment.ended_at.is_(None),
        )
        .values(tries=Enrolment.tries + 1)
        .returning(Enrolment.id)
    )
    return session.execute(counted).first() is not None


def previous_number(session: Session, responder_id: int) -> bytes | None:
    """Returns the phone number that the responder had before the last change, in encrypted form.

    Returns None if the number never changed, or if the hotline has deleted the previous number.
    """
    found = select(Enrolment.encrypted_number).where(
        Enrolment.responder_id == responder_id,
        Enrolment.kind == EnrolmentKind.NUMBER,
        Enrolment.end_reason == EnrolmentEnd.APPROVED,
    )
    return session.scalar(found.order_by(Enrolment.id.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class MessageAddress:
    """The encrypted phone number to which a message goes, and the encrypted enrolment code in the message."""

    number: bytes = field(repr=False)
    code: bytes | None = field(default=None, repr=False)
    is_own: bool = True
    """True if the message goes to the responder's present number. If the message goes to another number, the delivery
    result says nothing about the present number.
    """


def message_address(session: Session, template: Template, person: Responder) -> MessageAddress:
    """Returns the encrypted number for a message to a responder.

    The template decides if the present, the new or the previous number is used.
    """
    if template in PREVIOUS_NUMBER_TEMPLATES:
        return MessageAddress(previous_number(session, person.id) or b"", is_own=False)
    if template is not Template.JOIN:
        return MessageAddress(person.encrypted_number)
    row = open_enrolment(session, person.id)
    if row is None or row.encrypted_code is None:
        return MessageAddress(person.encrypted_number, is_own=False)
    number = row.encrypted_number or person.encrypted_number
    return MessageAddress(number, row.encrypted_code, is_own=row.encrypted_number is None)


def delete_numbers(session: Session, at: datetime) -> None:
    """Deletes the phone numbers of enrolments that ended more than `OLD_NUMBER_KEPT` ago."""
    over = (Enrolment.encrypted_number.is_not(None), Enrolment.ended_at <= at - OLD_NUMBER_KEPT)
    session.execute(update(Enrolment).where(*over).values(encrypted_number=None))


def end_enrolment(row: Enrolment, how: EnrolmentEnd, at: datetime) -> None:
    """Ends an enrolment, and deletes its code and its start PIN. Also deletes the new phone number, unless an admin
    approved the enrolment.
    """
    row.end_reason, row.ended_at = how, at
    row.code_hash = row.start_hash = row.encrypted_code = None
    if how is not EnrolmentEnd.APPROVED:
        row.encrypted_number = None
