"""`hotline tips retention`: lists whose words are erased next, and what is held."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.options import as_json_option, picked, print_json
from hotline.domain.places.places import place_name
from hotline.domain.tips.retention import Keeping
from hotline.services.tips import retention as service
from hotline.store.referrals.retention import Kept


@click.command()
@as_json_option
def retention(as_json: bool) -> None:
    """List whose words are erased next, and what is held. The clock erases two weeks after it warned here.

    Words go 90 days after `hotline tips close`, or 270 days after the tip was filed where nobody closed it. Place,
    kind, urgency and times stay, for the figures. What was noted of persons goes once its month was counted for
    the last time, 75 days after it ended, and two weeks after a warning too.
    """
    with console_kit() as kit:
        rows = [_row(kept) for kept in service.upcoming(kit)]
        codes = [
            {**picked(one, "month", "tips", "held"), "goes_at": _day(one.counted_at)}
            for one in service.upcoming_codes(kit)
        ]
    if as_json:
        print_json([*rows, *codes])
        return
    for one in codes:
        held = f"; {len(one['held'])} are held" if one["held"] else ""
        click.echo(
            f"persons of {one['month']}: {len(one['tips'])} cases, counted {one['goes_at']}, then erased{held}"
        )
    if not rows:
        click.echo("no words go within two weeks, and none are held", err=True)
    for row in rows:
        held = f"  by {row['held_by']}: {row['reason']}" if row["state"] == Keeping.HELD else ""
        click.echo(
            f"{row['tip']:5}  {row['state']:7} goes {row['goes_at']}  {row['place']:14}{held}"
        )


def _row(kept: Kept) -> Mapping[str, Any]:
    hold = kept.hold
    return {
        "tip": kept.tip.id,
        "state": kept.term.keeping,
        "place": place_name(kept.tip.place, "en"),
        "goes_at": _day(kept.term.goes_at),
        "warned_at": kept.term.warned_at and _day(kept.term.warned_at),
        "held_by": hold and hold.placed_by,
        "reason": hold and hold.reason,
    }


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
