"""Tells on Today and in red bars what waits: sentences, the worst first.

A new kind of sentence is a row of `SOURCES`. Every screen that shows Today asks every minute: a source asks the
database little.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum

from hotline.domain.accounts.account import AccountRole, SignedIn
from hotline.domain.changes.change import ChangeState, ends
from hotline.domain.places.places import place_name, place_within
from hotline.domain.tips.promises import TipStanding
from hotline.domain.watch.alarms import Alarm
from hotline.engine.flow import numbers_named
from hotline.ports import ConsoleKit
from hotline.services import approvals
from hotline.services.accounts import invitations, new_links, own_account
from hotline.services.changes import emergencies, folders
from hotline.services.outbox import lane
from hotline.services.people.dossiers import desk_page
from hotline.services.people.dossiers.desk_page import DeskHead
from hotline.services.reach.outreach import day_of
from hotline.services.referrals.drills import exercising
from hotline.services.tips import tip_lines, waiting_closures
from hotline.services.watch import quiet_hour, watchers
from hotline.services.words import saving
from hotline.statistics import service_releases
from hotline.web.console import who
from hotline.web.console.templating import day, when
from hotline.web.console.who import phrase


class Weight(IntEnum):
    """How much a line hurts. The heaviest stand first."""

    BAD = 2
    WARN = 1
    PLAIN = 0


@dataclass(frozen=True, slots=True)
class TodayLine:
    weight: Weight
    phrase: str
    """English, with placeholders: the reader's language says it."""
    values: Mapping[str, str] = field(default_factory=dict)
    endpoint: str = ""
    """The page that the line leads to."""
    part: Mapping[str, int | str] = field(default_factory=dict)
    """What stands in that page's address."""
    says: str = ""
    """A phrase with the same placeholders that stands within the line, as `{says}`."""


ALARMS: Mapping[str, str] = {
    Alarm.DATABASE: phrase("The database does not answer."),
    Alarm.FLOWS: phrase("No flows are live: every call ends at once."),
    Alarm.URGENT_WORDS: phrase("Words of an emergency wait to be read by a second person."),
    Alarm.NUMBERS: phrase("A number on the screens must be confirmed again."),
    Alarm.NATIONAL: phrase("The national desk has too few people who can be alerted."),
    Alarm.DISTRICTS: phrase("A district has no one who can be alerted."),
    Alarm.DESKS: phrase("A desk has no key, or too few members who open it."),
    Alarm.WATCHERS: phrase("No one is notified when something is wrong."),
    Alarm.KEYS: phrase("A process cannot open what is sealed to it: its key is lost or wrong."),
    Alarm.CLOCK: phrase("The clock of the line has stopped: deadlines do not run."),
    Alarm.TIPS: phrase("No one was alerted of a tip."),
    Alarm.UNANSWERED: phrase("A tip was not taken in time."),
    Alarm.UNSENT: phrase("Messages wait too long to be sent."),
    Alarm.GIVEN_UP: phrase("A message could not be delivered, and was given up."),
    Alarm.LANE: phrase("No message goes out: sending is on hold."),
    Alarm.REDIS: phrase("The queue of jobs (Redis) does not answer."),
    Alarm.DISK: phrase("The disk is nearly full."),
    Alarm.DIAL: phrase("A test call to the line was not answered."),
    Alarm.BALANCE: phrase("The balance at the SMS gateway is low."),
    Alarm.QUIET: phrase("Far fewer calls than usual reach the line."),
    Alarm.DELIVERY: phrase("Too few messages arrive at phones."),
    Alarm.TRIAL: phrase("The daily test message did not come through."),
    Alarm.BACKUP: phrase("There is no recent backup."),
    Alarm.CLOCK_JUMP: phrase("The clock of a machine was turned by more than a minute."),
    Alarm.STRANGE_JOB: phrase("A job that the line did not write was refused."),
    Alarm.STRANGE_CALLER: phrase("Another phone sent keys in a session that was not its own."),
    Alarm.DETAILS: phrase("A desk cannot read a tip that it should: a key was missing."),
    Alarm.INBOX: phrase("The inbox of SMS was not read for too long."),
    Alarm.UNPROVEN: phrase("Answers by SMS stand in no inbox: someone may be writing them."),
    Alarm.STOP_WISH: phrase("STOP came in the name of an enrolled number, and changed nothing."),
    Alarm.FORGETTING: phrase("The key of a past week could not be destroyed on the disk."),
    Alarm.ACCOUNTS: phrase(
        "An admin ended or suspended an account, made a new link for it, or took a role."
    ),
    Alarm.SIGN_INS: phrase("Many sign-ins failed within an hour."),
    Alarm.SIGN_IN_QUEUE: phrase(
        "Sign-in attempts filled the queue: new browsers could not sign in."
    ),
}
OF_A_TIP: Mapping[str, str] = {
    Alarm.TIPS: phrase("No one was alerted of tip {tip}, filed {filed}."),
    Alarm.UNANSWERED: phrase("No one has taken tip {tip}, filed {filed}."),
}
"""The same, for whoever may know of the tip."""
OF_A_MOMENT: Mapping[str, str] = {
    Alarm.TIPS: phrase("No one was alerted of a tip that was filed {filed}."),
    Alarm.UNANSWERED: phrase("No one has taken a tip that was filed {filed}."),
}
"""The same, for whoever may not."""


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MOST_TIPS = 5
"""So many late tips are named on Today; the others are counted."""
SOON = timedelta(days=60)
"""How long before a number's confirmation ends somebody is told."""


