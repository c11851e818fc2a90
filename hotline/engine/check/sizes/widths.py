"""What a phone of sixteen letters a line breaks: a word in its middle, or a label's first word from its digit. Pure."""

from collections.abc import Iterator

from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import WrittenText, texts
from hotline.engine.flow import Book
from hotline.engine.screen import NARROWEST
from hotline.engine.view import WIDEST, filled
from hotline.text.remark import remark

DIGIT = len("1 ")
"""What stands in front of a label."""


def broken_words(book: Book) -> Iterator[Finding]:
    for written in texts(book):
        for language, text in written.text.items():
            if (word := _broken(written, text)) is not None:
                message = remark(
                    "{field} holds {word}: a narrow phone breaks it, or parts it from its digit",
                    field=written.field,
                    word=word,
                )
                fix = remark(
                    "a word has {most} letters at most, a label's first one {first}",
                    most=NARROWEST,
                    first=NARROWEST - DIGIT,
                )
                where = written.flow, written.node
                yield Finding(*where, Code.BROKEN_WORD, message, fix, language, written.field)


def _broken(written: WrittenText, text: str) -> str | None:
    words = filled(text, WIDEST).split()
    is_label = written.field == "skip" or written.field.startswith("choices.")
    if is_label and words and len(words[0]) > NARROWEST - DIGIT:
        return words[0]
    return next((word for word in words if len(word) > NARROWEST), None)
