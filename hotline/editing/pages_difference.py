"""Describes a draft's changes, fields, steps and problems in the reader's language.

The page of a draft shows changed texts in three languages, changed settings, and the handset before and after the
change. The page of a draft names each changed value only once. The approver approves the changed values that the page
names, and nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial, wraps
from typing import Any, NamedTuple

from flask import Response

from hotline.console.routes import table, tinted_table
from hotline.console.visit import Visit, form_view
from hotline.core.documents import Document
from hotline.editing.rules_difference import (
    Difference,
    FieldChanged,
    NeedsApprover,
    ScreenDifference,
    ScreenState,
    StaleTranslation,
    WordSpan,
    by_number,
    stale_translations,
    word_spans,
)
from hotline.editing.rules_drafts import StepKind
from hotline.editing.rules_preview import HALF_MADE, screens_of
from hotline.editing.service_drafts import (
    EditedFlow,
    Refusal,
    StepRow,
    live_titles,
    with_flows,
)
from hotline.flows.check import NEEDS_REASON, Problem, new_risky_words, replacement
from hotline.flows.conversation import Place
from hotline.flows.flow import FlowSet
from hotline.flows.node_fields import Titles, nodes_of, screens_with_numbers, texts_in
from hotline.text.errors import DraftRefused, EditClash, FormRefused
from hotline.text.languages import CODES, NAMES, MessageText, phrase

PARTS = table("change_parts")
ROWS = table("row_names")
FIELDS = table("field_names")
"""The names of a draft's fields, in words that readers of the page understand. A key of the table is the full name of a
field, or the last part of the name.
"""

OF_A_NUMBER = table("number_fields")


def draft_titles(visit: Visit, here: EditedFlow) -> Titles:
    """Returns the titles that the flows have in a draft. Raises StoreUnavailable."""
    live = live_titles(visit.context, visit.language).flows
    return Titles({**live, **here.others, here.name: here.document}, visit.language)


def field_words(visit: Visit, field: str) -> str:
    """Returns a field's name in the reader's language. If the table `FIELDS` has no name for the field, returns the
    name that the draft stores.
    """
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
    """Returns the name of a part of a draft: the title of a flow, or the name in `PARTS` for a list such as the phone
    numbers."""
    return visit.say(PARTS[part]) if part in PARTS else titles.flow(part)


def problem_place(visit: Visit, titles: Titles, one: Problem) -> str:
    """Returns the known parts of a problem's place: the flow, the screen, the field and the language."""
    field = field_words(visit, one.field) if one.field else ""
    language = NAMES.get(one.language, one.language)
    place = titles.place(one.flow, one.node)
    return ", ".join(part for part in (place, field, language) if part)


REFUSALS = table("change_refusals")
NEEDS_APPROVER = table("held_back")
KEEPS_LANGUAGES = "keeps-languages"
"""The name of the checkbox by which a person confirms that other languages keep the old text for now."""
MAX_PLACES = 5
"""The maximum number of places in a draft that one sentence names. The page of the draft lists all places."""


def _some(places: Sequence[str]) -> str:
    return "; ".join(places[:MAX_PLACES]) + ("; ..." if len(places) > MAX_PLACES else "")


def refusal_text(visit: Visit, titles: Titles, refused: DraftRefused) -> str:
    where = [*dict.fromkeys(_refused_places(visit, titles, one) for one in refused.where)]
    return visit.say(REFUSALS[refused.refusal], where=_some(where))


View = Callable[..., Response | None]


def draft_form(shows: Callable[..., Response], field: str) -> Callable[[View], View]:
    """Makes a view like `form_view` from a function that changes a draft. If a service refuses the change, or if two
    people changed the same text, the page shows the reason at the form's field `field`."""

    def made(act: View) -> View:
        @wraps(act)
        def explained(visit: Visit, **values: Any) -> Response | None:
            try:
                return act(visit, **values)
            except DraftRefused as refused:
                at = "publish_at" if refused.refusal is Refusal.TIMES else field
                titles = live_titles(visit.context, visit.language)
                raise FormRefused({at: refusal_text(visit, titles, refused)}) from None
            except EditClash as clash:
                by = clash.author or visit.say("another person")
                raise visit.wrong(
                    field,
                    "{by} edited this text at the same time. Check the text of {by}, then decide.",
                    by=by,
                ) from None

        return form_view(shows)(explained)

    return made


