"""Publishes flows and keeps a publication history. The flows of a release never replace flows that a person published
in the console.

Also finds every problem in flows, and decides which problems prevent publication. The check of the flow engine does not
know some rules of the hotline. For example, a report about danger must alert a responder after four answers at most
(rule C8).
"""

import hashlib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import NamedTuple

from hotline.alerts.rules_replies import OFFERED_DIGITS
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.documents import Document
from hotline.core.wording import ALWAYS_SHIPPED, Template
from hotline.editing.rules_preview import ReadDraft, draft_problems
from hotline.editing.service_drafts import log_command
from hotline.flows import document as documents
from hotline.flows import service_authoring, tables
from hotline.flows.check import (
    IN_A_MESSAGE,
    Code,
    Problem,
    Problems,
    next_nodes,
    node_of,
    nodes,
    problem,
    risky_words,
    with_replacement,
    words_newer_than_reason,
)
from hotline.flows.check_flow_set import check_document, set_problems, unverified_in
from hotline.flows.conversation import ConversationState, Facts, Place
from hotline.flows.flow import (
    BranchNode,
    FlowSet,
    MenuNode,
    Number,
    QuestionNode,
    is_met,
    list_name,
    reachable,
)
from hotline.flows.rules_reviews import PHRASES
from hotline.flows.screen import SEPTETS
from hotline.flows.service_check import place_lists
from hotline.flows.tables import Publication, PublicationKind
from hotline.people import tables_audit
from hotline.text.characters import foreign_letters, segments, substitute
from hotline.text.errors import FlowInvalid, NotReady
from hotline.text.languages import MessageText, message_text
from hotline.text.quiz import ANSWER_VALUES, FIRST_PREFIX, SECOND_PREFIX
from hotline.tips import rules, rules_receipts
from hotline.tips.rules import Matter, TipState

LONGEST_VALUES = {
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
    "part": "réponses SMS aux appelants",
    "step": "99",
    "digits": "1 prendre 2 sur place 3 orienté 4 pas cela 5 passer 6 discrètement 7 ouvertement",
    "own": "2 sur place 3 orienté 4 pas cela 5 passer",
    "who": "Responder of a long name",
    "row": "999999999",
    "digest": "f" * 64,
    "refs": " ".join(["K7Q4AC"] * 6) + " +194",
}
"""The longest possible value of each placeholder, to compute the maximum length of an SMS."""


def phrase_faults(
    template: Template, language: str, text: str, numbers: Mapping[str, Number]
) -> Iterator[MessageText]:
    """Yields every problem of a phrase, which is a text outside the flows, such as the text of an SMS. `numbers` are
    the phone numbers that the phrase may contain."""
    try:
        named = placeholders(text)
    except ValueError:
        yield message_text("the text has a brace outside a placeholder: remove the brace")
        return
    if named != placeholders(template.value):
        names = ", ".join(sorted(placeholders(template)))
        yield message_text("use exactly these placeholders: {names}", names=names)
        return
    for letter in foreign_letters(text):
        yield message_text(
            "a basic phone cannot show {letter} ({code}): use {instead}",
            code=f"U+{ord(letter):04X}",
            letter=letter,
            instead=substitute(letter),
        )
    for word in risky_words(text, language, IN_A_MESSAGE):
        said = message_text(
            'the text contains "{word}", which anyone who holds the phone could read: use other words',
            word=word,
        )
        yield with_replacement(said, word, language, IN_A_MESSAGE)
    for number in unverified_in(text, numbers):
        yield message_text(
            "the text contains {number}, which is not verified: remove the number, or have it verified first",
            number=number,
        )
    digit = OFFERED_DIGITS.get(template)
    if digit is not None and not text.startswith(f"{digit} "):
        yield message_text(
            'the text must begin with "{digit}", because people answer with this digit', digit=digit
        )
    if segments(text.format_map(LONGEST_VALUES)) > 1:
        yield message_text("the text is longer than one SMS: shorten the text")


