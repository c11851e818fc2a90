"""`hotline training`: officers who take lessons, join with their district's code, and are certified."""

import json
import sys

import click

from hotline.cli.kit import console_kit
from hotline.cli.people import rolls
from hotline.domain.places.places import place_name
from hotline.domain.rolls.certificate import CertificateVerdict
from hotline.domain.rolls.joining import Roll
from hotline.services.rolls import certificates
from hotline.services.rolls.certificates import Judged

training = rolls.commands_of(
    Roll.OFFICERS,
    about="Officers in training: codes to join with, how many joined, taking one off, and certificates.",
    making="Make a code for DISTRICT's officers, shown once: tell it in their office, by word of mouth.",
)


@training.command()
@click.argument("code", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def verify(code: tuple[str, ...], *, as_json: bool) -> None:
    """Whether CODE is the certificate of an officer who passed every lesson. Ends with 1 where it is none or old."""
    with console_kit() as kit:
        judged = certificates.verify(kit, " ".join(code))
    said = place_name(judged.district, "en") if judged.district else ""
    if as_json:
        row = {"verdict": judged.verdict, "district": said, "month": judged.month}
        click.echo(json.dumps({**row, "until": judged.until, "misread": judged.misread}, indent=2))
    else:
        click.echo(_sentence(judged, said))
    sys.exit(0 if judged.verdict is CertificateVerdict.VALID else 1)


def _sentence(judged: Judged, district: str) -> str:
    district = district or "of no one district"
    match judged.verdict:
        case CertificateVerdict.VALID:
            return f"valid: every lesson passed, {district}, {judged.month}; holds until {judged.until}"
        case CertificateVerdict.EXPIRED:
            return f"expired: {district}, {judged.month}; it held until {judged.until}"
        case _:
            again = "; one of its signs was misread: have it read to you again"
            return f"not ours{again if judged.misread else ''}"
