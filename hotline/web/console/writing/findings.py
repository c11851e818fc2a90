"""What the checker finds, in the reader's language: a sentence of its kind; then what, where and what to do."""

from collections.abc import Mapping

from hotline.engine.check.finding import Code, Finding
from hotline.engine.editing.drafting import SENTENCES, Lack
from hotline.text.languages import NAMES
from hotline.text.remark import Remark
from hotline.web.console.visit import Visit
from hotline.web.console.who import phrase
from hotline.web.console.writing.changes.field_words import field_words

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


def says(visit: Visit, finding: Finding) -> str:
    """What is wrong, in one sentence."""
    if finding.code is Code.SHAPE and finding.message in _HALF_MADE:
        return visit.say(_HALF_MADE[finding.message])
    return visit.say(SAYS[finding.code])


def detail(visit: Visit, finding: Finding) -> str:
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
