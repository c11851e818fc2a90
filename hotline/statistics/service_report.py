"""Writes the report for the minister and the results for callers. Both documents use only published releases."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hotline.alarms.service import run_in_child
from hotline.core.catalogues import load_console_words
from hotline.core.contexts import Context
from hotline.statistics import rules_report, service_releases
from hotline.statistics.rules_definitions import Dimension, Unit, ends
from hotline.statistics.rules_labels import ROUNDED, Labels, district_map, sparkline
from hotline.statistics.rules_release import Release
from hotline.text.errors import NotFound
from hotline.text.languages import CODES, NAMES, SAMPLE, phrase
from hotline.text.places import districts

TEMPLATES = Path(__file__).parent / "templates"
STYLE = (
    "body{max-width:42rem;margin:0 auto;padding:1rem;color:#1b2a2e;background:#fff;font:1rem/1.5 sans-serif}"
    "section{margin:0 0 2.5rem}h1{font-size:1.5rem;line-height:1.2}.n{color:#4a5b60;font-size:.9rem}"
    "nav a{display:inline-block;padding:.75rem 1rem .75rem 0}"
)
"""The CSS style of the page with the results for callers."""
TITLE = phrase("Outcomes of tips")
CONTACTS = phrase(
    "These numbers count contacts with the hotline. The numbers do not say how much trafficking there is."
)
NOBODY = phrase(
    "The numbers in this release are rounded and cover the whole country, so no person can be recognised."
)
METHOD: Sequence[str] = (
    phrase(
        "Each tip counts once, in the period of its filing, with its state on the day of this statistics release."
    ),
    phrase(
        "A person counts as identified if a responder saw signs of trafficking, or an official body found trafficking."
    ),
    ROUNDED,
    phrase(
        "To protect people, the hotline changes each number of tips or persons at random by at most three. "
        "Then the number is rounded to a multiple of 5."
    ),
    phrase("Numbers about the use of the hotline are rounded to a multiple of 10."),
    phrase(
        "Monthly numbers are published on the sixth day of the next month, quarterly numbers 75 days after the quarter."
    ),
    phrase(
        "A published statistics release never changes. "
        "The national desk and the programme lead approve each release before it is published."
    ),
    phrase("Every international committee that asks for statistics gets the numbers on this page."),
    CONTACTS,
)


PROGRAMME_HEAD = (
    phrase("Indicator"),
    phrase("Baseline"),
    phrase("Target for the year"),
    phrase("Newest quarter"),
    phrase("Source table"),
)


def results_page(context: Context) -> str:
    """Returns one HTML page with the results for callers in three languages. The page has no script and loads no other
    file.

    Raises StoreUnavailable.
    """
    releases = service_releases.published(context)
    texts = []
    for labels in map(_labels, CODES):
        results = rules_report.results(releases, labels)
        notes = map(labels.say, (ROUNDED, NOBODY, CONTACTS) if results.period else ())
        texts.append((labels.language, results, [*notes], labels.say(TITLE)))
    page = _templates().get_template("results.html")
    return page.render(texts=texts, style=Markup(STYLE), names=NAMES)


def results_sms(context: Context, language: str) -> str:
    """Returns the results for callers as one SMS in GSM-7 letters. Raises StoreUnavailable."""
    labels = _labels(language)
    found = rules_report.results(service_releases.published(context), labels)
    return rules_report.results_sms(found, labels)


def minister_pdf(context: Context, period: str, language: str) -> bytes:
    """Returns the report about a published quarter or year: a PDF with two pages.

    Raises NotFound if the period has no published release. Raises WorkEnded if no PDF could be made. Raises
    StoreUnavailable.
    """
    document = minister_document(context, period, language)
    made_at = service_releases.one_release(context, period, is_published=True).made_at
    template = (TEMPLATES / "report.typ").read_text(encoding="utf-8")
    given = json.dumps([template, document, int(made_at.timestamp())]).encode()
    return run_in_child(context, "paper", given)


def minister_document(context: Context, period: str, language: str) -> Mapping[str, str]:
    """Returns the texts and numbers for the report's template, from all releases up to the end of the period. Raises
    NotFound if the period has no published release. Raises StoreUnavailable if the database does not answer."""
    releases = [
        one for one in service_releases.published(context) if ends(one.period) <= ends(period)
    ]
    this = next((one for one in releases if one.period == period), None)
    if this is None:
        raise NotFound(f"The statistics of {period} are not published.")
    labels = _labels(language)
    say = labels.say
    document = {
        "language": language,
        "title": say(phrase("Hotline report")),
        "period": rules_report.capitalise(labels.period(period)),
        "sample": say(SAMPLE) if this.is_sample else "",
        "made": say(phrase("Statistics release of {day}"), day=f"{this.made_at:%Y-%m-%d}"),
        "digest": f"{say(phrase('Digest (SHA-256)'))}: {this.digest}",
        "answers": [
            {**one._asdict(), "chart": answer_chart(one, labels)}
            for one in rules_report.answers(releases, labels)
        ],
        "map": _map(releases, labels),
        "programme": {
            "title": say(phrase("Programme indicators")),
            "head": list(map(say, PROGRAMME_HEAD)),
            "rows": [
                [one.label, one.baseline, one.target, one.actual, one.table]
                for one in rules_report.programme(
                    releases, service_releases.targets(context), labels
                )
            ],
        },
        "method": {"title": say(phrase("Method")), "sentences": list(map(say, METHOD))},
    }
    return {"report": json.dumps(document, ensure_ascii=False)}


def answer_chart(answer: rules_report.Answer, labels: Labels) -> str:
    """Returns the numbers of an answer as an SVG line chart. Returns an empty text if there are fewer than two
    numbers."""
    if len(answer.points) < 2:
        return ""
    texts = [
        f"{label}: {labels.number(number, answer.unit)}"
        for label, number in zip(answer.labels, answer.points, strict=True)
    ]
    return sparkline(answer.sentence, answer.points, texts)


def _map(releases: Sequence[Release], labels: Labels) -> Mapping[str, str]:
    """Returns the title, the SVG map and the text of the map of tips by district. The numbers come from the newest
    published release that contains tips by district.

    All three results are empty if no district has a number.
    """
    at = ("tips_by_district", Dimension.DISTRICT)
    year = next((one for one in releases if one.has(*at)), None)
    numbers = {cell.name.value: cell.number for cell in year.rows(*at)} if year else {}
    if year is None or not any(numbers.values()):
        return {"title": "", "svg": "", "text": ""}
    title = f"{labels.say(phrase('Tips by district'))}, {labels.period(year.period)}"
    says = {code: labels.number(one, Unit.TIPS) for code, one in numbers.items()}
    names = {area.code: area.name for area in districts()}
    text = "; ".join(f"{names[code]}: {said}" for code, said in says.items() if code in names)
    return {"title": title, "svg": district_map(title, numbers, says), "text": text}


def _labels(language: str) -> Labels:
    """Returns an object that translates the console's English texts into this language."""
    known = _words()[language]

    def say(words: str, **values: object) -> str:
        said = known.get(words) or words
        return said.format_map(values) if values else said

    return Labels(language, say)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return load_console_words()


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader([TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