def _refused_places(visit: Visit, titles: Titles, one: object) -> str:
    """Returns a text about the reason for a refusal: a place in the draft, or an English message."""
    match one:
        case Problem():
            return problem_place(visit, titles, one)
        case NeedsApprover():
            return _held(visit, titles, one)
        case StaleTranslation():
            return _stale_text(visit, titles, one)
    return part_words(visit, titles, str(one))


def languages_kept(visit: Visit, changes: Difference, after: Document) -> str:
    """Returns a text that lists the places whose English text is new, but whose text in another language is old. The
    text is empty if no translation is old.
    """
    titles = live_titles(visit.context, visit.language)
    return _some([_stale_text(visit, titles, one) for one in stale_translations(changes, after)])


def _stale_text(visit: Visit, titles: Titles, behind: StaleTranslation) -> str:
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
"""The page shows this sentence for a step whose kind this version of the program does not know."""


def step_sentence(visit: Visit, titles: Titles, step: StepRow) -> str:
    says, part = step.about, part_words(visit, titles, step.part)
    changed = says.get("languages")
    codes = changed if isinstance(changed, list | tuple) else ()
    languages = [NAMES.get(str(code), str(code)) for code in codes]
    did = says.get("did")
    words = STEP_SENTENCES.get(str(did), UNKNOWN)
    if did == StepKind.EDITED and not languages:
        words = WITHOUT_LANGUAGE
    # Names the screen, phone number or short code that this step of a draft changed.
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
    """Returns one sentence for each step of a draft in `found` that changed recorded values or alerts. The sentence
    contains the reason that the editor gave.
    """
    titles = live_titles(visit.context, visit.language)
    return [
        step_sentence(visit, titles, step)
        for step in found
        if step.about.get("did") == StepKind.MARKS
    ]


TICK = "read-"


def check_read(visit: Visit, languages: Sequence[str]) -> None:
    """Raises FormRefused unless the approver ticked each language in `languages` as read."""
    missing = [code for code in languages if not visit.form.ticked(f"{TICK}{code}")]
    if missing:
        named = ", ".join(NAMES[code] for code in missing)
        raise visit.wrong(
            f"{TICK}{missing[0]}",
            "Read the text, then tick each language that you read: {languages}",
            languages=named,
        )


SAYS = table("findings")


def problem_sentence(visit: Visit, finding: Problem) -> str:
    """Returns one sentence that describes a problem of the draft."""
    if finding.message in HALF_MADE:
        return checker_message(visit, finding.message)
    return visit.say(SAYS[finding.code])


def problem_details(visit: Visit, finding: Problem) -> str:
    """Returns the details of a problem and the fix. The result is empty if the sentence of the problem already contains
    the details and the fix."""
    if finding.message in HALF_MADE:
        return ""
    said = (checker_message(visit, each) for each in (finding.message, finding.fix))
    return " ".join(f"{each[:1].upper()}{each[1:]}." for each in said)


def checker_message(visit: Visit, one: MessageText) -> str:
    """Returns, in the reader's language, a message from the check of a draft. In the message, fields and languages have
    the same names as on the page."""

    def shown(name: str, value: str) -> str:
        if name.endswith("field"):
            return field_words(visit, value)
        return NAMES.get(value, value) if name == "language" else value

    return one.said(visit.say, shown)


CHANGES = table("field_changes")


def changed_field_text(visit: Visit, one: FieldChanged, shown: Callable[[str], str] = str) -> str:
    """Describes a changed field of a screen, before and after the change. The text contains the names of saved answers
    and topics as the draft stores them. The function `shown` returns the title of a screen."""
    kind = one.field
    if kind not in ("goes", "start", "flow", "nodes"):
        kind = "row" if kind.rpartition(".")[2] in ("goes", "weak") else "else"
    sides = "changed" if one.before and one.after else "new" if one.after else "gone"
    words = CHANGES.get(kind) or CHANGES[f"{kind} {sides}"]
    field = field_words(visit, one.field)
    if kind in ("goes", "start") or kind.startswith("row "):
        return visit.say(words, field=field, before=shown(one.before), after=shown(one.after))
    return visit.say(words, field=field, before=one.before, after=one.after)


PHRASES = "phrases."
"""The first part of the name of a changed field, if the field is a phrase. A phrase is a text outside the flows, such
as the text of an SMS."""
MAX_SCREENS = 25
"""The number of screens in one part of a long list. A page with that many screens loads in a few seconds on a slow
connection."""
STATES = tinted_table("screen_states")


class TextColumns(NamedTuple):
    """One text of a screen, in every language. For a language without a change, the page shows the current text."""

    label: str
    columns: Mapping[str, Sequence[WordSpan]]


