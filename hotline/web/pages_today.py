"""Shows the page Today, and the red bars at the top of every page. The page and the bars consist of lines about tasks
and problems, most urgent first.

Each source in `SOURCES` makes one kind of line. A source must be quick, because an open page Today loads again every
minute.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Response

from hotline.alarms.rules import Alarm
from hotline.alerts import service_drills
from hotline.cases import pages_board, service_board, service_case_files
from hotline.console import routes
from hotline.console.routes import PAGES, TodayLine, table
from hotline.console.templating import format_day, format_time, number_of
from hotline.console.visit import Visit, form_view, page, redirect_to
from hotline.core.actors import AccountRole, SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.duty import service_accounts, service_desk_page, service_invitations
from hotline.duty.pages import DESK_NAMES
from hotline.editing import pages_draft_reading, service_news, service_plans, service_translation
from hotline.editing.pages_difference import draft_form
from hotline.editing.rules_drafts import emergency_end
from hotline.flows.flow import numbers_named
from hotline.gateway import service_pause
from hotline.monitoring import service_alarms, service_checks_outside
from hotline.people import service_own_account
from hotline.statistics import pages as statistics
from hotline.statistics import service_releases
from hotline.text.languages import phrase
from hotline.text.places import place_name
from hotline.web import service_approvals


def _line(
    is_bad: bool,
    phrase: str,
    endpoint: str = "",
    part: Mapping[str, int | str] | None = None,
    text: str = "",
    **values: object,
) -> TodayLine:
    texts = {name: str(value) for name, value in values.items()}
    return TodayLine(is_bad, phrase, texts, endpoint, part or {}, text)


MakesLine = Callable[..., TodayLine]
bad: MakesLine = partial(_line, True)
"""Makes a red line, which is about a problem."""
warn: MakesLine = partial(_line, False)
"""Makes an ordinary line, which is about a task."""


ALARMS = table("alarms")
ALARM_PAGES: Mapping[str, str] = {
    **dict.fromkeys((Alarm.MANY_SMS, Alarm.DETAILS), "board.show"),
    **dict.fromkeys((Alarm.UNSENT, Alarm.UNDELIVERABLE, Alarm.QUEUE_PAUSED), "outgoing.show"),
    **dict.fromkeys((Alarm.NATIONAL, Alarm.DISTRICTS), "people.listed"),
    **dict.fromkeys((Alarm.DESKS, Alarm.BOARDS, Alarm.DESK_SIGNATURES), "desks.listed"),
    **dict.fromkeys((Alarm.ON_CALL_CONTACTS, Alarm.TRIAL), "outgoing.contacts"),
    **dict.fromkeys((Alarm.ACCOUNTS, Alarm.SIGN_INS, Alarm.AUDIT_LOG), "audit.listed"),
    Alarm.URGENT_WORDS: "reading.history",
}
"""Maps an alarm to the page of the console on which a person can deal with the cause of the alarm."""
PARTS = table("outgoing_parts")
WITH_TIP = table("alarms_of_a_tip")
"""The sentences of alarms about a tip, for accounts that may see this tip."""
WITHOUT_TIP = table("alarms_of_a_moment")
"""The sentences of alarms about a tip, for accounts that may not see this tip."""


SOON = timedelta(days=60)
"""The page Today shows a line about a phone number if its verification ends within this time."""


LineMaker = Callable[[ConsoleContext, SignedIn], Iterator[TodayLine]]


@dataclass(frozen=True, slots=True)
class LineSource:
    roles: frozenset[AccountRole]
    tells: LineMaker
    is_bar: bool = False
    """True if these lines are red bars on every page, and not only lines on the page Today."""


def count_line(
    line: MakesLine, phrase: str, endpoint: str, count: Callable[[ConsoleContext, SignedIn], int]
) -> LineMaker:
    """Returns a function that makes one line with the number from `count`. The function makes no line if the number is
    zero.
    """

    def tells(context: ConsoleContext, by: SignedIn) -> Iterator[TodayLine]:
        number = count(context, by)
        if number:
            yield line(phrase, endpoint, count=number)

    return tells


def today(context: ConsoleContext, by: SignedIn) -> Sequence[TodayLine]:
    """Returns all lines for this account, the most urgent first."""
    lines = [line for source in _sources(by) for line in source.tells(context, by)]
    return sorted(lines, key=lambda line: not line.is_bad)


def red_bars(context: ConsoleContext, by: SignedIn) -> Sequence[TodayLine]:
    """Returns the lines that every page shows to this account."""
    return [line for source in _sources(by) if source.is_bar for line in source.tells(context, by)]


def counts(context: ConsoleContext, by: SignedIn) -> Mapping[str, int]:
    """Returns the two numbers in the navigation bar. The number of late cases is next to the link to the board. The
    number of unread news is next to the link to the page Today.
    """
    late = service_board.count_late(context, by) if by.roles & routes.DESKS else 0
    unread = service_news.unread_count(context, by) if by.roles & routes.WORDS else 0
    return {"board.show": late, "today.show": unread}


def _sources(by: SignedIn) -> Iterator[LineSource]:
    return (source for source in SOURCES if source.roles == routes.ALL or source.roles & by.roles)


def _paused_queue(context: ConsoleContext, by: SignedIn) -> Iterator[TodayLine]:
    hold = service_pause.current_pause(context)
    if hold is not None:
        at = format_time(by.language, hold.since)
        leads = "outgoing.show" if by.roles & routes.RUNNING else ""
        sentence = phrase("{by} paused all messages at {at}. Reason: {reason}")
        yield bad(sentence, leads, by=hold.paused_by, at=at, reason=hold.reason)


def _paused_parts(context: ConsoleContext, _: SignedIn) -> Iterator[TodayLine]:
    for part in service_pause.paused_parts(context):
        sentence = phrase("The sending of some messages is paused: {says}. Reason: {reason}")
        yield warn(sentence, "outgoing.show", text=PARTS[part.queue], reason=part.reason)


def _alarms(context: ConsoleContext, by: SignedIn) -> Iterator[TodayLine]:
    line = phrase('Alarm since {at}. {says} Section of the runbook: "{name}".')
    opens = {route.endpoint for route in PAGES if route.admits(by.roles)}
    for alarm in service_alarms.raised_alarms(context):
        values = {"at": format_time(by.language, alarm.since), "name": alarm.name}
        tip = service_alarms.alarm_tip(context, by, alarm.name)
        if tip is None:
            leads = ALARM_PAGES.get(alarm.name, "")
            text = ALARMS.get(alarm.name, "")
            yield bad(line, leads if leads in opens else "", text=text, **values)
            continue
        tip_id, filed_at = tip
        values["filed"] = format_time(by.language, filed_at)
        if tip_id is None:
            yield bad(line, text=WITHOUT_TIP[alarm.name], **values)
        else:
            text, part = WITH_TIP[alarm.name], {"tip_id": tip_id}
            yield bad(line, "tips.one", part, text, tip=tip_id, **values)


def _quiet(context: ConsoleContext, _by: SignedIn) -> Iterator[TodayLine]:
    found = service_checks_outside.quiet_hour(context)
    if found is not None:
        sentence = phrase("Fewer calls than usual: {sessions} in the last hour, normally {usual}")
        sessions, usual = found
        yield warn(sentence, sessions=sessions, usual=usual)


def _own_link(context: ConsoleContext, by: SignedIn) -> Iterator[TodayLine]:
    found = service_invitations.waiting_link(context, by.account_id)
    if found is not None:
        sentence = phrase(
            "{by} asked for a new sign-in link for your account. If you did not ask for this link, refuse the link."
        )
        yield bad(sentence, "accounts.show", by=found.asked_by)


def _own_renewals(context: ConsoleContext, by: SignedIn) -> Iterator[TodayLine]:
    """Makes lines for a new recovery sheet (a printed key) and for a new authenticator, until the account's owner
    confirms them.
    """
    found = service_own_account.unconfirmed_renewals(context, by)
    for at, sentence in (
        (
            found.paper_at,
            phrase(
                "Someone created a new recovery sheet for your account at {at}. If this was not you, notify an admin."
            ),
        ),
        (
            found.factor_at,
            phrase(
                "Someone set up a new authenticator for your account at {at}. If this was not you, notify an admin."
            ),
        ),
    ):
        if at is not None:
            yield warn(sentence, "accounts.show", at=format_time(by.language, at))


def _admins(context: ConsoleContext, _by: SignedIn) -> Iterator[TodayLine]:
    if (
        service_invitations.admins_who_enter(context, is_emulated=context.is_emulated)
        < service_accounts.MIN_ADMINS
    ):
        sentence = phrase(
            "Fewer than two admins can sign in. Add an admin: if the last admin leaves, no one can manage accounts."
        )
        yield bad(sentence, "accounts.listed")


def _desks(context: ConsoleContext, by: SignedIn) -> Iterator[TodayLine]:
    """Makes a line for each desk whose key a former member may have copied. Also makes a line for each desk whose tips
    only one member can decrypt.
    """
    for head in service_desk_page.list_desks(context, by):
        text = DESK_NAMES.get(head.code, "{desk}")
        desk = head.name or place_name(head.code, by.language)
        if head.copied_since:
            sentence = phrase(
                "Give this desk a new key: {says}. A person who left the desk at {at} may have a copy of the old key."
            )
            at = format_time(by.language, head.copied_since)
            yield bad(sentence, "desks.listed", text=text, desk=desk, at=at)
        if head.is_last:
            sentence = phrase(
                "Only one member can read the tips of this desk: {says}. Grant access to a second member."
            )
            yield warn(sentence, "desks.listed", text=text, desk=desk)


def _approvals(context: ConsoleContext, by: SignedIn) -> Iterator[TodayLine]:
    """Makes a line with the number of pending approvals, if this account may decide any of them. Makes another line for
    each request to see a caller's phone number that this account may approve.
    """
    found = service_approvals.all_pending(context, by)
    for approval in found:
        if approval.call_back_id and approval.may_decide:
            yield warn(approval.sentence.template, "acting.calls", **dict(approval.sentence.values))
    if any(approval.may_decide for approval in found):
        sentence = phrase("Requests that wait for approval: {count}")
        yield warn(sentence, "approvals.listed", count=len(found))


def _numbers(context: ConsoleContext, by: SignedIn) -> Iterator[TodayLine]:
    """Makes a line for each phone number on callers' screens whose verification ends soon or has ended."""
    flow_set, on = context.flow_sets.get(context.flow_sets.live()), context.today()
    for digits in sorted(numbers_named(flow_set) & flow_set.numbers.keys()):
        until = flow_set.numbers[digits].until
        if until is None or until - on > SOON:
            continue
        last = format_day(by.language, until)
        if until < on:
            sentence = phrase(
                "Overdue: confirm the phone number {digits} again. The confirmation was due {until}."
            )
            yield bad(sentence, digits=digits, until=last)
        else:
            sentence = phrase("Confirm the number {digits} again by {until}.")
            yield warn(sentence, digits=digits, until=last)


