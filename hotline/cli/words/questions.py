"""`hotline questions`: the signed list of what a desk may ask back."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.engine.flow import Ask
from hotline.engine.numbers.questions import Question, QuestionStatus
from hotline.services.desk import ask_back


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def questions(as_json: bool) -> None:
    """Which questions a desk may ask back, and who signed each.

    One that does not show is unsigned, over (signed more than a year ago), or changed since somebody signed it. To
    sign, write `signed` under it in questions.yaml, with the digest that is shown here, and publish: `hotline release`.
    """
    today = datetime.now(UTC).date()
    with console_kit() as kit:
        listed = ask_back.listed(kit)
    rows = [_row(one, one.standing(today)) for one in listed.values()]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not rows:
        click.echo("the live flows hold no questions", err=True)
    for row in rows:
        until = f"until {row['until']}" if row["until"] else "signed by nobody"
        click.echo(f"{row['name']:10} {row['state']:9} {until:18} {row['digest']}  {row['en']}")
        if row["signed_by"]:
            click.echo(f"{'':10} signed by {row['signed_by']}")


def _row(question: Question, state: QuestionStatus) -> Mapping[str, Any]:
    node, signed = question.node, question.signed
    return {
        "name": question.name,
        "state": state.value,
        "signed_by": signed.by if signed else None,
        "signed_on": str(signed.on) if signed else None,
        "until": str(question.until) if question.until else None,
        "digest": question.digest,
        **node.text,
        "words": isinstance(node, Ask),
        "choices": [{"value": one.value, **one.label} for one in node.choices],
    }
