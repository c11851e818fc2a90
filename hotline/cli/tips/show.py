"""`hotline tips show`: how one case stands and what happened to it, without a word of what was told or noted."""

from collections.abc import Iterator

import click

from hotline.cli.kit import console_kit
from hotline.cli.options import as_json_option, language_option, picked, print_json, second_of
from hotline.domain import trial
from hotline.domain.call_back import KIGALI
from hotline.domain.places.places import place_name, place_within
from hotline.domain.tip import Urgency
from hotline.ports import Kit
from hotline.services.cases import line_of_time
from hotline.services.cases.line_of_time import CaseMoment, CaseSheet, ListedCase
from hotline.services.people.leaves import shown


def row_of(one: ListedCase) -> dict[str, object]:
    """A case as a program reads it."""
    tip = one.tip
    return {
        **picked(tip, "urgency", "outcome"),
        "tip": tip.id,
        "references": one.references,
        "place": place_name(tip.place, "en"),
        "within": tip.within and place_name(tip.within, "en"),
        "state": one.stage,
        "red": one.is_red,
        "held_by": one.holder,
        "filed_at": second_of(tip.filed_at),
        "closed_at": second_of(tip.closed_at),
        "persons_met": one.persons,
        "clocks": [{"clock": kind, "due_at": second_of(due_at)} for due_at, kind in one.clocks],
    }


def line_of(kit: Kit, one: CaseMoment, language: str) -> str:
    """Returns the time, the event and the channel. A correction shows its number and the one it corrects."""
    said = one.kind.value if one.template is None else kit.phrases.say(language, one.template)
    codes = ", ".join(f"{name} {code}" for name, code in one.codes.items())
    details = (
        one.way,
        one.who or one.desk,
        f"({codes})" if codes else "",
        f"#{one.entry_id}" if one.supersedes or one.corrected_by else "",
        f"corrects #{one.supersedes}" if one.supersedes else "",
        f"corrected by #{one.corrected_by}" if one.corrected_by else "",
    )
    told = " ".join(filter(None, details))
    return f"{one.at.astimezone(KIGALI):%Y-%m-%d %H:%M}  {said}  {told}"


def document_of(one: CaseMoment) -> dict[str, object]:
    return {
        **picked(one, "kind", "way", "who", "desk", "supersedes", "corrected_by"),
        "id": one.entry_id,
        "at": one.at.isoformat(),
        "codes": dict(one.codes),
    }


WIDTH = 10


@click.command()
@click.argument("name", metavar="REF")
@language_option
@as_json_option
def show(name: str, language: str, as_json: bool) -> None:
    """Print how one case stands, and what happened to it: REF is a reference, or a tip's id.

    Of persons it says how many were met. What is noted of them is read on a phone or in the console, with a key.
    """
    with console_kit() as kit:
        sheet = line_of_time.sheet(kit, name.upper())
        lines = [line_of(kit, one, language) for one in sheet.moments]
    if as_json:
        print_json(
            {
                **row_of(sheet.listed),
                "linked_to": [{"tip": one.tip_id, "why": one.why} for one in sheet.links],
                "entries": [document_of(one) for one in sheet.moments],
            }
        )
        return
    for label, value in _facts(sheet):
        click.echo(f"{label:{WIDTH}}{value}")
    click.echo("\n".join(lines))


def _facts(sheet: CaseSheet) -> Iterator[tuple[str, str]]:
    one, tip = sheet.listed, sheet.listed.tip
    yield "case", " ".join((f"T{tip.id}", *one.references))
    filed = f", filed {shown(tip.filed_at)}" if tip.filed_at is not None else ""
    yield "told of", place_within(tip.place, tip.within, "en") + filed
    if tip.channel == trial.DRILL:
        yield "exercise", "nobody told it: see Exercises in the console"
    yield "urgency", Urgency(tip.urgency).label
    ended = f" {shown(tip.closed_at)}, {tip.outcome or 'no outcome'}" if tip.closed_at else ""
    yield "state", f"{one.stage}{ended}{', RED' if one.is_red else ''}"
    yield "held by", one.holder or ("-" if tip.closed_at is not None else "nobody has it")
    yield "persons", "not kept any more" if one.persons is None else str(one.persons)
    clocks = (f"{kind} due {shown(due_at)}" for due_at, kind in one.clocks)
    yield "clocks", ", ".join(clocks) or "none runs"
    if sheet.links:
        yield "linked to", ", ".join(f"T{other.tip_id} ({other.why})" for other in sheet.links)