def _urgent_words(context: ConsoleContext, by: SignedIn) -> Iterator[TodayLine]:
    emergency = service_plans.current_emergency(context)
    if emergency is not None:
        sentence = phrase(
            "{by} published a text in an emergency at {at}. Review the text by {until}, or the old text returns."
        )
        at = format_time(by.language, emergency.published_at)
        until = format_time(by.language, emergency_end(emergency.published_at, emergency.lapses_at))
        yield bad(sentence, "reading.history", at=at, by=emergency.published_by, until=until)


def _drills(context: ConsoleContext, by: SignedIn) -> Iterator[TodayLine]:
    """Makes a line for each drill that is running."""
    for row in service_drills.running_drills(context):
        says = phrase("Drill in progress: {desk}, until {until}")
        desk = service_drills.desk_named(row.desk, by.language)
        yield warn(says, "exercises.listed", desk=desk, until=format_time(by.language, row.ends_at))


_given_up = count_line(
    bad,
    phrase("Undeliverable messages to review: {count}"),
    "outgoing.show",
    lambda context, _: len(service_pause.undeliverable(context)),
)
_text_questions = count_line(
    warn,
    phrase("Questions from translators: {count}"),
    "words.questions",
    lambda context, _: service_translation.count_questions(context),
)
_releases = count_line(
    warn,
    phrase("Statistics releases to approve: {count}"),
    "pages.overview",
    lambda context, by: len(service_releases.pending(context, by.roles)),
)
_holds = count_line(
    warn,
    phrase("Legal holds to review: {count}"),
    "case_files.listed",
    service_case_files.count_reviews,
)
SOURCES = (
    LineSource(routes.ALL, _own_link, is_bar=True),
    LineSource(routes.ALL, _own_renewals),
    LineSource(routes.ALL, _urgent_words, is_bar=True),
    LineSource(routes.ALL, _paused_queue, is_bar=True),
    LineSource(routes.RUNNING, _paused_parts),
    LineSource(routes.RUNNING, _alarms),
    LineSource(routes.RUNNING, _given_up),
    LineSource(routes.RUNNING, _quiet),
    LineSource(routes.ADMIN, _admins),
    LineSource(routes.DECIDING, _approvals),
    LineSource(routes.RUNNING, _drills),
    LineSource(routes.NATIONAL, _holds),
    LineSource(routes.PEOPLE, _desks),
    LineSource(routes.WRITING | routes.RUNNING, _numbers),
    LineSource(routes.EDITOR, _text_questions),
    LineSource(routes.RELEASING, _releases),
)


