"""Describes fields, steps, problems and refusals in the reader's language."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from hotline.console.role_groups import table
from hotline.console.visit import Visit
from hotline.core.documents import Document
from hotline.editing.rules_difference import (
    Difference,
    NeedsApprover,
    StaleTranslation,
    stale_translations,
)
from hotline.editing.rules_drafting import SENTENCES
from hotline.editing.rules_drafts import StepKind
from hotline.editing.service_draft_steps import StepClash, StepSaved
from hotline.editing.service_drafts import DraftRefused, EditedFlow, Refusal, StepRow, live_titles
from hotline.errors import FormRefused
from hotline.flows.check import Code, Problem
from hotline.flows.node_fields import Titles
from hotline.text.languages import NAMES
from hotline.text.phrases import MessageText, phrase

Done = TypeVar("Done")
PARTS = table("change_parts")
ROWS = table("row_names")
FIELDS = table("field_names")
"""The names of fields, found by the whole field or by its last part within a row."""

OF_A_NUMBER = table("number_fields")


def draft_titles(visit: Visit, here: EditedFlow) -> Titles:
    """Returns the titles that the flows have in a draft. Raises StoreUnavailable."""
    live = live_titles(visit.context, visit.language).flows
    return Titles({**live, **here.others, here.name: here.document}, visit.language)


def field_words(visit: Visit, field: str) -> str:
    """Returns a field's name in the reader's language. A field without a name keeps its stored name."""
    first, *rest = field.split(".")
    if first in ROWS and rest and rest[0].isdecimal():
        row = visit.say(ROWS[first], number=int(rest[0]) + 1)
        inner = ".".join(rest[1:])
        if not inner or inner == "goes":
            return row
        return f"{row}, {visit.say(FIELDS[inner]) if inner in FIELDS else inner}"
    if first.isdecimal() and len(rest) == 1:
        return f"{first}, {visit.say(OF_A_NUMBER[rest[0]]) if rest[0] in OF_A_NUMBER else rest[0]}"
    if field in OF_A_NUMBER:
        return visit.say(OF_A_NUMBER[field])
    if first == "signed":
        return visit.say(FIELDS[first])
    if first in FIELDS and rest and rest[-1] in NAMES:
        return f"{visit.say(FIELDS[first])} ({NAMES[rest[-1]]})"
    return visit.say(FIELDS[field]) if field in FIELDS else field


def part_words(visit: Visit, titles: Titles, part: str) -> str:
    """Returns the name of a draft's part: the flow's title, or the name of a list."""
    return visit.say(PARTS[part]) if part in PARTS else titles.flow(part)


def problem_place(visit: Visit, titles: Titles, one: Problem) -> str:
    """Returns the flow, screen, field and language of a problem, if they are known."""
    field = field_words(visit, one.field) if one.field else ""
    language = NAMES.get(one.language, one.language)
    place = titles.place(one.flow, one.node)
    return ", ".join(part for part in (place, field, language) if part)


REFUSALS = table("change_refusals")
NEEDS_APPROVER = table("held_back")
KEEPS_LANGUAGES = "keeps-languages"
"""The checkbox that confirms: other languages keep the old text for now."""
MAX_PLACES = 5
"""The maximum number of places that one sentence names. The page lists all of them."""


def _some(places: Sequence[str]) -> str:
    return "; ".join(places[:MAX_PLACES]) + ("; ..." if len(places) > MAX_PLACES else "")


def refusal_text(visit: Visit, titles: Titles, refused: DraftRefused) -> str:
    where = list(dict.fromkeys(_where(visit, titles, refused)))
    return visit.say(REFUSALS[refused.refusal], where=_some(where))


def result_or_refusal(visit: Visit, done: Done | DraftRefused, field: str) -> Done:
    """Returns a service's result. If the service refused, raises FormRefused with the reason at that field."""
    if isinstance(done, DraftRefused):
        titles = live_titles(visit.context, visit.language)
        raise FormRefused({field: refusal_text(visit, titles, done)})
    return done


def _where(visit: Visit, titles: Titles, refused: DraftRefused) -> Iterator[str]:
    """Yields the places that a refusal names. If there are none, yields the checker's English text."""
    yield from (problem_place(visit, titles, one) for one in refused.findings)
    yield from (_held(visit, titles, held) for held in refused.held_back)
    yield from (_kept(visit, titles, one) for one in refused.left_behind)
    if refused.refusal is Refusal.CLASHES:
        yield from (part_words(visit, titles, part) for part in refused.problems)
    elif not refused.findings:
        yield from refused.problems