class ScreenToRead(NamedTuple):
    anchor: str
    part: int
    """The page has several parts. The part with this number shows this screen."""
    place: str
    """The titles of the flow and of the screen."""
    state: str
    kind: str
    texts: Sequence[TextColumns]
    marks: Sequence[str]
    sentences: Sequence[str]
    handsets: Sequence[tuple[str, Sequence[str], Sequence[str]]]
    """Each entry has three values: the language, the screen's pages on the handset before the change, and the pages
    after it.
    """


class NumberToRead(NamedTuple):
    """One changed phone number, with the facts that an approver needs to decide."""

    digits: str
    service: str
    changes: Sequence[str]
    screens: Sequence[str]
    """The titles of the screens that will show this number after its confirmation."""


class DifferenceToRead(NamedTuple):
    screens: Sequence[ScreenToRead]
    counted: Sequence[ScreenToRead]
    """The screens on which the draft changes recorded values (values that the statistics count). The page shows these
    screens in a red box."""
    covered: Sequence[tuple[ScreenToRead, str, str, Sequence[str]]]
    """The screens for which an editor wrote a reason to use risky words. Each screen comes with its new risky words in
    quotation marks, the reason, and the words to write instead."""
    reporting: Sequence[str]
    """The changed flows that collect reports or private answers."""
    numbers: Sequence[NumberToRead]
    entries: Sequence[str]
    phrases: Sequence[TextColumns]
    others: Sequence[str]
    languages: Sequence[str]
    """The languages with changed texts. The approver must read the changed texts in each language of this list."""
    part: int
    parts: int
    """The number of parts into which the page divides the list of screens. Every field except `part` and `parts`
    describes the whole list of screens."""

    @property
    def of_part(self) -> Sequence[ScreenToRead]:
        return self.screens[(self.part - 1) * MAX_SCREENS : self.part * MAX_SCREENS]

    @property
    def is_empty(self) -> bool:
        parts = (self.screens, self.numbers, self.entries, self.phrases, self.others)
        return not any(parts)

    @property
    def is_grave(self) -> bool:
        return any((self.counted, self.covered, self.reporting, self.numbers, self.entries))


