"""Shows and changes the roster, and reports gaps: hours in which no one on duty at a desk can answer an alert. Also
lets responders take and offer single shifts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hotline.alerts import queries_people, queries_retention
from hotline.alerts.service_messages import notify_person
from hotline.core.actors import AccountRole, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import responders_short_code
from hotline.people import (
    queries_member_keys,
    rules_roster,
    tables,
    tables_audit,
    tables_desks,
    tables_roster,
)
from hotline.people.rules import Level, Member, every_district
from hotline.people.rules_roster import (
    AHEAD,
    DAY,
    DAY_START,
    WEEK,
    DutyRow,
    Gap,
    GapReason,
    Roster,
    Shift,
)
from hotline.people.service_approving import OPERATING
from hotline.people.tables import Responder
from hotline.people.tables_audit import CommandActor
from hotline.people.tables_roster import DutyOverride
from hotline.text.errors import ImportRefused, PersonnelRefused
from hotline.text.languages import message_text
from hotline.text.places import NATIONAL
from hotline.text.time import KIGALI, kigali_time

HALVES = 14
DAYTIME = range(8, 20)
"""The hours of the day in which the hotline notifies people of gaps in the roster."""
HOUR = timedelta(hours=1)
CHECKED, REPORTED = "gaps_checked", "gaps_reported"
"""The names of two tasks that report gaps in the roster: `CHECKED` to coordinators each hour, and `REPORTED` to the
national desk on Mondays.
"""
FOUND, DAY_BEFORE = "found", "day before"
"""The kinds of reports about a gap: `FOUND` for the first report, and `DAY_BEFORE` for the report a day before the gap
begins."""
YEAR = timedelta(days=366)
MAX_FAULTS = 20
"""The largest number of errors of an imported file that a page lists."""
HOLIDAY = message_text(
    "a public holiday uses the shifts of a weekday: change the shifts of that weekday instead, or end the holiday"
)
MAX_SHIFTS = 9
"""The largest number of shifts in a list that a responder reads on a phone."""


@dataclass(frozen=True, slots=True)
class WeekRoster:
    """The roster of some desks in one week, as a page shows it."""

    week: date
    names: Mapping[int, str]
    people: Mapping[str, Sequence[int]]
    """For each desk, the ids of its people, sorted by the people's names."""
    cells: Mapping[tuple[str, int], Sequence[int]]
    """The people on duty in each half-day of each desk. A desk without a roster in this week has no entries."""
    gaps: Sequence[Gap]
    """The gaps in the roster of the shown week."""
    ahead: Sequence[Gap]
    """The gaps in the roster of the next 14 days."""
    holidays: Mapping[date, int]
    """The public holidays of the shown week and of the year after it."""

    def gap(self, desk: str, half: int) -> Gap | None:
        """Returns the desk's first gap in a half-day. Leaves out a gap that lasts the whole week."""
        starts, ends = rules_roster.half_day(self.week, half)
        desk_gaps = (o for o in self.gaps if o.desk == desk and o.ends_at - o.starts_at < WEEK)
        return next((o for o in desk_gaps if o.starts_at < ends and starts < o.ends_at), None)

    def whole_week(self) -> Mapping[tuple[GapReason, ...], Sequence[str]]:
        """Returns the desks that have a gap for the whole week, grouped by the reasons for the gap."""
        found: dict[tuple[GapReason, ...], list[str]] = {}
        for gap in self.gaps:
            if gap.ends_at - gap.starts_at == WEEK:
                found.setdefault(gap.reasons, []).append(gap.desk)
        return found


def visible_desks(session: Session, by: SignedIn | None) -> list[str]:
    """Returns the desks whose roster an account may see and change: the account's own desks, or all desks. The people
    of the national desk do not see or change the roster of an oversight desk.
    """
    if by is None or by.roles & OPERATING:
        people = tables.memberships_by_person(session).values()
        added = {row.desk_code for memberships in people for row in memberships}
        if by is not None and AccountRole.NATIONAL in by.roles:
            added -= tables_desks.every_oversight(session)
        return [NATIONAL, *every_district(), *sorted(added - {NATIONAL, *every_district()})]
    return sorted(queries_member_keys.desks_of_account(session, by.account_id))


