"""`hotline tips close`, `reopen` and `helped`: requests a closure, opens a case again, says that a helper is there."""

import click

from hotline.cli.kit import console_kit
from hotline.cli.row_ids import TIP_ID
from hotline.cli.signing import signed
from hotline.domain.call_back import KIGALI
from hotline.domain.cases.following import FOLLOWS
from hotline.domain.tip import TipOutcome
from hotline.services.referrals import endings
from hotline.services.tips import retention
from hotline.services.tips.persons import case_persons
from hotline.store.referrals.retention import Kept

TIP = click.argument("tip_id", metavar="ID", type=TIP_ID)
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
        due = one.due_at.astimezone(KIGALI)
        click.echo(
            f"  still owed to person {one.n}: {FOLLOWS[one.kind].owed}, by {due:%Y-%m-%d %H:%M} in Kigali"
        )


def _say(kept: Kept) -> None:
    """How it stands, and the command that comes next."""
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
