"""Tests reading a topic by SMS: whatever texts a person sends, no error occurs and no report begins."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.dialogue import service_answers
from hotline.flows.conversation import ConversationState
from hotline.flows.flow import QuestionNode
from hotline.text.characters import is_gsm7, segments
from hotline.text.languages import CODES
from hotline.text.topics import AskedTopic, Topic
from tests.long import is_long
from tests.support.made_once import shipped_book

BOOK = shipped_book()
SMS = service_answers.conversation_context(BOOK, date(2026, 11, 24))
CLOSED = {flow.name for flow in BOOK.flows.values() if flow.gathers or flow.private}
WRITTEN = st.one_of(
    st.sampled_from(
        [
            "1",
            "2",
            "3",
            "4",
            "5",
            "6",
            "7",
            "8",
            "9",
            "0",
            "00",
            "000",
            "komeza",
            "francais",
            "english",
            "45",
            "90",
        ]
    ),
    st.text(max_size=20),
)


def stands(run: ConversationState) -> None:
    assert not {place.flow for place in run.calls} & (CLOSED | {"leaders", "training"})
    assert run.attempts == 0


@settings(max_examples=150 if is_long() else 50)
@given(st.sampled_from(Topic), st.sampled_from([*CODES, None]), st.lists(WRITTEN, max_size=25))
def test_sms_reading_leaves_its_flow_nowhere(
    topic: Topic, language: str | None, texts: list[str]
) -> None:
    spoken = service_answers.begin_topic(SMS, AskedTopic(topic, language), "rw")
    for text in texts:
        stands(spoken.state)
        row = service_answers.screen_values(spoken.state, SMS, again=spoken.again)
        screen = service_answers.draw_screen(BOOK, row, spoken.state.language)
        assert segments(screen.text) == 1
        assert is_gsm7(screen.text)
        spoken = service_answers.continue_topic(SMS, spoken.state, text) or spoken
    stands(spoken.state)


def test_sms_screens_ask_for_no_free_text() -> None:
    """No screen that people read by SMS asks for free text. Without free text, no stored answer can contain a caller's
    words."""
    nodes = [node for flow in SMS.flow_set.flows.values() for node in flow.nodes.values()]
    assert not [node for node in nodes if isinstance(node, QuestionNode)]
