"""Why something was not done to a change, in a sentence that says what to do next."""

from collections.abc import Iterator, Mapping

from hotline.engine.editing.anatomy import Document
from hotline.engine.editing.difference import Difference, LeftBehind, left_behind
from hotline.engine.editing.emergency import HeldBack, NotInEmergency
from hotline.services.changes.results import ChangeRefused, Refusal
from hotline.text.languages import NAMES
from hotline.web.console.form import FormFault, FormFaults
from hotline.web.console.visit import Visit
from hotline.web.console.who import phrase
from hotline.web.console.writing.changes.field_words import field_words, finding_place, part_words

SENTENCES: Mapping[Refusal, str] = {
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
MOST = 5
"""Places that a sentence names; the page lists all of them."""


def refused_words(visit: Visit, refused: ChangeRefused) -> str:
    where = list(dict.fromkeys(_where(visit, refused)))
    named = "; ".join(where[:MOST]) + ("; ..." if len(where) > MOST else "")
    return visit.say(SENTENCES[refused.why], where=named)


def refused_faults(visit: Visit, refused: ChangeRefused, field: str) -> FormFaults:
    """The same as the fault of a form's field."""
    return FormFaults((FormFault(field, refused_words(visit, refused)),))


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
    shown = "; ".join(_kept(visit, one) for one in behind[:MOST])
    return shown + ("; ..." if len(behind) > MOST else "")


def _kept(visit: Visit, behind: LeftBehind) -> str:
    languages = ", ".join(NAMES.get(code, code) for code in behind.languages)
    return f"{behind.flow} {behind.node}, {field_words(visit, behind.field)}: {languages}"


def _held(visit: Visit, held: HeldBack) -> str:
    place = " ".join(part for part in (held.flow, held.node) if part)
    field = field_words(visit, held.field) if held.flow else held.field
    named = ", ".join(part for part in (place, field) if part)
    why = visit.say(HELD_BACK[held.reason])
    return f"{named}: {why}" if named else why
