"""`hotline tips`: how every tip stands, and reading one with a desk's passphrase."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hotline.cli.closing import COMMANDS, TIP
from hotline.cli.kit import ask_passphrase, console_kit
from hotline.cli.signing import signed
from hotline.domain.places import district_named, districts, place_name
from hotline.domain.tip import NATIONAL, Matter
from hotline.environment import did_you_mean
from hotline.errors import NotFound
from hotline.services import access, asking
from hotline.services.personnel import shown
from hotline.store.standings import Standing

DESK = click.option("--desk", required=True, metavar="DESK", help="A district's name, or national.")
PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file whose first line is the passphrase; asked for on the terminal otherwise.",
)


@click.group()
def tips() -> None:
    """See how tips stand; read, ask, close and judge one."""


for command in COMMANDS:
    tips.add_command(command)


@tips.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def list_(as_json: bool) -> None:
    """Every tip and complaint without its words, the newest first; red where nobody has taken it."""
    with console_kit() as kit:
        rows = [_row(standing) for standing in access.list_tips(kit)]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not rows:
        click.echo("no tips yet", err=True)
    for row in rows:
        click.echo(
            f"{row['id']:5}  {row['filed_at'] or '':25}  {row['place']:14} {_what(row):12}"
            f" P{row['urgency']} {row['state']:9} {'  '.join(_notes(row))}"
        )


@tips.command()
@TIP
@DESK
@signed
@PASSPHRASE
def read(tip_id: int, desk: str, name: str, reason: str, passphrase_file: Path | None) -> None:
    """Print what a tip says. Leaves a row in the audit log before anything is shown, also where it is refused."""
    code = _desk(desk)
    with console_kit() as kit:
        access.check_grant(kit, tip_id, desk=code, by=name, reason=reason)
        passphrase = ask_passphrase(passphrase_file, code)
        tip = access.read_tip(kit, tip_id, desk=code, passphrase=passphrase, by=name, reason=reason)
        back = asking.worded(kit, tip.asked)

    if tip.do_not_visit:
        click.secho("She erased afterwards: do NOT visit, do NOT call.", fg="red", err=True)
    for field, value in (*tip.answers.items(), *back.items()):
        click.echo(f"{field:10} {_said(field, value)}")


@tips.command()
@TIP
@click.argument("question")
@DESK
@signed
@PASSPHRASE
def ask(
    tip_id: int, question: str, desk: str, name: str, reason: str, passphrase_file: Path | None
) -> None:
    """Ask one question back, out of `hotline questions`. Whoever holds the receipt finds it there; nothing is sent.

    One of a tip, and no second. Her answer is read where the tip is: `hotline tips read`.
    """
    code = _desk(desk)
    with console_kit() as kit:
        asking.check(kit, tip_id, question, desk=code, by=name, reason=reason)
        passphrase = ask_passphrase(passphrase_file, code)
        asked = asking.ask(
            kit, tip_id, question, desk=code, passphrase=passphrase, by=name, reason=reason
        )
    click.echo(f"tip {tip_id}: asked, behind its receipt: {asked.node.text['en']}")


def _desk(name: str) -> str:
    """Its code. Raises NotFound."""
    code = NATIONAL if name.casefold() == NATIONAL else district_named(name)
    if code is None:
        known = [NATIONAL, *(district.name for district in districts())]
        raise NotFound(
            f"no desk of that name: a district, or {NATIONAL}{did_you_mean(name.capitalize(), known)}"
        )
    return code


def _said(name: str, value: str) -> str:
    """A place's code with its name; nothing that a terminal would obey."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in value)
    if name in {"province", "district", "sector"}:
        return f"{place_name(value, 'en')} ({shown})"
    return shown


def _what(row: Mapping[str, Any]) -> str:
    if row["matter"] == Matter.COMPLAINT:
        return str(row["matter"])
    return row["category"] or "-"


def _notes(row: Mapping[str, Any]) -> Iterator[str]:
    """Who is responsible, what comes next, and all else that whoever looks must know."""
    who = row["responsible"] or row["acknowledged_by"] if row["closed_at"] else row["responsible"]
    taken = who or click.style("NOBODY", fg="red", bold=True)
    yield f"{taken} (unproven: {row['unproven']})" if row["unproven"] else taken
    if row["red"]:
        yield click.style("RED", fg="red", bold=True)
    if row["next_clock"]:
        yield f"{row['next_clock']} due {shown(datetime.fromisoformat(row['due_at']))}"
    if row["end_wanted_by"]:
        yield f"to be judged: {row['end_wanted_by']} says {row['end_wanted']}"
    if row["do_not_visit"]:
        yield "do not visit"
    if row["same_contact"]:
        yield f"also from this phone: {row['same_contact']}"
    if row["question"]:
        yield f"question: {row['question']}"
    if row["closed_at"]:
        yield f"closed, outcome: {row['outcome']}" if row["outcome"] else "closed"
    if row["words_erased"]:
        yield "words erased"


def _row(standing: Standing) -> Mapping[str, Any]:
    tip = standing.tip
    return {
        "id": tip.id,
        "filed_at": _second(tip.filed_at),
        "matter": tip.matter,
        "place": place_name(tip.place, "en"),
        "category": tip.category,
        "urgency": tip.urgency,
        "state": tip.state,
        "do_not_visit": tip.do_not_visit,
        "same_contact": standing.same_contact,
        "words_erased": tip.erased_at is not None,
        "question": standing.question,
        "closed_at": _second(tip.closed_at),
        "outcome": tip.outcome,
        "end_wanted": tip.end_wanted,
        "end_wanted_by": standing.end_wanted_by,
        "responsible": standing.responsible,
        "red": standing.is_red,
        "next_clock": standing.clock,
        "due_at": _second(standing.due_at),
        "referrals": standing.referrals,
        "acknowledged_by": standing.acknowledged_by,
        "unproven": standing.unproven,
    }


def _second(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