Tells = Callable[[ConsoleKit, SignedIn], Iterator[TodayLine]]


@dataclass(frozen=True, slots=True)
class LineSource:
    roles: frozenset[AccountRole]
    tells: Tells
    is_bar: bool = False
    """Stands on every page, and not on Today alone."""


def today(kit: ConsoleKit, by: SignedIn) -> Sequence[TodayLine]:
    """Everything that concerns this account, the worst first."""
    told = [line for source in _sources(by) for line in source.tells(kit, by)]
    return sorted(told, key=lambda line: -line.weight)


def bars(kit: ConsoleKit, by: SignedIn) -> Sequence[TodayLine]:
    """What concerns everybody, on whatever page."""
    told = [source for source in _sources(by) if source.is_bar]
    return [line for source in told for line in source.tells(kit, by)]


def counts(kit: ConsoleKit, by: SignedIn) -> Mapping[str, int]:
    """What stands in red beside a word of the bar, by the page that it leads to."""
    late = len(tip_lines.untaken(kit, by).late) if by.roles & who.DESKS else 0
    return {"tips.listed": late} if late else {}


ON_EVERY_PAGE: Mapping[str, Callable[[ConsoleKit, SignedIn], object]] = {
    "bars": bars,
    "counts": counts,
}
"""What a template may ask for, by the name by which it does."""


def _sources(by: SignedIn) -> Iterator[LineSource]:
    return (one for one in SOURCES if one.roles == who.ALL or one.roles & by.roles)


