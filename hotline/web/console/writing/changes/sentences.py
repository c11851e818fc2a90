"""Says in the reader's language how a field is called, what a step did, what the check finds, why an act is refused."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from hotline.domain.changes.change import ENTRIES, NUMBERS, PHRASES, StepKind
from hotline.engine.check.finding import Code, Finding
from hotline.engine.editing.anatomy import Document
from hotline.engine.editing.difference import Difference, LeftBehind, left_behind
from hotline.engine.editing.drafting import SENTENCES, Lack
from hotline.engine.editing.emergency import HeldBack, NotInEmergency
from hotline.errors import FormRefused
from hotline.services.changes.drafts import StepLine
from hotline.services.changes.results import ChangeRefused, Refusal
from hotline.services.changes.steps import StepClash, StepSaved
from hotline.text.languages import NAMES
from hotline.text.remark import Remark
from hotline.web.console.visit import Visit
from hotline.web.console.who import phrase

Done = TypeVar("Done")
PARTS: Mapping[str, str] = {
    NUMBERS: phrase("Telephone numbers"),
    ENTRIES: phrase("Entries"),
    PHRASES: phrase("What the line itself says"),
}
ROWS: Mapping[str, str] = {
    "choices": phrase("Choice {number}"),
    "lead": phrase("Words that show only sometimes, {number}"),
    "arms": phrase("Way {number}"),
}
FIELDS: Mapping[str, str] = {
    "text": phrase("What it says"),
    "note": phrase("The line under the choices"),
    "skip": phrase("The words for going on without an answer"),
    "one": phrase("The question where the list has one place"),
    "none": phrase("The words where the list has no place"),
    "goes": phrase("Then"),
    "weak": phrase("Where easy digits lead to"),
    "flow": phrase("The flow that it goes into"),
    "start": phrase("The first screen"),
    "nodes": phrase("The order of the screens"),
    "choices": phrase("The order of the choices"),
    "arms": phrase("The order of the ways"),
    "lead": phrase("The order of the words that show only sometimes"),
    "kind": phrase("What kind of screen it is"),
    "asks": phrase("What is asked"),
    "list": phrase("The list of places"),
    "languages": phrase("Whether the languages stand there"),
    "returns": phrase("Whether it goes back to the flow that called"),
    "reason": phrase("Reason for the words or the length that the check finds"),
    "saves": phrase("Where the answer is kept"),
    "topic": phrase("Which topic counts as read"),
    "completes": phrase("What counts as told"),
    "signed": phrase("Who answers for the question"),
    "gathers": phrase("What the flow gathers"),
    "private": phrase("Whether it is dialled by nobody"),
    "review": phrase("How far it was reviewed"),
    "value": phrase("what it counts as"),
    "key": phrase("its digit"),
    "when": phrase("when it shows"),
    "number": phrase("the number that it names"),
    "same_line": phrase("whether it stands on the same line"),
    "language": phrase("the language that it changes to"),
    "every_page": phrase("whether it stands on every page"),
}
"""By the whole field, or by its last part in a row."""

OF_A_NUMBER: Mapping[str, str] = {
    "service": phrase("whose it is"),
    "status": phrase("how sure it is"),
    "evidence": phrase("the evidence"),
    "confirmed_by": phrase("confirmed by"),
    "confirmed_on": phrase("confirmed on"),
}


def field_words(visit: Visit, field: str) -> str:
    """As the reader's language calls it; what has no name there is shown as it is stored."""
    first, *rest = field.split(".")
    if first in ROWS and rest and rest[0].isdecimal():
        row = visit.say(ROWS[first], number=int(rest[0]) + 1)
        inner = ".".join(rest[1:])
        if not inner or inner == "goes":
            return row
        return f"{row}, {visit.say(FIELDS[inner]) if inner in FIELDS else inner}"
    if first.isdecimal() and len(rest) == 1:
        return f"{first}, {visit.say(OF_A_NUMBER[rest[0]]) if rest[0] in OF_A_NUMBER else rest[0]}"
    if first == "signed":
        return visit.say(FIELDS[first])
    return visit.say(FIELDS[field]) if field in FIELDS else field


def part_words(visit: Visit, part: str) -> str:
    """A part of a change: the flow's name, or what the lists are called."""
    return visit.say(PARTS[part]) if part in PARTS else part


def finding_place(visit: Visit, one: Finding) -> str:
    """Flow, screen, field and language, as far as a finding names them."""
    field = field_words(visit, one.field) if one.field else ""
    language = NAMES.get(one.language, one.language)
    return ", ".join(part for part in (one.flow, one.node, field, language) if part)


