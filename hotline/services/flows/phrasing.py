"""What is wrong with a phrase of the code: no SMS may say it so."""

from collections.abc import Iterator, Mapping
from string import Formatter

from hotline.domain.flows.review import PHRASES
from hotline.domain.sms.rules_replies import OFFERED_DIGITS
from hotline.domain.wording import ALWAYS_SHIPPED, Template
from hotline.engine.check.finding import Code, Finding, Findings
from hotline.engine.check.risky import IN_A_MESSAGE, risky_words
from hotline.engine.check.texts import unsigned
from hotline.engine.flow import Book
from hotline.engine.numbers.numbers import Number
from hotline.text.gsm7 import segments, strangers, substitute
from hotline.text.remark import Remark, remark

LONGEST = {
    "ref": "K7Q4AC",
    "place": "Nyamasheke place",
    "code": "*384*77777*90#",
    "name": "a page of the runbook",
    "time": "24/11 14:05-16:05",
    "until": "16:05",
    "number": "3" * 13,
    "join": "123456",
    "like": "K7Q4AC",
    "case": "K7Q4AC byihutirwa, gishya",
    "count": "999",
    "step": "99",
    "digits": "1 prendre 2 sur place 3 orienté 4 pas cela 5 passer 6 discrètement 7 ouvertement",
    "own": "2 sur place 3 orienté 4 pas cela 5 passer",
    "who": "Responder of a long name",
    "refs": " ".join(["K7Q4AC"] * 6) + " +194",
}
"""Values at their longest, to see what an SMS can cost."""


def faults(
    template: Template, language: str, text: str, numbers: Mapping[str, Number]
) -> Iterator[Remark]:
    """Everything that is wrong with these words. `numbers`: those that may be named."""
    try:
        named = placeholders(text)
    except ValueError:
        yield remark("has a brace that is none of a placeholder")
        return
    if named != placeholders(template.value):
        names = ", ".join(sorted(placeholders(template)))
        yield remark("needs exactly these placeholders: {names}", names=names)
        return
    for letter in strangers(text):
        yield remark(
            "{code} {letter} is not on a basic phone: write {instead}",
            code=f"U+{ord(letter):04X}",
            letter=letter,
            instead=substitute(letter),
        )
    for word in risky_words(text, language, IN_A_MESSAGE):
        yield remark(
            'says "{word}", which whoever holds the phone would read: say it in other words',
            word=word,
        )
    for number in unsigned(text, numbers):
        yield remark(
            "names {number}, which nobody signed: remove it, or have the number verified first",
            number=number,
        )
    digit = OFFERED_DIGITS.get(template)
    if digit is not None and not text.startswith(f"{digit} "):
        yield remark('must begin with "{digit}": that is what people write', digit=digit)
    if segments(text.format_map(LONGEST)) > 1:
        yield remark("longer than one SMS")


def findings(book: Book) -> Findings:
    """Of the phrases that a revision says otherwise than the catalogues."""
    for language, said in book.phrases.items():
        for name, text in said.items():
            for fault in _faults(name, language, text, book.numbers):
                fix = remark("say it in other words")
                yield Finding(PHRASES, name, Code.PHRASE, fault, fix, language)


def placeholders(text: str) -> set[str]:
    """Raises ValueError where braces do not close."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _faults(name: str, language: str, text: str, numbers: Mapping[str, Number]) -> Iterator[Remark]:
    template = Template.__members__.get(name)
    if template is None:
        yield remark("the code says no such phrase")
    elif template in ALWAYS_SHIPPED:
        yield remark("is said while the database does not answer: it stays as it was shipped")
    else:
        yield from faults(template, language, text, numbers)