CANNOT_CHANGE = message_text(
    "callers see this text when the database is down, so you cannot change the text"
)


def phrase_problems(flow_set: FlowSet) -> Problems:
    """Yields the problems of the phrases that a revision changes."""
    for language, said in flow_set.phrases.items():
        for name, text in said.items():
            template = Template.__members__.get(name)
            if template is None:
                wrong: Iterable[MessageText] = [message_text("this text does not exist")]
            elif template in ALWAYS_SHIPPED:
                wrong = [CANNOT_CHANGE]
            else:
                wrong = phrase_faults(template, language, text, flow_set.numbers)
            fix = message_text("correct this text, or restore the earlier text")
            yield from (Problem(PHRASES, name, Code.PHRASE, one, fix, language) for one in wrong)


def placeholders(text: str) -> set[str]:
    """Returns the names of the placeholders in a text, which are in braces. Raises ValueError if a brace is not
    closed."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


LINE = "line"
OF_A_VERSION = "the flows of this version"
EMERGENCY_STANDS = (
    "words of one person alone are live: a second person confirms them in the console, or brings back what was "
    "before. The flows that this version ships can be published now"
)


def publish_version(context: Context, document: Document) -> int | None:
    """Publishes the flows of a release, and returns their revision. A second call with the same flows changes
    nothing.

    Returns None if a person published other flows. Raises FlowInvalid, StoreUnavailable.
    """
    made = service_authoring.prepare(document)
    with context.database.writing() as session:
        tables.take_lock(session)
        current = tables.current(session)
        live = tables.live_id(session)
        saved = tables.find_by_digest(session, made.digest)
        by_hand = current is not None and current.kind != PublicationKind.VERSION
        if by_hand and (saved is None or saved.id != live):
            return None
        revision = service_authoring.publish_document(session, made, context.now())
        if current is None or current.revision_id != revision:
            said = Publication(published_by=LINE, kind=PublicationKind.VERSION, reason=OF_A_VERSION)
            record(session, revision, said, context.now())
    return revision


def publish(context: Context, document: Document, *, by: str, reason: str, of_version: bool) -> int:
    """Publishes flows in the name of `by`, and returns the revision of these flows. If `of_version` is True, later
    software releases replace these flows.

    Raises FlowInvalid, NotReady, StoreUnavailable.
    """
    made = service_authoring.prepare(document)
    with context.database.writing() as session:
        tables.take_lock(session)
        if not of_version and tables.unsettled(session) is not None:
            # The folder of flow files may contain the text of an emergency change. Without this error, the emergency
            # text would stay live, and no second person would read this text.
            raise NotReady(EMERGENCY_STANDS)
        revision = service_authoring.publish_document(session, made, context.now())
        kind = PublicationKind.VERSION if of_version else PublicationKind.BY_HAND
        said = Publication(published_by=by, kind=kind, reason=reason)
        record(session, revision, said, context.now())
        actor = tables_audit.by_command(by)
        log_command(session, context, actor, "flows_published", f"revision {revision}", reason)
    return revision


def record(session: Session, revision: int, row: Publication, at: datetime) -> None:
    """Records in the publication history that a revision is live from now on."""
    tables.end_current(session, at)
    row.revision_id, row.published_at = revision, at
    session.add(row)
    session.flush()


MAX_ANSWERS = 4


class _Pressing(NamedTuple):
    """For one kind of report: the answer that means danger, and the function that computes the stage of the report."""

    answer: str
    value: str
    stage: Callable[[Mapping[str, str]], TipState | None]

    def alerted(self, answers: Mapping[str, str]) -> bool:
        if answers.get(self.answer, self.value) != self.value:
            return True
        return self.stage(answers) is TipState.FILED


PRESSING: dict[str | None, _Pressing] = {
    Matter.TIP: _Pressing("danger", "yes", rules.stage),
    Matter.COMPLAINT: _Pressing(
        rules_receipts.WRONG, rules_receipts.ComplaintKind.HURT, rules_receipts.stage
    ),
}


class _Way(NamedTuple):
    """The place of a caller in danger, with the answers so far."""

    place: Place
    answers: tuple[tuple[str, str], ...] = ()

    def saved(self, name: str | None, value: str, place: Place) -> "_Way":
        if name is None or not value:
            return _Way(place, self.answers)
        return _Way(place, tuple({**dict(self.answers), name: value}.items()))


def late_alerts(flow_set: FlowSet) -> Problems:
    """Yields the screens that a caller in danger can reach after four answers without an alert."""
    for flow in flow_set.flows.values():
        pressing = PRESSING.get(flow.gathers)
        if pressing is None or flow.start not in flow.nodes:
            continue
        ways = _questions(flow_set, [_Way(Place(flow.name, flow.start))])
        for _ in range(MAX_ANSWERS):
            ways = _questions(flow_set, (to for way in ways for to in _answered(flow_set, way)))
        late = [way.place for way in ways if not pressing.alerted(dict(way.answers))]
        for place in dict.fromkeys(late):
            answer, value = pressing.answer, pressing.value
            where = place.flow, place.node
            yield problem("late", *where, count=MAX_ANSWERS, answer=answer, value=value)


def _questions(flow_set: FlowSet, ways: Iterable[_Way]) -> Iterable[_Way]:
    """Returns the next question that the caller gets on each path. The result has no question for a path that asks
    nothing more."""

    def asks(way: _Way) -> bool:
        return isinstance(node_of(flow_set, way.place), MenuNode | QuestionNode)

    def following(way: _Way) -> Iterator[_Way]:
        if not asks(way):
            yield from (_Way(place, way.answers) for place in _silent(flow_set, way))

    return [way for way in reachable(ways, following) if asks(way)]


def _silent(flow_set: FlowSet, path: _Way) -> Iterator[Place]:
    """Yields the places that follow a node without a question. If a condition tests a flag, the function follows the
    path with the flag and the path without it."""
    node = node_of(flow_set, path.place)
    if not isinstance(node, BranchNode):
        yield from next_nodes(flow_set, path.place)
        return
    state = ConversationState("", (path.place,), answers=dict(path.answers))
    for arm in node.arms:
        if arm.when is None or arm.when.flag is not None or is_met(arm.when, state, Facts()):
            if arm.goes in flow_set.flows[path.place.flow].nodes:
                yield Place(path.place.flow, arm.goes)
            if arm.when is None or arm.when.flag is None:
                return


def _answered(flow_set: FlowSet, path: _Way) -> Iterator[_Way]:
    """Yields the caller's next place in the flows for each possible answer.

    If the caller chooses from a list, the function uses the first entry, because all entries lead to the same node.
    """
    node = node_of(flow_set, path.place)
    assert isinstance(node, MenuNode | QuestionNode)
    options = [(choice.value, choice.goes or node.goes) for choice in node.choices]
    if isinstance(node, QuestionNode):
        options.append((_first(flow_set, node, dict(path.answers)), node.goes))
    for value, goes in options:
        if goes is not None and goes in flow_set.flows[path.place.flow].nodes:
            yield path.saved(node.saves, value, Place(path.place.flow, goes))


def _first(flow_set: FlowSet, node: QuestionNode, answers: dict[str, str]) -> str:
    if node.list is None:
        return "any"
    options = flow_set.lists.get(list_name(node.list, answers), ())
    return options[0].value if options else ""


ONE_OF = message_text("use one of these values: {values}", values=", ".join(sorted(ANSWER_VALUES)))


def uncounted_questions(flow_set: FlowSet) -> Problems:
    """Yields the quiz questions whose answers the statistics never count."""
    asked = {
        node.saves: (flow.name, name, node)
        for flow, name, node in nodes(flow_set)
        if isinstance(node, MenuNode)
        and node.saves
        and node.saves.startswith((FIRST_PREFIX, SECOND_PREFIX))
    }
    for saves, (flow_name, name, menu) in asked.items():
        own, twin = FIRST_PREFIX, SECOND_PREFIX
        if not saves.startswith(own):
            own, twin = twin, own
        other = twin + saves.removeprefix(own)
        if other not in asked:
            yield problem("never_counted", flow_name, name, "saves", saves=saves, other=other)
        if odd := sorted({choice.value for choice in menu.choices} - ANSWER_VALUES):
            named = ", ".join(filter(None, odd))
            rule = "other_value" if named else "no_value"
            found = problem(rule, flow_name, name, "choices", saves=saves, values=named)
            yield found._replace(fix=ONE_OF)


BEARABLE = frozenset(
    {
        Code.UNREACHABLE,
        Code.TOO_LONG,
        Code.TOO_MANY_CHOICES,
        Code.TOO_MANY_LINES,
        Code.TOO_MANY_ANSWERS,
        Code.UNSURE_LATE,
    }
)
"""Problems that do not prevent publication, because they only make a conversation longer than it should be."""
MAX_SCREENS = 1000
"""The maximum number of screens that can be checked within a second, while an editor types."""


def all_problems(
    document: Document, limit: int = SEPTETS, *, live: Document | None = None
) -> Sequence[Problem]:
    """Returns the problems from the engine's checker and from the checks in this module.

    `live` are the published flows. An editor can write a reason why a screen breaks a rule. Without `live`, this reason
    covers every text of the screen.
    """
    lists = place_lists()
    found = check_document(document, lists, limit=limit)
    if any(one.code is Code.SHAPE for one in found):
        return found
    flows = documents.bind_lists(documents.read(document), lists)
    new: Problems = iter(())
    if live is not None:
        new = words_newer_than_reason(documents.bind_lists(documents.read(live), lists), flows)
    return [*found, *new, *uncounted_questions(flows), *late_alerts(flows), *phrase_problems(flows)]


class ScreenCheck(NamedTuple):
    """The problems of a draft that the editor sees next to one screen."""

    here: Sequence[Problem]
    elsewhere: int
    """The number of other screens of the flow that have problems."""
    is_whole: bool
    """False if there are too many flows for this check. The draft's page then shows the other problems."""