REFUSALS: Mapping[Refusal, str] = {
    Refusal.OVER: phrase("This change is live already, or was dropped. Open a new one."),
    Refusal.NOTHING_THERE: phrase(
        "It changes nothing of what callers hear now. Edit a screen first, or drop it."
    ),
    Refusal.UNTITLED: phrase("Give it a title, so that others know what it is about."),
    Refusal.NOT_PROPOSED: phrase(
        "Nobody proposes it now: somebody edited it, or it was sent back. An editor proposes it again."
    ),
    Refusal.OWN_HAND: phrase(
        "You proposed it or wrote a part of it. Ask another approver to read it."
    ),
    Refusal.CHANGED: phrase("It changed while you read. Look again, and decide then."),
    Refusal.CLASHES: phrase(
        "What went live meanwhile changed the same words: {where}. Choose on the page of the change which ones stay."
    ),
    Refusal.BROKEN: phrase("It cannot be played yet: {where}. Mend that first."),
    Refusal.HURTS: phrase(
        "Something in it would hurt callers, and is new. Mend what the page of the change lists first: {where}."
    ),
    Refusal.LANGUAGES_KEPT: phrase(
        "The English text is new, and other languages keep the old one: {where}. "
        "Translate them, or tick that they keep it for now."
    ),
    Refusal.ENTRY_MOVED: phrase(
        "What is printed on posters would lead elsewhere, or nowhere: {where}. Leave it, and add another entry."
    ),
    Refusal.EMERGENCY_NUMBER: phrase(
        "112 would go from the screens. Put it back: callers in danger must find it."
    ),
    Refusal.SHORT_REASON: phrase(
        "Write why, in 20 letters or more: others read it in the history."
    ),
    Refusal.BEYOND_WORDS: phrase(
        "One person alone changes words only, and takes a number away. This waits for a second person: {where}. "
        "Take it out, or propose the change."
    ),
    Refusal.EMERGENCY_STANDS: phrase(
        "Words of one person alone are live. Confirm them first, or bring back what was before."
    ),
    Refusal.READ_BY_ONE: phrase(
        "One person published these words alone, and nobody confirmed them. "
        "Propose them as a change: a second person reads it."
    ),
    Refusal.SETTLED: phrase(
        "Nothing waits for a second person any more: it was confirmed or ended. Look at the history."
    ),
    Refusal.APPOINTED: phrase(
        "Who published it gave you your role. Ask an approver whom somebody else appointed."
    ),
}
HELD_BACK: Mapping[NotInEmergency, str] = {
    NotInEmergency.SCREEN: phrase("a screen is new, or gone"),
    NotInEmergency.ARROW: phrase("it leads elsewhere"),
    NotInEmergency.MARK: phrase("something else is counted or alerted"),
    NotInEmergency.FIELD: phrase("more than its words changed"),
    NotInEmergency.GUARDED: phrase("words of a report, a receipt or a responder"),
    NotInEmergency.DIGITS: phrase("a digit, or a word for one, is new"),
    NotInEmergency.RISKY: phrase("new words promise something, or ask who somebody is"),
    NotInEmergency.ENTRY: phrase("an entry"),
    NotInEmergency.NUMBER: phrase("a number is new, or is confirmed again"),
    NotInEmergency.EMERGENCY_NUMBER: phrase("112 is taken away"),
    NotInEmergency.OTHER: phrase("something besides the flows"),
}
KEEPS_LANGUAGES = "keeps-languages"
"""The tick by which somebody says that other languages keep the old text for now."""
MOST_PLACES = 5
"""Places that a sentence names; the page lists all of them."""


def refused_words(visit: Visit, refused: ChangeRefused) -> str:
    where = list(dict.fromkeys(_where(visit, refused)))
    named = "; ".join(where[:MOST_PLACES]) + ("; ..." if len(where) > MOST_PLACES else "")
    return visit.say(REFUSALS[refused.why], where=named)


def allowed(visit: Visit, done: Done | ChangeRefused, field: str) -> Done:
    """Returns what a service did. Raises FormRefused, with the reason at that field, where it refused."""
    if isinstance(done, ChangeRefused):
        raise FormRefused({field: refused_words(visit, done)})
    return done