def _held_lane(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    hold = lane.held(kit)
    if hold is not None:
        says = phrase("No message goes out: {by} paused them at {at}: {reason}")
        values = {"by": hold.by, "at": when(by.language, hold.since), "reason": hold.reason}
        leads = "outgoing.show" if by.roles & who.RUNNING else ""
        yield TodayLine(Weight.BAD, says, values, leads)


def _given_up(kit: ConsoleKit, _by: SignedIn) -> Iterator[TodayLine]:
    count = len(lane.given_up(kit))
    if count:
        says = phrase("Undeliverable messages to review: {count}.")
        yield TodayLine(Weight.BAD, says, {"count": str(count)}, "outgoing.show")


def _alarms(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    for alarm in watchers.standing(kit):
        values = {"at": when(by.language, alarm.since), "name": alarm.name}
        leads: tuple[str, Mapping[str, int]] = ("", {})
        says = ALARMS.get(alarm.name, "")
        tip = watchers.tip_of(kit, by, alarm.name)
        if tip is not None:
            values["filed"] = when(by.language, tip.filed_at)
            says = OF_A_MOMENT[alarm.name]
            if tip.tip_id is not None:
                says, values["tip"] = OF_A_TIP[alarm.name], str(tip.tip_id)
                leads = "tips.one", {"tip_id": tip.tip_id}
        line = phrase("Alarm since {at}. {says} In the runbook: {name}.")
        yield TodayLine(Weight.BAD, line, values, *leads, says=says)


def _quiet(kit: ConsoleKit, _by: SignedIn) -> Iterator[TodayLine]:
    found = quiet_hour.look(kit)
    if found is not None:
        says = phrase("Quieter than usual: {sessions} calls in the last hour, usually {usual}.")
        values = {"sessions": str(found.sessions), "usual": str(found.usual)}
        yield TodayLine(Weight.WARN, says, values)


def _own_link(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    found = new_links.resting(kit, by.account_id)
    if found is not None:
        says = phrase("{by} asked for a new link for your account. If you did not, refuse it.")
        yield TodayLine(Weight.BAD, says, {"by": found.asked_by}, "accounts.show")


def _own_renewals(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    """Says that the account has a new sheet or authenticator, until its person says that it was them."""
    found = own_account.renewed(kit, by)
    for at, says in (
        (found.paper_at, phrase("A new recovery sheet was made at {at}. Not you? Tell an admin.")),
        (found.factor_at, phrase("A new authenticator was taken at {at}. Not you? Tell an admin.")),
    ):
        if at is not None:
            yield TodayLine(Weight.WARN, says, {"at": when(by.language, at)}, "accounts.show")


def _admins(kit: ConsoleKit, _by: SignedIn) -> Iterator[TodayLine]:
    admins = invitations.admins_who_enter(kit, pretended=kit.pretended)
    if admins < invitations.FEWEST_ADMINS:
        says = phrase("There are fewer than two admins: one who leaves locks everybody out.")
        yield TodayLine(Weight.BAD, says, endpoint="accounts.listed")


def _desks(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    """Desks that somebody left with a copy of the key, and those that one member alone opens."""
    for head in desk_page.listed(kit, desk_page.seen(kit, by)):
        if head.copied_since is not None:
            says = phrase("The desk {desk} needs a new key: a copy may be held since {at}.")
            values = {"desk": _desk(by, head), "at": when(by.language, head.copied_since)}
            yield TodayLine(Weight.BAD, says, values, "desks.listed")
        if head.is_last:
            says = phrase("One member alone opens the desk {desk}: let a second one in.")
            yield TodayLine(Weight.WARN, says, {"desk": _desk(by, head)}, "desks.listed")


def _desk(by: SignedIn, head: DeskHead) -> str:
    return head.name or place_name(head.code, by.language)


def _approvals(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    """Counts what the page behind it lists, where this account may decide any of it."""
    found = approvals.everything(kit, by)
    for one in found:
        if one.call_back_id and one.may_decide:
            values = {name: str(value) for name, value in one.sentence.values}
            yield TodayLine(Weight.WARN, one.sentence.template, values, "acting.calls")
    if any(one.may_decide for one in found):
        says = phrase("Wait for a second person: {count}.")
        yield TodayLine(Weight.WARN, says, {"count": str(len(found))}, "approvals.listed")


def _numbers(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    """Of the numbers that screens name, those that go from the screens soon, or went."""
    book, on = kit.books.book(kit.books.live()), day_of(kit.now())
    for digits in sorted(numbers_named(book) & book.numbers.keys()):
        until = book.numbers[digits].until
        if until is None or until - on > SOON:
            continue
        values = {"digits": digits, "until": day(by.language, until)}
        if until < on:
            says = phrase("The number {digits} was to be confirmed again by {until}.")
            yield TodayLine(Weight.BAD, says, values)
        else:
            says = phrase("The number {digits} must be confirmed again by {until}.")
            yield TodayLine(Weight.WARN, says, values)


def _urgent_words(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    stands = emergencies.standing(kit)
    if stands is not None:
        says = phrase(
            "Words went live in an emergency at {at} by {by}. A second person reads them by {until}, or they go back."
        )
        at, until = (
            when(by.language, stands.published_at),
            when(by.language, ends(stands.published_at, stands.lapses_at)),
        )
        yield TodayLine(
            Weight.BAD,
            says,
            {"at": at, "by": stands.published_by, "until": until},
            "reading.history",
        )


def _proposed(kit: ConsoleKit, _by: SignedIn) -> Iterator[TodayLine]:
    count = sum(one.state is ChangeState.PROPOSED for one in folders.listed(kit))
    if count:
        says = phrase("Changes that wait to be read: {count}.")
        yield TodayLine(Weight.WARN, says, {"count": str(count)}, "changes.listed")


def _text_questions(kit: ConsoleKit, _by: SignedIn) -> Iterator[TodayLine]:
    count = saving.count(kit)
    if count:
        says = phrase("Translators ask about words: {count}.")
        yield TodayLine(Weight.WARN, says, {"count": str(count)}, "words.questions")


def _untaken_tips(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    untaken = tip_lines.untaken(kit, by)
    late = untaken.late
    for one in late[:MOST_TIPS]:
        spent, promised = one.wait.minutes
        says = phrase("Tip {tip} in {place} waits {spent} minutes; promised {promised}.")
        if one.passed_by:
            says = phrase(
                "Tip {tip} in {place}: {who} passed it on, and nobody has taken it: {spent} of {promised} minutes."
            )
        values = {
            "who": one.passed_by,
            "tip": str(one.id),
            "place": place_within(one.place, one.within, by.language),
            "spent": str(spent),
            "promised": str(promised),
        }
        yield TodayLine(Weight.BAD, says, values, "tips.one", {"tip_id": one.id})
    if len(late) > MOST_TIPS:
        says = phrase("Tips that wait longer than was promised: {count}.")
        yield TodayLine(Weight.BAD, says, {"count": str(len(late))}, "tips.listed")
    if untaken.in_time:
        says = phrase("Tips that nobody has taken yet, within the time that was promised: {count}.")
        yield TodayLine(Weight.WARN, says, {"count": str(untaken.in_time)}, "tips.listed")


def _owing_tips(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    """What somebody was asked about a person who was offered help, and nobody has said yet."""
    found = tip_lines.owing(kit, by)
    for one in found[:MOST_TIPS]:
        says = phrase("Tip {tip} in {place}: it is to be said what became of a person.")
        place = place_within(one.place, one.within, by.language)
        values = {"tip": str(one.id), "place": place}
        yield TodayLine(Weight.WARN, says, values, "tips.one", {"tip_id": one.id})
    if len(found) > MOST_TIPS:
        says = phrase("Tips in which it is to be said what became of a person: {count}.")
        asked = {"state": TipStanding.ALL.value, "owes": "yes"}
        yield TodayLine(Weight.WARN, says, {"count": str(len(found))}, "tips.listed", asked)


def _age(span: timedelta) -> str:
    """Says a length of time in minutes or hours, in signs that every language uses."""
    return f"{span // MINUTE} min" if span < 2 * HOUR else f"{span // HOUR} h"


def _waiting_closures(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    """Lists closures that wait for a second person, with their age."""
    found = waiting_closures.listed(kit, by)
    for one in found[:MOST_TIPS]:
        says = phrase("Tip {tip} in {place}: closing it waits for a second person, {age}.")
        values = {
            "tip": str(one.tip_id),
            "place": place_within(one.place, one.within, by.language),
            "age": _age(one.age),
        }
        weight = Weight.BAD if one.is_danger or one.is_late else Weight.WARN
        yield TodayLine(weight, says, values, "tips.one", {"tip_id": one.tip_id})
    if len(found) > MOST_TIPS:
        says = phrase("Closures that wait for a second person: {count}.")
        yield TodayLine(Weight.WARN, says, {"count": str(len(found))}, "approvals.listed")


def _releases(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    """Counts releases of statistics that this account's role has not approved."""
    count = len(service_releases.pending(kit, by.roles))
    if count:
        says = phrase("Releases of statistics to approve: {count}.")
        yield TodayLine(Weight.WARN, says, {"count": str(count)}, "pages.overview")


def _exercises(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    """Names each exercise that runs."""
    for row in exercising.running(kit):
        values = {
            "desk": exercising.desk_named(row.desk, by.language),
            "until": when(by.language, row.ends_at),
        }
        says = phrase("An exercise runs: {desk}, until {until}.")
        yield TodayLine(Weight.WARN, says, values, "exercises.listed")


SOURCES = (
    LineSource(who.DESKS, _untaken_tips),
    LineSource(who.DESKS, _waiting_closures),
    LineSource(who.DESKS, _owing_tips),
    LineSource(who.ALL, _own_link, is_bar=True),
    LineSource(who.ALL, _own_renewals),
    LineSource(who.ALL, _urgent_words, is_bar=True),
    LineSource(who.ALL, _held_lane, is_bar=True),
    LineSource(who.RUNNING, _alarms),
    LineSource(who.RUNNING, _given_up),
    LineSource(who.RUNNING, _quiet),
    LineSource(who.ADMIN, _admins),
    LineSource(who.DECIDING, _approvals),
    LineSource(who.RUNNING, _exercises),
    LineSource(who.PEOPLE, _desks),
    LineSource(who.APPROVER, _proposed),
    LineSource(who.WRITING | who.RUNNING, _numbers),
    LineSource(who.EDITOR, _text_questions),
    LineSource(who.RELEASING, _releases),
)