def prepare_difference(
    visit: Visit,
    changes: Difference,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    live: FlowSet,
    part: int = 1,
) -> DifferenceToRead:
    """Describes the changes of a draft in the language of the person who views the page.

    Draws handsets only for the screens of the part `part`.

    `live` is the published flow set, used to preview the screens.
    """
    parts = max(1, -(-len(changes.screens) // MAX_SCREENS))
    part = min(max(part, 1), parts)
    flows = dict.fromkeys(screen.flow for screen in changes.screens)
    old, new = ({name: one["flows"].get(name) for name in flows} for one in (before, after))
    books = with_flows(live, old), with_flows(live, new)
    screens = [
        _screen(visit, at, screen, before, after, books if at // MAX_SCREENS == part - 1 else None)
        for at, screen in enumerate(changes.screens)
    ]
    titles = Titles({**before["flows"], **after["flows"]}, visit.language)
    said = [one for one in changes.others if one.field.startswith(PHRASES)]
    rest = [one for one in changes.others if not one.field.startswith(PHRASES)]
    spoken = {one.field.split(".")[1] for one in said} | changes.languages
    return DifferenceToRead(
        screens=screens,
        counted=[one for one in screens if one.marks],
        covered=[*_covered(visit, changes, screens, after)],
        reporting=[
            titles.flow(flow) for flow in flows if _gathers(before, flow) or _gathers(after, flow)
        ],
        numbers=[*_numbers(visit, changes, before, after, titles)],
        entries=[changed_field_text(visit, one) for one in changes.entries],
        phrases=[*_phrases(said)],
        others=[changed_field_text(visit, one) for one in rest],
        languages=[code for code in NAMES if code in spoken],
        part=part,
        parts=parts,
    )


def _numbers(
    visit: Visit,
    changes: Difference,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    titles: Titles,
) -> Iterator[NumberToRead]:
    """Yields each changed number with its service, its changed fields, and the screens that show the number."""
    rows = {**by_number(before.get("numbers")), **by_number(after.get("numbers"))}
    screens = screens_with_numbers(after["flows"])
    changed: dict[str, list[str]] = {}
    for one in changes.numbers:
        digits, _, field = one.field.partition(".")
        own = FieldChanged(field or digits, one.before, one.after)
        changed.setdefault(digits, []).append(changed_field_text(visit, own))
    for digits, says in changed.items():
        service = str(rows.get(digits, {}).get("service", ""))
        shown = [titles.place(flow, node) for flow, node in screens.get(digits, ())]
        yield NumberToRead(digits, service, says, shown)


def _covered(
    visit: Visit, changes: Difference, screens: Sequence[ScreenToRead], after: Mapping[str, Any]
) -> Iterator[tuple[ScreenToRead, str, str, Sequence[str]]]:
    for change, screen in zip(changes.screens, screens, strict=True):
        node = nodes_of(after["flows"].get(change.flow)).get(change.node)
        reason = str(node.get("reason") or "") if isinstance(node, Mapping) else ""
        words = dict.fromkeys(_risky(change, node)) if reason else ()
        if words:
            named = ", ".join(dict.fromkeys(f'"{word}"' for _, word in words))
            known = (replacement(word, language, NEEDS_REASON) for language, word in words)
            yield screen, named, reason, [one.said(visit.say) for one in known if one]


def _risky(change: ScreenDifference, node: object) -> Iterator[tuple[str, str]]:
    """Yields each risky word in the changed texts of a screen, with the language of the text. If the screen is new, or
    its reason for risky words is new, searches every text of the screen.
    """
    if change.state is ScreenState.NEW or any(one.field == "reason" for one in change.others):
        for text in texts_in(node):
            for language, words in text.words.items():
                yield from ((language, word) for word in new_risky_words("", words, language))
    for one in change.words:
        new = new_risky_words(one.before, one.after, one.language)
        yield from ((one.language, word) for word in new)


def _screen(
    visit: Visit,
    at: int,
    screen: ScreenDifference,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    flow_sets: tuple[FlowSet, FlowSet] | None,
) -> ScreenToRead:
    node = screen.node
    was, now = (nodes_of(one["flows"].get(screen.flow)).get(node) for one in (before, after))
    titles = Titles(
        (after if node in nodes_of(after["flows"].get(screen.flow)) else before)["flows"],
        visit.language,
    )
    shown = partial(titles.screen, screen.flow)
    place, (state, kind) = Place(screen.flow, node), STATES[screen.state]
    return ScreenToRead(
        anchor=f"s-{at}",
        part=at // MAX_SCREENS + 1,
        place=titles.place(screen.flow, node),
        state=visit.say(state),
        kind=kind,
        texts=[*_texts(visit, screen, now if now is not None else was)],
        marks=[changed_field_text(visit, one) for one in screen.marks],
        sentences=[
            changed_field_text(visit, one, shown) for one in (*screen.arrows, *screen.others)
        ],
        handsets=[
            (code, _pages(flow_sets[0], place, code, was), _pages(flow_sets[1], place, code, now))
            for code in NAMES
            if code in screen.languages and node and flow_sets
        ],
    )


def _texts(visit: Visit, screen: ScreenDifference, node: object) -> Iterator[TextColumns]:
    there = {text.field: text.words for text in texts_in(node)}
    for field, columns in _columns((one.field, one.language, one.spans) for one in screen.words):
        words = there.get(field, {})
        yield TextColumns(
            field_words(visit, field),
            {
                code: columns.get(code, word_spans(words.get(code, ""), words.get(code, "")))
                for code in CODES
            },
        )


def _columns(
    changed: Iterable[tuple[str, str, Sequence[WordSpan]]],
) -> Iterable[tuple[str, Mapping[str, Sequence[WordSpan]]]]:
    """Returns each text of a screen, in the languages in which the text changed."""
    found: dict[str, dict[str, Sequence[WordSpan]]] = {}
    for name, language, words in changed:
        found.setdefault(name, {})[language] = words
    return found.items()


def _pages(flow_set: FlowSet, place: Place, language: str, node: object) -> Sequence[str]:
    """Returns the pages into which a handset divides the text of a screen. The result is empty if the screen does not
    exist, or if the screen has no text of its own.
    """
    if node is None:
        return ()
    return [screen.text for screen in screens_of(flow_set, place, language)]


def _phrases(changes: Sequence[FieldChanged]) -> Iterator[TextColumns]:
    """Yields each changed phrase with its name. A phrase is a text outside the flows, such as the text of an SMS. If a
    phrase has no text of its own before or after the change, the hotline uses the text of the translation catalogue."""
    changed = []
    for one in changes:
        _, language, name = one.field.split(".", 2)
        changed.append((name, language, word_spans(one.before, one.after)))
    for name, columns in _columns(changed):
        yield TextColumns(name, {code: columns.get(code, ()) for code in CODES})


def _gathers(document: Mapping[str, Any], flow: str) -> bool:
    head = document["flows"].get(flow)
    return bool(head and (head.get("gathers") or head.get("private")))