def _where(visit: Visit, refused: ChangeRefused) -> Iterator[str]:
    """The places that it names; the checker's own English only where it names none."""
    yield from (finding_place(visit, one) for one in refused.findings)
    yield from (_held(visit, held) for held in refused.held_back)
    yield from (_kept(visit, one) for one in refused.left_behind)
    if refused.why is Refusal.CLASHES:
        yield from (part_words(visit, part) for part in refused.problems)
    elif not refused.findings:
        yield from refused.problems


def languages_kept(visit: Visit, changes: Difference, after: Document) -> str:
    """Returns the places where English is new and another language keeps the old text. Empty if there are none."""
    behind = left_behind(changes, after)
    shown = "; ".join(_kept(visit, one) for one in behind[:MOST_PLACES])
    return shown + ("; ..." if len(behind) > MOST_PLACES else "")


def _kept(visit: Visit, behind: LeftBehind) -> str:
    languages = ", ".join(NAMES.get(code, code) for code in behind.languages)
    return f"{behind.flow} {behind.node}, {field_words(visit, behind.field)}: {languages}"


def _held(visit: Visit, held: HeldBack) -> str:
    place = " ".join(part for part in (held.flow, held.node) if part)
    field = field_words(visit, held.field) if held.flow else held.field
    named = ", ".join(part for part in (place, field) if part)
    why = visit.say(HELD_BACK[held.reason])
    return f"{named}: {why}" if named else why


STEP_SENTENCES: Mapping[StepKind, str] = {
    StepKind.EDITED: phrase("{who} changed {what}: {languages}"),
    StepKind.MARKS: phrase("{who} changed what is counted or alerted in {what}: {why}"),
    StepKind.NODE_ADDED: phrase("{who} added the screen {what}"),
    StepKind.NODE_RENAMED: phrase("{who} renamed the screen {old}: {what}"),
    StepKind.NODE_DELETED: phrase("{who} deleted the screen {what}"),
    StepKind.ORDERED: phrase("{who} put the screens of {part} into another order"),
    StepKind.FLOW_ADDED: phrase("{who} added the flow {part}"),
    StepKind.FLOW_DELETED: phrase("{who} took out the flow {part}"),
    StepKind.BROUGHT_BACK: phrase("{who} brought back state {version} of {part}"),
    StepKind.CAUGHT_UP: phrase("{who} brought in what went live meanwhile: {part}"),
    StepKind.NUMBER_CONFIRMED: phrase("{who} confirmed the number {what}"),
    StepKind.NUMBER_TAKEN_AWAY: phrase("{who} took away the number {what}"),
    StepKind.NUMBER_LISTED: phrase("{who} listed the number {what}"),
    StepKind.ENTRY_ADDED: phrase("{who} added the entry {what}"),
    StepKind.WORDS_TAKEN: phrase("{who} took words of {part}: {languages}"),
    StepKind.IMPORTED: phrase("{who} took {part} out of flow files"),
}
WITHOUT_LANGUAGE = phrase("{who} changed {what}")
UNKNOWN = phrase("{who} changed {part}")
"""What a later release may have written."""


def step_sentence(visit: Visit, step: StepLine) -> str:
    says = step.says
    languages = [NAMES.get(str(code), str(code)) for code in _list(says.get("languages"))]
    did = says.get("did")
    known = did if isinstance(did, str) and did in {*StepKind} else None
    words = UNKNOWN if known is None else STEP_SENTENCES[StepKind(known)]
    if known == StepKind.EDITED and not languages:
        words = WITHOUT_LANGUAGE
    return visit.say(
        words,
        who=step.author or visit.say("the line"),
        part=part_words(visit, step.part),
        what=_what(says) or part_words(visit, step.part),
        languages=", ".join(languages),
        version=says.get("version", ""),
        old=says.get("from", ""),
        why=says.get("why", ""),
    ).rstrip(": ")


def why_marks(visit: Visit, found: Sequence[StepLine]) -> Sequence[str]:
    """The sentences of steps that change what is counted or alerted: whoever publishes reads why."""
    return [step_sentence(visit, step) for step in found if step.says.get("did") == StepKind.MARKS]


def _what(says: Mapping[str, Any]) -> str:
    """The screen, the number or the entry that a step names."""
    named = (says.get(key) for key in ("node", "number", "digits"))
    return next((str(one) for one in named if one), "")


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


TICK = "read-"


def check_read(visit: Visit, languages: Sequence[str]) -> None:
    """Raises FormRefused, at the first tick, where somebody has not ticked each of these languages as read."""
    missing = [code for code in languages if not visit.form.ticked(f"{TICK}{code}")]
    if missing:
        named = ", ".join(NAMES[code] for code in missing)
        raise visit.wrong(
            f"{TICK}{missing[0]}", "Tick what you have read: {languages}.", languages=named
        )


