"""`hotline tips keep-from` and `let-know`: who must not know of a tip."""

import click

from hotline.cli.kit import console_kit
from hotline.cli.people.desks import named
from hotline.cli.row_ids import TIP_ID
from hotline.cli.signing import agreed, signed_by
from hotline.services.tips import keeping_from
from hotline.services.tips.keeping_from import KeptFrom
from hotline.store.tips.exclusions import ExclusionReason

TIP = click.argument("tip_id", metavar="ID", type=TIP_ID)
PERSON = click.option(
    "--person",
    help="A responder by exact name or id (`hotline responders list`), or a console account by its name.",
)
DESK = click.option("--desk", help="Everybody of that desk.")


@click.command("keep-from")
@TIP
@PERSON
@DESK
@click.option("--why", type=click.Choice([one.value for one in ExclusionReason]), required=True)
@signed_by
def keep_from(
    tip_id: int, person: str | None, desk: str | None, why: str, by: str, reason: str
) -> None:
    """Keep a tip from somebody whom it names, or whom the person who told it does not trust.

    They are told of nothing more, find it nowhere, and are not told why; what they had to do goes on to others at once.
    """
    with console_kit() as kit:
        whom = _whom(person, desk)
        keeping_from.keep_from(kit, tip_id, whom, ExclusionReason(why), by=by, reason=reason)
    click.echo(f"tip {tip_id}: is kept from {person or desk}")


@click.command("let-know")
@TIP
@PERSON
@DESK
@agreed
@signed_by
def let_know(
    tip_id: int, person: str | None, desk: str | None, second: str | None, by: str, reason: str
) -> None:
    """Let somebody know of a tip again that was kept from them: two people say so."""
    with console_kit() as kit:
        whom = _whom(person, desk)
        keeping_from.lift(kit, tip_id, whom, second=second, by=by, reason=reason)
    click.echo(f"tip {tip_id}: is kept from {person or desk} no more")


def _whom(person: str | None, desk: str | None) -> KeptFrom:
    if bool(person) == bool(desk):
        raise click.UsageError("say from whom: --person or --desk")
    return KeptFrom(person, named(desk) if desk else None)


COMMANDS = (keep_from, let_know)
