"""Runs `hotline tips`, which shows the state of every tip, and prints the text of a tip with a desk's passphrase."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hotline.alerts import service_closing
from hotline.alerts.queries_retention import RetainedTip
from hotline.alerts.rules_follow_up import FOLLOWS
from hotline.alerts.service_case import visit_facts_of
from hotline.cases import decrypt_access, service_persons, service_reading, service_viewer
from hotline.cases import service_retention as keeping
from hotline.cases.queries import TipListFilter, TipOverview
from hotline.cli import options
from hotline.cli.command_context import cli_context
from hotline.cli.desks import desk_code, passphrase_of_desk
from hotline.core import rules_trial
from hotline.core.catalogues import load_console_words
from hotline.core.contexts import Context
from hotline.duty.service_leaves import format_time
from hotline.people.decrypt_passphrase import TwoPeople
from hotline.text.places import NATIONAL, place_name, place_within
from hotline.text.time import KIGALI
from hotline.tips.queries_visible import desk_viewer
from hotline.tips.rules import DeadlineKind, Matter, TextState, TipOutcome, TipState, Urgency
from hotline.tips.rules_receipts import AskedAgain, Wait, wait_of

PAGE = 50


@click.command("list")
@click.option("--open", "is_open", is_flag=True, help="Show only open tips.")
@click.option("--desk", metavar="DESK", help="Show only tips of this desk.")
@options.since_option("tips filed")
@click.option(
    "--urgency",
    type=click.IntRange(1, 3),
    help="Show only tips of this urgency: 1 (urgent), 2 (soon) or 3 (normal).",
)
@click.option(
    "--before",
    type=options.TIP_ID,
    metavar="ID",
    help="Show only tips that are older than the tip with this number.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    help=f"Highest number of tips in the list. Default: {PAGE} tips. With --json: all tips.",
)
@options.as_json_option
def list_(
    desk: str | None, since: datetime | None, limit: int | None, as_json: bool, **wanted: Any
) -> None:
    """List tips and complaints without their text, the newest first.

    Each row shows how long the tip has waited, and its time limit. The row also shows the tip's assignee and its next
    deadline. A tip is overdue when everyone was alerted and no one has taken it. "fragment" is a report that ended
    before a district was given. No responder can act on a fragment, and a fragment has no time limit.

    Example: hotline tips list --open --desk Gasabo
    """
    most = limit or (None if as_json else PAGE)
    tip_filter = TipListFilter(
        viewer=desk_viewer(desk_code(desk)) if desk else None,
        since=since,
        limit=most and most + 1,
        **wanted,
    )
    with cli_context() as context:
        now = context.now()
        found = decrypt_access.list_tips(context, tip_filter)
    page = found[:most]
    if as_json:
        options.print_json([row_of(overview, now) for overview in page])
        return
    if not page:
        is_narrowed = desk or since or any(wanted.values())
        click.echo("no such tips" if is_narrowed else "no tips yet", err=True)
    for overview in page:
        click.echo(_line(overview, now))
    if len(found) > len(page):
        click.echo(f"for older tips add --before {page[-1].tip.id}", err=True)


def _line(overview: TipOverview, now: datetime) -> str:
    tip = overview.tip
    filed = format_time(tip.filed_at) if tip.filed_at else ""
    what = tip.matter if tip.matter == Matter.COMPLAINT else tip.category or "-"
    state = "closed" if tip.closed_at else tip.state
    return (
        f"{tip.id:5}  {filed:17}  {place_within(tip.place, tip.within, 'en'):14} {what:12}"
        f" {Urgency(tip.urgency).label:6} {state:9} {'  '.join(_notes(overview, now))}"
    )


def _notes(overview: TipOverview, now: datetime) -> Iterator[str]:
    """Yields how long a tip waited, its assignee, the next step, and other facts that the reader must know."""
    tip = overview.tip
    if tip.channel == rules_trial.DRILL:
        yield "DRILL"
    yield from _waited(overview, now)
    yield _assignee(overview)
    if overview.is_overdue:
        yield _red("OVERDUE")
    if overview.clock and overview.due_at:
        due = {DeadlineKind.HELD: "held until", DeadlineKind.OVERDUE: "next alert"}
        clock = due.get(DeadlineKind(overview.clock), f"{overview.clock.replace('_', ' ')} due")
        yield f"{clock} {format_time(overview.due_at)}"
    if overview.closure_by:
        since = (
            f" since {format_time(tip.closure_requested_at)}" if tip.closure_requested_at else ""
        )
        yield f"closure waits{since}: {overview.closure_by} says {tip.outcome_asked}"
    if tip.closed_at is None and (mark := visit_facts_of(tip).mark(tip.matter)):
        yield mark
    if overview.same_contact:
        yield f"also from this phone: {overview.same_contact}"
    if overview.question:
        yield f"question: {overview.question}"
    if tip.closed_at:
        came = f", outcome: {tip.outcome}" if tip.outcome else ""
        yield f"closed {format_time(tip.closed_at)}{came}"
    if tip.erased_at:
        yield "words erased"
    elif tip.erasure_asked_at:
        yield "erasure requested"


def _assignee(overview: TipOverview) -> str:
    name = overview.responsible
    if overview.asked is not None:
        prefix = (
            "passed on by" if overview.asked is AskedAgain.PASSED_ON else "others are alerted after"
        )
        name = f"{prefix} {name}"
    if overview.tip.closed_at:
        name = name or overview.acknowledged_by or "not taken"
    if name is None and overview.tip.state == TipState.FRAGMENT:
        name = "incomplete: alerted once" if overview.assignments else "incomplete: alerts no one"
    name = name or _red("NOT TAKEN")
    return f"{name} (unproven: {overview.unproven})" if overview.unproven else name


def _waited(overview: TipOverview, now: datetime) -> Iterator[str]:
    """Yields a text such as `waits 9 of 3 min LATE` for an open tip, or how soon a responder took the tip. Yields
    nothing if the tip was closed before a responder took it."""
    wait, ended_at = _wait(overview, now), _taken_at(overview)
    if wait is None or (overview.tip.closed_at and ended_at is None):
        return
    late = f" {_red('LATE')}" if wait.is_late else ""
    yield f"{'taken in' if ended_at else 'waits'} {wait}{late}"


def _taken_at(overview: TipOverview) -> datetime | None:
    """Returns the time at which the tip was taken. Returns None while no responder has taken the tip."""
    is_over = overview.is_taken or overview.tip.closed_at is not None
    return overview.acknowledged_at if is_over else None


def _wait(overview: TipOverview, now: datetime) -> Wait | None:
    tip = overview.tip
    nothing_promised = tip.state == TipState.FRAGMENT or tip.channel == rules_trial.DRILL
    if tip.filed_at is None or nothing_promised:
        return None
    ended_at = _taken_at(overview) or tip.closed_at
    return wait_of(tip.urgency, tip.filed_at, ended_at=ended_at, now=now)


def _red(word: str) -> str:
    return click.style(word, fg="red", bold=True)


OF_TIP = (
    *("id", "matter", "category", "urgency", "state", "do_not_visit", "visit", "visit_decision"),
    *("outcome", "outcome_asked", "filed_at", "erasure_asked_at", "closed_at"),
    "closure_requested_at",
)
OF_OVERVIEW = (
    *("same_contact", "question", "closure_by", "responsible", "assignments"),
    *("acknowledged_by", "acknowledged_at", "unproven", "due_at"),
)


def row_of(overview: TipOverview, now: datetime) -> dict[str, object]:
    """Returns the values of a tip for the JSON output."""
    tip, wait = overview.tip, _wait(overview, now)
    return {
        **options.attributes_of(tip, *OF_TIP),
        **options.attributes_of(overview, *OF_OVERVIEW),
        "drill": tip.channel == rules_trial.DRILL,
        "place": place_name(tip.place, "en"),
        "within": tip.within and place_name(tip.within, "en"),
        "waited_seconds": wait and int(wait.spent.total_seconds()),
        "promised_seconds": wait and int(wait.promised.total_seconds()),
        "late": wait and wait.is_late,
        "text_erased": tip.erased_at is not None,
        "overdue": overview.is_overdue,
        "next_clock": overview.clock,
    }


ERASE_WANTED = {
    "rw": "Hari uwasabye ko bisibwa. Ashobora kuba atari we wabivuze.",
    "en": "Erasure of this text requested, perhaps by a person other than the caller.",
    "fr": "Quelqu'un a demandé de l'effacer; ce n'est pas forcément qui l'a dit.",
}
WIDEST = 60


@click.command()
@options.TIP
@click.option(
    "--desk",
    required=True,
    metavar="DESK",
    help="Desk whose key decrypts the tip: the name of a district, or `national`.",
)
@options.by_and_reason
@options.second_person_option
@options.passphrase_option("the passphrase")
@options.language_option
def read(
    tip_id: int,
    desk: str,
    by: str,
    reason: str,
    second: str,
    passphrase_file: Path | None,
    language: str,
) -> None:
    """Print the text of a tip, after the audit log has a row about this reading.

    A refused request to read a tip also adds a row to the audit log.

    Example: hotline tips read 12 --desk Gasabo --by "Desk 1" --second "Desk 2" --reason "send help"
    """
    code, people = desk_code(desk), TwoPeople(by, second)
    with cli_context() as context:
        decrypt_access.check_grant(context, tip_id, desk=code, by=people, reason=reason)
        passphrase = passphrase_of_desk(passphrase_file, code)
        tip = decrypt_access.read_tip(
            context, tip_id, desk=code, passphrase=passphrase, by=people, reason=reason
        )
        answers = service_reading.question_answers(context, tip, language)

    if first := tip.visit_facts.sentence(tip.matter):
        click.secho(load_console_words()[language].get(first, first), fg="red")
    if tip.erasure_asked_at is not None:
        click.secho(ERASE_WANTED[language], fg="red", err=True)
    if tip.earlier:
        places = ", ".join(place_name(place, language) for place in tip.earlier)
        click.echo(f"{EARLIER_PLACES[language]}: {places}")
    width = min(WIDEST, max((len(question) for question, _ in answers), default=0))
    for question, answer in answers:
        # Replaces characters with which a text could control the operator's terminal.
        harmless = "".join(letter if letter.isprintable() else "?" for letter in answer)
        click.echo(f"{question:{width}}  {harmless}")


def line_of(context: Context, one: service_viewer.TimelineEvent, language: str) -> str:
    """Returns one line of a tip's timeline: the time, the event and the channel. A correction shows its own number and
    the number of the text that it corrects."""
    label = one.kind.value if one.template is None else context.phrases.say(language, one.template)
    codes = ", ".join(f"{name} {code}" for name, code in one.codes.items())
    details = (
        one.channel,
        one.name or one.desk,
        f"({codes})" if codes else "",
        f"#{one.entry_id}" if one.supersedes or one.corrected_by else "",
        f"corrects #{one.supersedes}" if one.supersedes else "",
        f"corrected by #{one.corrected_by}" if one.corrected_by else "",
    )
    text = " ".join(filter(None, details))
    return f"{one.at.astimezone(KIGALI):%Y-%m-%d %H:%M}  {label}  {text}"


def document_of(event: service_viewer.TimelineEvent) -> dict[str, object]:
    return {
        **options.attributes_of(
            event, "at", "kind", "channel", "name", "desk", "supersedes", "corrected_by"
        ),
        "id": event.entry_id,
        "codes": dict(event.codes),
    }


@click.command()
@click.argument("name", metavar="REF")
@options.language_option
@options.as_json_option
def show(name: str, language: str, as_json: bool) -> None:
    """Show a case's row in the list of tips, and its timeline. REF is a reference, or a tip's id.

    Facts about persons are not shown. A person with the key of the case can read facts about persons on a phone or in
    the console.

    Example: hotline tips show K7Q4
    """
    with cli_context() as context:
        now, sheet = context.now(), service_viewer.case_sheet(context, name.upper())
        lines = [line_of(context, event, language) for event in sheet.timeline]
    if as_json:
        options.print_json(
            {
                **row_of(sheet.overview, now),
                "references": sheet.references,
                "linked_to": sheet.links,
                "entries": [document_of(event) for event in sheet.timeline],
            }
        )
        return
    click.echo(_line(sheet.overview, now))
    click.echo(" ".join(("known as:", *sheet.references)))
    if sheet.links:
        click.echo(" ".join(("linked to:", *(f"T{other}" for other in sheet.links))))
    click.echo("\n".join(lines))


EARLIER_PLACES = {
    "rw": "Ahantu hari havuzwe mbere",
    "en": "Place before correction",
    "fr": "Lieu dit avant la correction",
}
OUTCOME = click.Choice([outcome.value for outcome in TipOutcome])


@click.command()
@options.TIP
@options.by_and_reason
@click.option(
    "--outcome", type=OUTCOME, required=True, help="Outcome of the case that you want to close."
)
def close(tip_id: int, by: str, reason: str, outcome: str) -> None:
    """Request the closure of a tip. A member of the national desk must confirm the closure.

    The command closes nothing, because a typed name proves no identity. Before confirming, the member reads the case,
    on a phone with a PIN or in the console. A later request by the same name replaces the earlier request.

    Example: hotline tips close 12 --outcome not-found --by "Desk 1" --reason "visited twice"
    """
    with cli_context() as context:
        retained_tip = keeping.close_tip(
            context, tip_id, by=by, reason=reason, outcome=TipOutcome(outcome), only_requests=True
        )
        clocks = service_persons.due_follow_ups(context, tip_id)
    _say(retained_tip)
    for todo in clocks:
        due, owed = todo.due_at.astimezone(KIGALI), FOLLOWS[todo.kind].owed
        click.echo(f"  still to do for person {todo.n}: {owed}, by {due:%Y-%m-%d %H:%M} in Kigali")


def _say(retained: RetainedTip) -> None:
    """Prints the state of the tip and the step that follows next."""
    tip = retained.tip
    if tip.erased_at is not None:
        click.echo(f"tip {tip.id}: closed; its text was erased, as requested")
    elif tip.closed_at is not None:
        click.echo(f"tip {tip.id}: closed; its text is erased {retained.term.goes_at:%Y-%m-%d}")
    elif tip.closure_by is not None:
        requester = service_closing.person_name(tip.closure_by)
        click.echo(
            f"tip {tip.id}: not closed yet. {requester} requested closure: {tip.outcome_asked}. A second person must"
            " open the case, with a PIN or in the console, and confirm closure there."
        )


@click.command("let-go")
@options.TIP
@options.by_and_reason
def let_go(tip_id: int, by: str, reason: str) -> None:
    """Stand down the responders of the place that the caller named first, once a responder of the correct place has
    taken the tip.

    Example: hotline tips let-go 12 --by "Desk 1" --reason "other district"
    """
    with cli_context() as context:
        decrypt_access.stand_down(context, tip_id, by=by, reason=reason)
    click.echo(f"tip {tip_id}: the responders at the earlier place are stood down and notified")


@click.command("send-down")
@options.TIP
@options.by_and_reason
@options.second_person_option
@options.passphrase_option("the national desk's passphrase")
def send_down(tip_id: int, by: str, reason: str, second: str, passphrase_file: Path | None) -> None:
    """Give the district access to a tip that names an official.

    The national desk uses this command when no official is involved after all.

    Example: hotline tips send-down 12 --by "National 1" --second "National 2" --reason "not an official"
    """
    people = TwoPeople(by, second)
    with cli_context() as context:
        passphrase = passphrase_of_desk(passphrase_file, NATIONAL)
        decrypt_access.send_down(context, tip_id, passphrase=passphrase, by=people, reason=reason)
    click.echo(f"tip {tip_id}: its district can read it now, and is being alerted")


@click.command()
@options.as_json_option
def retention(as_json: bool) -> None:
    """List the texts that the hotline erases next, and the texts under legal hold.

    The clock erases a text two weeks after this list first showed it. Text is erased 90 days after `hotline tips
    close`, or 270 days after filing if the tip was not closed. After the erasure, the hotline keeps place, kind,
    urgency and times for the statistics. The hotline counts a month's facts about persons for the last time 75 days
    after the end of the month. Then the hotline erases these facts. The clock erases facts about persons only after
    this list has announced the erasure for two weeks.

    Example: hotline tips retention
    """
    with cli_context() as context:
        rows = []
        for retained_tip in keeping.upcoming_erasures(context):
            term, hold = retained_tip.term, retained_tip.hold
            row = {
                "tip": retained_tip.tip.id,
                "state": term.state,
                "place": place_name(retained_tip.tip.place, "en"),
                "goes_at": _day(term.goes_at),
                "warned_at": term.warned_at and _day(term.warned_at),
                "held_by": hold and hold.placed_by,
                "reason": hold and hold.reason,
            }
            rows.append(row)
        codes = [
            {**options.attributes_of(one, "month", "tips", "held"), "goes_at": _day(one.counted_at)}
            for one in keeping.upcoming_codes(context)
        ]
    if as_json:
        options.print_json([*rows, *codes])
        return
    for month in codes:
        note = f"; {len(month['held'])} are held" if month["held"] else ""
        click.echo(
            f"persons of {month['month']}: {len(month['tips'])} cases, counted {month['goes_at']}, then erased{note}"
        )
    if not rows:
        click.echo("no text is erased within two weeks, and no text is under legal hold", err=True)
    for row in rows:
        note = f"  by {row['held_by']}: {row['reason']}" if row["state"] == TextState.HELD else ""
        click.echo(
            f"{row['tip']:5}  {row['state']:7} goes {row['goes_at']}  {row['place']:14}{note}"
        )


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
