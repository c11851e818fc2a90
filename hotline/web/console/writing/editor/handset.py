"""The handset beside the form. It keeps nothing: hidden fields carry what was keyed, and all is played again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from hotline.engine.editing.drafting import Draft, Lack
from hotline.engine.editing.preview import MOST_KEYS, Previewed, Supposed, played
from hotline.engine.flow import Book
from hotline.engine.run import Place
from hotline.engine.screen import DEFAULT_LIMIT, SMALLEST_ROOM
from hotline.text.languages import CODES
from hotline.web.console.form import PostedForm

LANGUAGE, LIMIT, BEGINS, KEY, SAY = "h.language", "h.limit", "h.begins", "h.key", "h.say"
AS_ANSWER, AS_FLAG = "as.answer.", "as.flag."
HERE, DIAL = "here", "dial"
WIDEST_LIMIT = 182
"""Septets of a message on the network: no body is longer."""
KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "00", "000")
FLAGS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class HandsetState:
    """What the page says of its handset."""

    language: str
    limit: int = DEFAULT_LIMIT
    keys: tuple[str, ...] = ()
    is_dialled: bool = False
    """Whether it began at the dial, and not at the screen of the form."""
    supposed: Supposed = field(default_factory=Supposed)

    def suppose(self, name: str, *, is_flag: bool) -> str:
        """What the page shows of one "as if"; empty where nothing is supposed."""
        if is_flag:
            given = self.supposed.flags.get(name)
            return "" if given is None else "yes" if given else "no"
        return self.supposed.answers.get(name, "")


@dataclass(frozen=True, slots=True)
class HandsetView:
    """What it shows."""

    text: str
    language: str
    septets: int
    ends: bool
    expects: str
    stuck: Place | None
    lack: Lack | None
    """What that place has not yet, where it is a screen of this flow."""
    state: HandsetState

    @property
    def is_full(self) -> bool:
        """Whether it hears no more keys."""
        return len(self.state.keys) >= MOST_KEYS


def of_form(form: PostedForm, language: str) -> HandsetState:
    """As the form carries it; `language` where it says none."""
    told = form.text(LANGUAGE)
    answers, flags = dict[str, str](), dict[str, bool]()
    for name, value in form.fields:
        if name.startswith(AS_ANSWER) and value:
            answers[name.removeprefix(AS_ANSWER)] = value
        elif name.startswith(AS_FLAG) and value in FLAGS:
            flags[name.removeprefix(AS_FLAG)] = FLAGS[value]
    return HandsetState(
        language=told if told in CODES else language,
        limit=limit_of(form.text(LIMIT)),
        keys=form.many(KEY)[:MOST_KEYS],
        is_dialled=form.text(BEGINS) == DIAL,
        supposed=Supposed(answers, flags),
    )


def of_query(query: Mapping[str, str], language: str) -> HandsetState:
    """As the address of a page says it after a save: the language and the limit stay."""
    told = query.get("shown", "")
    return HandsetState(told if told in CODES else language, limit_of(query.get("limit", "")))


def limit_of(typed: str) -> int:
    """A network's limit; the usual one where none is said."""
    if not typed.isdecimal() or len(typed) > 3:
        return DEFAULT_LIMIT
    return min(max(int(typed), SMALLEST_ROOM), WIDEST_LIMIT)


def after(state: HandsetState, do: str, form: PostedForm) -> HandsetState:
    """After one of its own buttons: a key, words that were typed, from here or from the dial."""
    verb, _, said = do.partition(":")
    if verb == "restart":
        return replace(state, keys=(), is_dialled=said == DIAL)
    keyed = said or form.text(SAY)
    if verb != "press" or not keyed or len(state.keys) >= MOST_KEYS:
        return state
    return replace(state, keys=(*state.keys, keyed))


def shown(
    book: Book, draft: Draft, place: Place, state: HandsetState, *, today: date
) -> HandsetView:
    """`book` holds the draft."""
    seen: Previewed = played(
        book,
        state.keys,
        flow="" if state.is_dialled else place.flow,
        node="" if state.is_dialled else place.node,
        language=state.language,
        today=today,
        supposed=state.supposed,
        limit=state.limit,
    )
    stuck, lack = seen.stuck, None
    if stuck is not None and stuck.flow == draft.flow.name:
        lack = next((fault.lack for fault in draft.faults_of(stuck.node)), None)
    screen = None if stuck else seen.screen
    return HandsetView(
        text=screen.text if screen else "",
        language=seen.language,
        septets=screen.septets if screen else 0,
        ends=bool(screen and screen.ends),
        expects=seen.expects,
        stuck=stuck,
        lack=lack,
        state=state,
    )