NO_NEWS: Mapping[str, Any] = dict.fromkeys(("news", "waiting", "opened", "opened_draft"))
"""The page Today gets these empty values for an account that does not work with the hotline's texts."""
RELOADED = "60; url={path}?auto"
"""The value of the HTTP header `Refresh`: the browser loads the page again each minute. The address contains `auto`, so
that this load does not extend the user's session.
"""


def first(visit: Visit) -> Response:
    """Shows the first page after sign-in. Members of desks see the board. People who work with texts, and admins, see
    the page Today. All other accounts see the statistics.
    """
    if visit.by.roles & routes.DESKS:
        return pages_board.show(visit)
    if visit.by.roles & routes.WORDS or not visit.by.roles & routes.BUT_TRANSLATOR:
        return show(visit)
    return statistics.overview(visit, today(visit.context, visit.by))


def show(visit: Visit) -> Response:
    """Shows the page Today for this account."""
    values = pages_draft_reading.today_values(visit) if visit.may(routes.WORDS) else NO_NEWS
    answer = page(visit, "today.html", lines=today(visit.context, visit.by), **values)
    # A page with an open form does not reload, because the typed text would be lost.
    if not (values["opened"] or values["opened_draft"] or visit.faults):
        answer.headers["Refresh"] = RELOADED.format(path=visit.path.partition("?")[0])
    return answer


@draft_form(show, "comment")
def answer(visit: Visit, news_id: int) -> Response:
    """Stores an answer to a comment or to a returned draft. If the draft was returned, the page then shows the draft
    with a button to submit it.
    """
    words = visit.form.text("comment", most=service_news.COMMENT_LETTERS)
    service_news.answer(visit.context, visit.by, news_id, words)
    return redirect_to("today.show", done="sent", news=news_id)


def read(visit: Visit) -> Response:
    """Marks one piece of news as read. If the form contains no id of a piece, marks all news as read."""
    service_news.mark_read(visit.context, visit.by, number_of(visit.form.text("news")))
    return redirect_to("today.show")


@form_view(show)
def mail(visit: Visit) -> Response:
    address = visit.form.secret("mail")
    if not service_news.set_address(visit.context, visit.by, address):
        raise visit.wrong(
            "secret_mail", "Enter a mail address like name@example.org, or leave it empty."
        )
    return redirect_to("today.show", done="mail" if address else "no-mail")