def check_screen(
    flow_set: FlowSet, draft: ReadDraft, node: str, *, live: FlowSet, most: int = MAX_SCREENS
) -> ScreenCheck:
    """Checks one screen of a draft together with all other flows.

    `flow_set` contains the draft, and `live` contains the published flows.
    """
    alone = draft_problems(flow_set, draft, node=node)
    if sum(len(flow.nodes) for flow in flow_set.flows.values()) > most:
        return ScreenCheck(alone, 0, is_whole=False)
    book_wide = (
        *set_problems(flow_set),
        *words_newer_than_reason(live, flow_set),
        *uncounted_questions(flow_set),
        *late_alerts(flow_set),
    )
    among = [one for one in book_wide if one.flow == draft.flow.name]
    here = dict.fromkeys((*alone, *(one for one in among if one.node == node)))
    elsewhere = {one.node for one in (*among, *draft_problems(flow_set, draft))} - {node}
    return ScreenCheck([*here], len(elsewhere), is_whole=True)


def bearable_problems(document: Document) -> Sequence[Problem]:
    """Returns the problems that should be fixed but do not prevent publication. Raises FlowInvalid with the problems
    that prevent publication."""
    found = all_problems(document)
    hurting = [one.sentence for one in found if one.code not in BEARABLE]
    if hurting:
        raise FlowInvalid(hurting)
    return found


@cache
def checker_digest() -> str:
    """Returns a digest of the code that checks flows. The digest is part of the key of stored problems. So the hotline
    never uses problems that another version of the code found."""
    hashed = hashlib.sha256()
    for written_in in (inspect.getfile(Problem), __file__):
        files = Path(written_in).parent.rglob("*.*")
        for file in sorted(one for one in files if one.suffix in (".py", ".csv", ".toml")):
            hashed.update(file.read_bytes())
    return hashed.hexdigest()[:16]