def languages_kept(visit: Visit, changes: Difference, after: Document) -> str:
    """Returns the places where the English text is new and another language keeps the old text. The result is empty
    if there are none."""
    titles = live_titles(visit.context, visit.language)
    return _some([_kept(visit, titles, one) for one in stale_translations(changes, after)])


def _kept(visit: Visit, titles: Titles, behind: StaleTranslation) -> str:
    languages = ", ".join(NAMES.get(code, code) for code in behind.languages)
    place = titles.place(behind.flow, behind.node)
    return f"{place}, {field_words(visit, behind.field)}: {languages}"


def _held(visit: Visit, titles: Titles, held: NeedsApprover) -> str:
    place = titles.place(held.flow, held.node)
    field = field_words(visit, held.field) if held.flow else held.field
    named = ", ".join(part for part in (place, field) if part)
    why = visit.say(NEEDS_APPROVER[held.reason])
    return f"{named}: {why}" if named else why


STEP_SENTENCES = table("steps")
WITHOUT_LANGUAGE = phrase("{who} changed {what}")
UNKNOWN = phrase("{who} changed {part}")
"""The sentence for a kind of step that this release does not know."""


def step_sentence(visit: Visit, titles: Titles, step: StepRow) -> str:
    says, part = step.about, part_words(visit, titles, step.part)
    changed = says.get("languages")
    codes = changed if isinstance(changed, list | tuple) else ()
    languages = [NAMES.get(str(code), str(code)) for code in codes]
    did = says.get("did")
    words = STEP_SENTENCES.get(str(did), UNKNOWN)
    if did == StepKind.EDITED and not languages:
        words = WITHOUT_LANGUAGE
    # The step's screen, phone number or short code.
    screen = titles.screen(step.part, str(says.get("node", "")))
    named = (screen, says.get("number"), says.get("digits"))
    return visit.say(
        words,
        who=step.made_by or visit.say("the hotline"),
        part=part,
        what=next((str(one) for one in named if one), part),
        languages=", ".join(languages),
        version=says.get("version", ""),
        old=says.get("from", ""),
        why=says.get("why", ""),
    ).rstrip(": ")


def recorded_value_reasons(visit: Visit, found: Sequence[StepRow]) -> Sequence[str]:
    """Returns one sentence with the reason for each step that changed recorded values or alerts."""
    titles = live_titles(visit.context, visit.language)
    return [
        step_sentence(visit, titles, step)
        for step in found
        if step.about.get("did") == StepKind.MARKS
    ]


TICK = "read-"


def check_read(visit: Visit, languages: Sequence[str]) -> None:
    """Raises FormRefused unless the approver ticked each of these languages as read."""
    missing = [code for code in languages if not visit.form.ticked(f"{TICK}{code}")]
    if missing:
        named = ", ".join(NAMES[code] for code in missing)
        raise visit.wrong(
            f"{TICK}{missing[0]}",
            "Read the text, then tick each language that you read: {languages}",
            languages=named,
        )


SAYS = table("findings")
LACKS = table("lacks")
_HALF_MADE = {said: LACKS[lack] for lack, said in SENTENCES.items()}


def problem_sentence(visit: Visit, finding: Problem) -> str:
    """Returns the problem in one sentence."""
    if finding.code is Code.SHAPE and finding.message in _HALF_MADE:
        return visit.say(_HALF_MADE[finding.message])
    return visit.say(SAYS[finding.code])


def problem_details(visit: Visit, finding: Problem) -> str:
    """Returns the details of a problem and the fix. The result is empty if the sentence already says them."""
    if finding.code is Code.SHAPE and finding.message in _HALF_MADE:
        return ""
    said = (checker_message(visit, each) for each in (finding.message, finding.fix))
    return " ".join(f"{each[:1].upper()}{each[1:]}." for each in said)


def checker_message(visit: Visit, one: MessageText) -> str:
    """Returns a checker's message for the page. Fields and languages have the names that the page uses."""

    def shown(name: str, value: str) -> str:
        if name.endswith("field"):
            return field_words(visit, value)
        return NAMES.get(value, value) if name == "language" else value

    return one.said(visit.say, shown)


def not_saved(visit: Visit, done: StepSaved | StepClash | DraftRefused) -> str:
    """Returns a sentence that says why nothing was saved. The result is empty if it was saved."""
    if isinstance(done, StepClash):
        by = done.author or visit.say("another person")
        return visit.say(
            "{by} edited the same text meanwhile. Check the text of {by}, then decide.", by=by
        )
    if isinstance(done, DraftRefused):
        return refusal_text(visit, live_titles(visit.context, visit.language), done)
    return ""
