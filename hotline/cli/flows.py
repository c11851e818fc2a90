"""Runs `hotline flows`, which checks, publishes, exports and imports flows."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path

import click

from hotline.cli.command_context import cli_context
from hotline.cli.options import FOLDER, by_and_reason, check_reason, language_option, print_json
from hotline.core.actors import Actor
from hotline.core.catalogues import load_console_words
from hotline.core.environment import CHECKOUT
from hotline.editing import service_draft_steps, service_publishing, service_reviews
from hotline.flows.check import Code, Problem
from hotline.flows.check_flow_set import page_sizes
from hotline.flows.document import bind_lists, read
from hotline.flows.flow import questions
from hotline.flows.screen import SEPTETS
from hotline.flows.service_authoring import (
    are_same,
    live_document,
    parse_folder,
    read_folder,
    write_folder,
)
from hotline.flows.service_check import place_lists
from hotline.text.languages import message_text

FLOWS = CHECKOUT / "flows"
WIDTH = 32


def _rows(folder: Path, limit: int, today: date) -> Iterator[str]:
    """Yields a row for each screen: its place, and its number of lines in each language. Then yields a row for each
    question that a desk may ask a caller: the question's state, last day and digest.
    """
    flow_set = bind_lists(read(read_folder(folder)), place_lists())
    for place, measured in groupby(page_sizes(flow_set, limit), key=lambda each: each.place):
        counted = [
            f"{each.language} {each.lines:>2} {f'({each.question})' if each.question else '':4}"
            for each in measured
        ]
        yield f"{f'{place.flow}.{place.node}':{WIDTH}}  {'  '.join(counted)}".rstrip()
    for question in questions(flow_set).values():
        until = f"until {question.until}" if question.until else "signed by no one"
        yield f"{f'question {question.name}':{WIDTH}}  {question.standing(today):9} {until:18} {question.digest}"


folder_argument = click.argument("folder", type=FOLDER)


@click.command("import")
@folder_argument
@click.option(
    "--by",
    prompt="Your name",
    callback=check_reason,
    help="Your name. The console shows your name as the author of the draft.",
)
@click.option("--title", help="Title of the new draft.")
def import_(folder: Path, by: str, title: str | None) -> None:
    """Import the differences between FOLDER and the live flows as a draft.

    Editors review and publish the draft in the console. The command also imports the signatures in reviews.csv of
    FOLDER.

    Example: hotline flows import my-flows --by "Editor 1" --title "New fees"
    """
    document, signatures = read_folder(folder), service_reviews.read_signatures(folder)
    title = title or f"Out of {folder.name}"
    with cli_context() as context:
        author = Actor(by)
        change = service_draft_steps.import_folder(
            context, author, document, title=title, signed=signatures
        )
    if change is None:
        click.echo("These flows are the same as the published flows.")
        return
    click.echo(f"draft {change}: {title}. Read it in the console: /changes/{change}")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Export the live flows to FOLDER as YAML, with the names of the people who signed each text.

    Example: hotline flows export my-flows
    """
    with cli_context() as context:
        document, signatures = (
            live_document(context.database),
            service_reviews.all_signatures(context),
        )
    try:
        written = [*write_folder(document, folder)]
        if signatures:
            written.append(service_reviews.write_signatures(folder, signatures))
    except OSError as broken:
        raise click.ClickException(f"{folder}: {broken.strerror}") from None
    for path in written:
        click.echo(path)


@click.command()
@folder_argument
@by_and_reason
def publish(folder: Path, by: str, reason: str) -> None:
    """Publish the flows of FOLDER. If `hotline init` or `hotline upgrade` later brings new flows, the new flows
    become a draft.

    If you publish the flows that this version ships, the flows of the next version need no draft: `hotline upgrade`
    publishes them at once.

    Example: hotline flows publish my-flows --by "Editor 1" --reason "new fees"
    """
    document = read_folder(folder)
    for finding in service_publishing.bearable_problems(document):
        click.echo(finding.sentence, err=True)
    of_version = are_same(document, read_folder(FLOWS))
    with cli_context() as context:
        revision = service_publishing.publish(
            context, document, by=by, reason=reason, of_version=of_version
        )
    click.echo(f"flows: revision {revision} is live")


@click.command()
@click.argument("folder", type=FOLDER, default=FLOWS)
@click.option("--json", "as_json", is_flag=True, help="Print the problems of the flows as JSON.")
@click.option(
    "--limit",
    type=click.IntRange(60, 182),
    default=SEPTETS,
    show_default=True,
    help="Longest allowed screen, in septets. Most letters take one septet. Signs such as [ and { take two septets.",
)
@language_option
def check(folder: Path, as_json: bool, limit: int, language: str) -> None:
    """Check the flows in FOLDER, print the problems to fix, and exit with 1 if there are any.

    First, the command prints how many lines each screen takes on a phone of 16 letters a line. The number in brackets
    counts only the lines of the screen's question and its choices. Then the command prints each question that a desk
    may ask a caller. The command also prints the digest of each question: the person who signs the question writes
    this digest into the file, in the field `signed`.

    Example: hotline flows check flows --language en
    """
    findings = _findings(folder, limit)
    if as_json:
        print_json([finding.to_dict() for finding in findings])
    else:
        if not any(finding.code is Code.SHAPE for finding in findings):
            for row in _rows(folder, limit, datetime.now(UTC).date()):
                click.echo(row)
        translations = load_console_words()[language]

        def say(words: str) -> str:
            return translations.get(words, words)

        for finding in findings:
            click.echo(finding.message_text.said(say))
        count = message_text("problems to fix: {count}", count=len(findings))
        click.echo((count if findings else message_text("No problems found.")).said(say))
    sys.exit(1 if findings else 0)


def _findings(folder: Path, limit: int) -> Sequence[Problem]:
    document, faults = parse_folder(folder)
    found = service_publishing.all_problems(document, limit)
    if not faults:
        return found
    fix = message_text("fix the flow file first")
    of_files = [
        Problem("", "", Code.SHAPE, message_text("{says}", says=fault), fix) for fault in faults
    ]
    return [*of_files, *(problem for problem in found if problem.code is Code.SHAPE)]