def week_roster(context: Context, by: SignedIn | None, week: date, desk: str = "") -> WeekRoster:
    """Returns the roster of one desk in a week, or of all desks that the account may see."""
    at, (start, _) = context.now(), rules_roster.half_day(week, 0)
    with context.database.reading() as session:
        desks = [code for code in visible_desks(session, by) if desk in ("", code)]
        roster = tables_roster.roster(session, start, start + WEEK)
        members = queries_people.members(session)
        names = tables.responder_names(session)
        ahead = gaps_in(session, desks, at, at + AHEAD, members)
        holidays = tables_roster.holidays_between(session, week, week + YEAR)
    shifts = roster.shifts(start, start + WEEK)
    own = {
        code: sorted((o.id for o in members if o.covers(code)), key=lambda person: names[person])
        for code in desks
    }
    cells: dict[tuple[str, int], list[int]] = {}
    for code in desks:
        for half in range(HALVES):
            starts, ends = rules_roster.half_day(week, half)
            desk_shifts = (o for o in shifts if o.desk == code and o.starts_at < ends)
            if (code, week) in roster.used:
                on = {o.responder_id for o in desk_shifts if starts < o.ends_at}
                cells[code, half] = [person for person in own[code] if person in on]
    found = rules_roster.gaps(roster, members, desks, start, start + WEEK)
    return WeekRoster(week, names, own, cells, found, ahead, holidays)


def gaps_in(
    session: Session,
    desks: Collection[str],
    start: datetime,
    end: datetime,
    members: Sequence[Member] | None = None,
) -> list[Gap]:
    """Returns the gaps of these desks between two times: the hours in which no one on duty can answer an alert."""
    people = queries_people.members(session) if members is None else members
    return rules_roster.gaps(tables_roster.roster(session, start, end), people, desks, start, end)


def gaps_ahead(context: Context, ahead: timedelta) -> list[Gap]:
    """Returns the gaps in the roster of all desks, from now until the end of the period `ahead`."""
    at = context.now()
    with context.database.reading() as session:
        return gaps_in(session, visible_desks(session, None), at, at + ahead)


def board(context: Context, by: SignedIn) -> tuple[Mapping[str, int], Mapping[str, int], set[str]]:
    """Counts for each desk the hours in the next 14 days in which no one on duty can answer an alert. Also returns the
    people with more than four nights in a week, each with the number of nights. Also returns the people who took an
    offered shift and are the only people on duty in this shift. Both lists of people are empty for an account that may
    see only its own desks.
    """
    at = context.now()
    with context.database.reading() as session:
        found = rules_roster.hours(gaps_in(session, visible_desks(session, by), at, at + AHEAD))
        roster = tables_roster.roster(session, at, at + AHEAD)
        names = tables.responder_names(session)
    many: dict[str, int] = {}
    if not by.roles & OPERATING:
        return found, many, set()
    for start in (at, at + WEEK):
        nights = rules_roster.nights(roster.shifts(start, start + WEEK))
        many |= {names[o]: n for o, n in nights.items() if n > rules_roster.MAX_NIGHTS}
    alone = rules_roster.alone_by_offers(roster.shifts(at, at + AHEAD), roster.overrides)
    return found, many, {names[responder_id] for responder_id in alone}


