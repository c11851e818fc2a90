"""`hotline tips close`, `let-go` and `send-down`: what is decided of a case, or asked for, at the command line."""

from collections.abc import Sequence
from pathlib import Path

import click

from hotline.cli.kit import console_kit
from hotline.cli.options import TIP, passphrase_option, recovering, signed
from hotline.cli.people.desks import passphrase_of_desk
from hotline.domain.call_back import KIGALI
from hotline.domain.cases.following import FOLLOWS
from hotline.domain.places.places import place_name
from hotline.domain.tip import NATIONAL, TipOutcome
from hotline.services.desk import sending_down
from hotline.services.desk.keys.by_passphrase import TwoPeople
from hotline.services.referrals import endings
from hotline.services.tips import retention
from hotline.services.tips.persons import case_persons
from hotline.store.referrals.retention import Kept

EARLIER = {
    "rw": "Ahantu hari havuzwe mbere",
    "en": "Told of before the place was corrected",
    "fr": "Lieu dit avant la correction",
}
OUTCOME = click.Choice([one.value for one in TipOutcome])


@click.command()
@TIP
@signed
@click.option("--outcome", type=OUTCOME, required=True, help="What came of it.")
def close(tip_id: int, by: str, reason: str, outcome: str) -> None:
    """Request that a tip is closed. A command closes nothing: a typed name proves nobody.

    Somebody of the national desk opens the case, behind the PIN or in the console, and confirms the closure there.
    The same name's later request replaces the earlier one.
    """
    with console_kit() as kit:
        kept = retention.close_tip(
            kit, tip_id, by=by, reason=reason, outcome=TipOutcome(outcome), only_requests=True
        )
        clocks = case_persons.still_owed(kit, tip_id)
    _say(kept)
    for one in clocks:
        due, owed = one.due_at.astimezone(KIGALI), FOLLOWS[one.kind].owed
        click.echo(f"  still owed to person {one.n}: {owed}, by {due:%Y-%m-%d %H:%M} in Kigali")


def _say(kept: Kept) -> None:
    """Prints how the tip stands, and the command that comes next."""
    tip = kept.tip
    if tip.erased_at is not None:
        click.echo(f"tip {tip.id}: closed; its words were erased, as somebody had asked")
    elif tip.closed_at is not None:
        click.echo(f"tip {tip.id}: closed; its words go {kept.term.goes_at:%Y-%m-%d}")
    elif tip.end_wanted_by is not None:
        who = endings.said(tip.end_wanted_by)
        click.echo(
            f"tip {tip.id}: not closed yet. {who} says {tip.end_wanted}. A second person opens the case, behind the PIN"
            " or in the console, and confirms it there."
        )


@click.command("let-go")
@TIP
@signed
def let_go(tip_id: int, by: str, reason: str) -> None:
    """Let the people of a tip's first place go, once somebody of the corrected one has it."""
    with console_kit() as kit:
        sending_down.let_go(kit, tip_id, by=by, reason=reason)
    click.echo(f"tip {tip_id}: the people of the first place are let go, and learn it now")


@click.command("send-down")
@TIP
@signed
@recovering
@passphrase_option("the national desk's passphrase; asked for otherwise")
def send_down(tip_id: int, by: str, reason: str, second: str, passphrase_file: Path | None) -> None:
    """Let the district know of a tip that names an official: for the national desk, when none is involved after all."""
    people = TwoPeople(by, second)
    with console_kit() as kit:
        passphrase = passphrase_of_desk(passphrase_file, NATIONAL)
        sending_down.send_down(kit, tip_id, passphrase=passphrase, by=people, reason=reason)
    click.echo(f"tip {tip_id}: its district may read it, and is told now")


def earlier_line(places: Sequence[str], language: str) -> str:
    """Returns the places that a tip was told of before, for whoever reads it."""
    return f"{EARLIER[language]}: {', '.join(place_name(place, language) for place in places)}"