SAYS: Mapping[Code, str] = {
    Code.SHAPE: phrase("Something here is not as it must be."),
    Code.UNKNOWN_NODE: phrase("It leads to a screen that is not there."),
    Code.UNKNOWN_FLOW: phrase("It opens a flow that is not there."),
    Code.UNKNOWN_LIST: phrase("It asks out of a list that is not there."),
    Code.UNKNOWN_ENTRY: phrase("A printed number opens a flow that is not there."),
    Code.UNKNOWN_ANSWER: phrase("It depends on an answer that nobody can give."),
    Code.DIALLED: phrase("What somebody dialled would show what she opened."),
    Code.DEAD_END: phrase("It leads nowhere."),
    Code.UNREACHABLE: phrase("Nothing leads to it."),
    Code.LOOP: phrase("It leads round in a circle."),
    Code.LANGUAGE_MISSING: phrase("A language is missing."),
    Code.LETTER: phrase("It has letters that a basic handset does not show."),
    Code.NUMBER_UNSIGNED: phrase("It names a number that nobody has confirmed."),
    Code.TOO_LONG: phrase("It is too long for the screens that it may take."),
    Code.BROKEN_WORD: phrase("A narrow handset breaks a word in its middle."),
    Code.TOO_MANY_CHOICES: phrase("It has too many choices."),
    Code.TOO_MANY_LINES: phrase("It takes too many lines of a narrow handset."),
    Code.UNSURE_LATE: phrase("Whoever is not sure must turn pages to say so."),
    Code.TOO_EARLY: phrase("It says too much, too near to the first screen."),
    Code.LAST_SCREEN: phrase("It may stay on a handset as the last screen, and says too much."),
    Code.UNSAFE_WORD: phrase("A word of it is not safe in the report."),
    Code.PROMISE: phrase("It promises what the line cannot keep."),
    Code.ASKS_WHO: phrase("It asks who somebody is."),
    Code.WORDS_LOST: phrase("It asks for words where nothing keeps them."),
    Code.QUESTION: phrase("It is not one question that a desk may ask back."),
    Code.ECHO: phrase("It shows what she answered."),
    Code.VALUE_TWICE: phrase("Two choices count as the same answer."),
    Code.TOO_MANY_ANSWERS: phrase("It keeps more answers than fit."),
    Code.ALERT_LATE: phrase("It alerts later than it may."),
    Code.PHRASE: phrase("These words of the line cannot be said so."),
}
LACKS: Mapping[Lack, str] = {
    Lack.KIND: phrase("It is no screen yet."),
    Lack.WORDS: phrase("It says nothing yet."),
    Lack.GOES: phrase("It leads nowhere yet."),
    Lack.CHOICES: phrase("It offers nothing yet."),
    Lack.NAME: phrase("It has no name yet."),
    Lack.BROKEN: phrase("Something here is not as it must be."),
}
_HALF_MADE = {SENTENCES[lack]: says for lack, says in LACKS.items() if lack in SENTENCES}


def finding_says(visit: Visit, finding: Finding) -> str:
    """What is wrong, in one sentence."""
    if finding.code is Code.SHAPE and finding.message in _HALF_MADE:
        return visit.say(_HALF_MADE[finding.message])
    return visit.say(SAYS[finding.code])


def finding_detail(visit: Visit, finding: Finding) -> str:
    """What exactly is wrong, and what to do; nothing where that is said already."""
    if finding.code is Code.SHAPE and finding.message in _HALF_MADE:
        return ""
    return f"{remark_words(visit, finding.message)}. {remark_words(visit, finding.fix)}."


def remark_words(visit: Visit, one: Remark) -> str:
    """Fields and languages are called as the page calls them."""

    def shown(name: str, value: str) -> str:
        if name.endswith("field"):
            return field_words(visit, value)
        return NAMES.get(value, value) if name == "language" else value

    return one.said(visit.say, shown)


def not_saved(visit: Visit, done: StepSaved | StepClash | ChangeRefused) -> str:
    """A sentence; empty where it was saved."""
    if isinstance(done, StepClash):
        by = done.author or visit.say("somebody")
        return visit.say("{by} changed the same meanwhile. Look again, then decide.", by=by)
    if isinstance(done, ChangeRefused):
        return refused_words(visit, done)
    return ""
