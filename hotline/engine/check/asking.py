"""The list of questions that a desk may ask back: each alone, on one screen, and of nobody's name. Pure."""

from collections.abc import Iterator

from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import node_texts
from hotline.engine.check.risky import asks_of_anybody
from hotline.engine.document.references import targets
from hotline.engine.flow import Ask, Book, Branch, Condition, Finish, Flow, Menu
from hotline.engine.numbers.questions import ANSWER, FLOW, Question, flag_of, questions
from hotline.text.remark import Remark, remark


def asked_back(book: Book) -> Iterator[Finding]:
    yield from _signed_elsewhere(book)
    flow = book.flows.get(FLOW)
    if flow is None:
        return
    for question in questions(book).values():
        yield from _shape(flow, question)
        yield from _of_anybody(question)


def _signed_elsewhere(book: Book) -> Iterator[Finding]:
    listed = questions(book)
    for flow in book.flows.values():
        for name in flow.signed:
            if flow.name != FLOW or name not in listed:
                message = remark("is signed, and is no question of the list")
                yield _finding(
                    name, message, remark("remove the approval of this question"), flow=flow.name
                )


def _shape(flow: Flow, question: Question) -> Iterator[Finding]:
    """What is signed is a text and its choices; she is asked that, and nothing behind it."""
    name, node = question.name, question.node
    if isinstance(node, Ask) and (node.kind != "words" or node.skip is not None):
        message = remark("is no menu and takes no words")
        yield _finding(name, message, remark("ask for words, or offer choices"))
    if node.leads or node.topic or node.completes or (isinstance(node, Menu) and node.note):
        message = remark("holds more than a text and choices")
        yield _finding(name, message, remark("leave the rest out"))
    if node.saves != ANSWER:
        message = remark("saves where no desk reads it")
        yield _finding(name, message, remark("saves: {answer}", answer=ANSWER))
    if not all(choice.value for choice in node.choices) or any(c.when for c in node.choices):
        message = remark("has a choice that is no answer, or not always one")
        yield _finding(name, message, remark("give it a value"))
    if any(flow.nodes.get(goes) != Finish() for goes in targets(node)):
        message = remark("leads on to more")
        yield _finding(name, message, remark("lead it to an end without text"))
    start = flow.nodes.get(flow.start)
    arms = start.arms if isinstance(start, Branch) else ()
    if [arm.when for arm in arms if arm.goes == name] != [Condition(flag=flag_of(name))]:
        arm = f"{{when: {{flag: {flag_of(name)}}}, goes: {name}}}"
        fix = remark("add {arm} to {start}", arm=arm, start=flow.start)
        yield _finding(name, remark("does not stand behind its own flag alone"), fix)


def _of_anybody(question: Question) -> Iterator[Finding]:
    for field, text in node_texts(question.node):
        for language, words in text.items():
            for word in asks_of_anybody(words, language):
                message = remark(
                    '{field} asks for a name, a number, a house or a person: "{word}"',
                    field=field,
                    word=word,
                )
                fix = remark("ask what happens, where and when")
                yield Finding(FLOW, question.name, Code.ASKS_WHO, message, fix, language, field)


def _finding(name: str, message: Remark, fix: Remark, *, flow: str = FLOW) -> Finding:
    return Finding(flow, name, Code.QUESTION, message, fix)