def change(
    context: Context,
    by: SignedIn,
    week: date,
    cells: Collection[tuple[str, int]],
    responder_id: int | None,
    *,
    puts: bool,
) -> None:
    """Puts a person on duty in the half-days `cells`, or takes people off duty. If `responder_id` is None, takes all
    people off duty.

    Raises PersonnelRefused.
    """
    desks = {desk for desk, _ in cells}
    with context.database.writing() as session:
        if not desks or not desks.issubset(visible_desks(session, by)):
            raise PersonnelRefused(
                message_text("tick one half-day or more, only at desks whose roster you may change")
            )
        free = tables_roster.holidays_between(session, week, week + WEEK - DAY)
        if any(week + half // 2 * DAY in free for _, half in cells):
            raise PersonnelRefused(HOLIDAY)
        if puts:
            member = {
                row.desk_code for row in tables.current_memberships(session, responder_id or 0)
            }
            if responder_id is None or desks - member:
                raise PersonnelRefused(message_text("choose a member of all desks that you ticked"))
        rows = tables_roster.week_rows(session, week, desks)
        for desk, half in cells:
            day, starts = half // 2, DAY_START + (half % 2) * 12 * 60
            ends = starts + 12 * 60
            rows = [
                part
                for row in rows
                for part in (
                    rules_roster.cut(row, starts, ends)
                    if (row.desk, row.weekday) == (desk, day)
                    and responder_id in (None, row.responder_id)
                    else [row]
                )
            ]
            if puts and responder_id is not None:
                rows.append(DutyRow(desk, responder_id, week, day, starts, ends))
            else:
                span = rules_roster.half_day(week, half)
                tables_roster.delete_overrides(session, desk, span, responder_id)
        save(session, context, by.actor, week, rows, desks)


def copy_last_week(context: Context, by: SignedIn, week: date, desk: str = "") -> None:
    """Copies the roster of the week before, for each desk that has no roster in this week."""
    with context.database.writing() as session:
        desks = {code for code in visible_desks(session, by) if desk in ("", code)}
        desks -= {row.desk for row in tables_roster.week_rows(session, week, desks)}
        rows = tables_roster.week_rows(session, week - WEEK, desks)
        again = [row._replace(week=week) for row in rows]
        save(session, context, by.actor, week, again)


def set_holiday(context: Context, by: SignedIn, day: date, like_weekday: int | None) -> None:
    """Makes a day a public holiday. On this day, the people on duty are the people of the weekday `like_weekday`. If
    `like_weekday` is None, the day is no longer a public holiday.

    Raises PersonnelRefused.
    """
    if not by.roles & OPERATING:
        raise PersonnelRefused(message_text("only an admin or the national desk sets holidays"))
    at, subject = context.now(), f"{day}"
    with context.database.writing() as session:
        tables_roster.set_holiday(session, day, like_weekday)
        tables_audit.append_command(
            session,
            by.actor,
            at,
            "holiday_removed" if like_weekday is None else "holiday_set",
            subject,
        )


def import_roster(context: Context, by: CommandActor, text: str, week: date) -> int:
    """Replaces the roster of one week for each desk that a CSV file names. If any row has an error, changes nothing.

    Returns the number of imported rows. Raises ImportRefused with all errors.
    """
    with context.database.writing() as session:
        rows, faults = rules_roster.read_roster(text, week, names_by_desk(session, None))
        if faults:
            raise ImportRefused(
                [
                    message_text("error in line {line}: {why}", line=fault.line, why=fault.reason)
                    for fault in faults[:MAX_FAULTS]
                ]
            )
        save(session, context, by, week, rows.values())
    return len(rows)


def names_by_desk(session: Session, by: SignedIn | None) -> Mapping[str, Mapping[str, int]]:
    """Returns the desks whose roster the account may change. For each desk, maps the names of its people to their
    ids."""
    called, members = tables.responder_names(session), queries_people.members(session)
    return {
        desk: {called[member.id]: member.id for member in members if member.covers(desk)}
        for desk in visible_desks(session, by)
    }


def save(
    session: Session,
    context: Context,
    by: CommandActor,
    week: date,
    rows: Iterable[DutyRow],
    desks: Collection[str] = (),
) -> None:
    """Replaces the roster of the desks `desks` in a week with the shifts in `rows`. Without `desks`, replaces the
    roster of each desk that `rows` name.
    """
    every = set(rows)
    codes = desks or {row.desk for row in every}
    tables_roster.replace_rows(session, week, codes, every)
    for desk in sorted(codes):
        subject, why = f"desk:{desk}", f"week of {week}"
        tables_audit.append_command(session, by, context.now(), "roster_changed", subject, why)


# The functions below report gaps in the roster: to coordinators hourly by day, to the national desk on Mondays.


def report_gaps(context: Context) -> None:
    """Notifies coordinators of new gaps, and again a day before a gap begins. On Mondays from 08:00, notifies the
    national desk once of the districts with gaps. Does nothing if no desk uses a roster.

    The clock process calls this function. Raises StoreUnavailable.
    """
    at = context.now()
    local = at.astimezone(KIGALI)
    if local.hour not in DAYTIME:
        return
    with context.database.reading() as session:
        if queries_retention.is_done(session, CHECKED, at, HOUR):
            return
        is_used = bool(tables_roster.roster(session, at, at + AHEAD).used)
    with ringing(context) as session:
        queries_people.take_lock(session)
        if queries_retention.is_done(session, CHECKED, at, HOUR):
            return
        queries_retention.note_done(session, CHECKED, at)
        tables_roster.delete_old(session, at)
        if is_used:
            found = gaps_in(session, visible_desks(session, None), at, at + AHEAD)
            _report_found(session, context, found, at)
            if local.weekday() == 0 and not queries_retention.is_done(session, REPORTED, at, DAY):
                queries_retention.note_done(session, REPORTED, at)
                if districts := {gap.desk for gap in found}.intersection(every_district()):
                    people = tables.national_people(session, at)
                    words = {"count": str(len(districts))}
                    _notify(session, context, people, Template.GAPS_WEEK, words, at)


def _report_found(session: Session, context: Context, found: Sequence[Gap], at: datetime) -> None:
    notices = tables_roster.notices(session, at)
    by_desk: dict[str, list[Gap]] = {}
    for gap in found:
        kind = DAY_BEFORE if gap.starts_at - at <= DAY else FOUND
        if any(o.covers(gap) and o.kind in (kind, DAY_BEFORE) for o in notices):
            continue
        tables_roster.add_notice(session, gap, kind, at)
        by_desk.setdefault(gap.desk, []).append(gap)
    for desk, new in by_desk.items():
        words = {"count": str(len(new)), "time": kigali_time(max(new[0].starts_at, at))}
        _notify(session, context, _leaders(session, desk, at), Template.GAPS_FOUND, words, at)


def _leaders(session: Session, desk: str, at: datetime) -> Sequence[Responder]:
    """Returns the coordinators of a desk. If the desk has no coordinator, returns the people of the national desk."""
    people = tables.coordinators_and_national(session, desk, at)
    return [person for person in people if person.level != Level.NATIONAL] or people


def _notify(
    session: Session,
    context: Context,
    people: Sequence[Responder],
    template: Template,
    words: Mapping[str, str],
    at: datetime,
) -> None:
    code = responders_short_code(context.line.service_code)
    for person in people:
        notify_person(session, person, template, at, code=code, **words)


# The functions below let responders see, take and offer shifts on a phone. The functions run in the transaction of the
# calling function.


def own_shifts(session: Session, responder_id: int, at: datetime) -> list[Shift]:
    """Returns the present and next shifts of a responder. Leaves out shifts that the responder has already offered."""
    roster = tables_roster.roster(session, at, at + AHEAD)
    offered = {(o.desk, o.starts_at) for o in roster.overrides if o.responder_id is None}
    own = (o for o in roster.shifts(at, at + AHEAD) if o.responder_id == responder_id)
    return [shift for shift in own if (shift.desk, shift.starts_at) not in offered][:MAX_SHIFTS]


def free_shifts(session: Session, responder_id: int, at: datetime) -> list[Shift]:
    """Returns the shifts at a responder's desks that the responder may take. A free shift has no one on duty who can
    answer an alert, or a colleague has offered the shift.

    In the result, a shift that no colleague has offered has the responder id 0. An offered shift has the id of its
    owner.
    """
    desks = [row.desk_code for row in tables.current_memberships(session, responder_id)]
    roster: Roster = tables_roster.roster(session, at, at + AHEAD)
    found = [
        Shift(half_day.desk, half_day.starts_at, half_day.ends_at, 0)
        for gap in gaps_in(session, desks, at, at + AHEAD)
        if roster.is_used(gap.desk, gap.starts_at)
        for half_day in rules_roster.half_days(gap)
    ]
    offers = tables_roster.open_offers(session, desks, at)
    found += [
        Shift(offer.desk_code, offer.starts_at, offer.ends_at, offer.replaces or 0)
        for offer in offers
        if offer.replaces != responder_id
    ]
    return sorted(found, key=lambda shift: (shift.starts_at, shift.desk))[:MAX_SHIFTS]


def take_shift(session: Session, context: Context, person: Responder, name: str) -> bool:
    """Gives a free shift to a responder, and notifies the coordinator. Returns False if the shift is not free any
    more."""
    at = context.now()
    queries_people.take_lock(session)
    shift = next((o for o in free_shifts(session, person.id, at) if shift_name(o) == name), None)
    if shift is None:
        return False
    offers = tables_roster.open_offers(session, [shift.desk], at)
    row = next(
        (o for o in offers if (o.starts_at, o.replaces) == (shift.starts_at, shift.responder_id)),
        None,
    )
    if row is None:
        row = _override(session, shift, at, replaces=None)
    row.responder_id, row.accepted_at = person.id, at
    session.flush()
    people = [leader for leader in _leaders(session, shift.desk, at) if leader.id != person.id]
    people += [session.get_one(Responder, row.replaces)] if row.replaces else []
    words = {"time": kigali_time(shift.starts_at)}
    _notify(session, context, people, Template.SHIFT_TAKEN, words, at)
    return True


def offer_shift(session: Session, context: Context, person: Responder, name: str) -> bool:
    """Offers a responder's shift to the colleagues of the desk, and notifies these colleagues. The responder stays
    responsible for the shift until a colleague takes it.
    """
    at = context.now()
    queries_people.take_lock(session)
    shift = next((o for o in own_shifts(session, person.id, at) if shift_name(o) == name), None)
    if shift is None:
        return False
    _override(session, shift, at, replaces=person.id)
    members = {o.id for o in queries_people.members(session) if o.covers(shift.desk)}
    active = tables.active_responders(session, at)
    people = [colleague for colleague in active if colleague.id in members - {person.id}]
    words = {"time": kigali_time(shift.starts_at)}
    _notify(session, context, people, Template.SHIFT_OFFERED, words, at)
    return True


def _override(
    session: Session, shift: Shift, at: datetime, *, replaces: int | None
) -> DutyOverride:
    row = DutyOverride(
        desk_code=shift.desk,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        replaces=replaces,
        asked_at=at,
    )
    session.add(row)
    return row


def shift_name(shift: Shift) -> str:
    """Returns the code of a shift. A form on a phone uses this code to name the chosen shift."""
    return f"{shift.desk}.{int(shift.starts_at.timestamp()) // 60}.{shift.responder_id}"
