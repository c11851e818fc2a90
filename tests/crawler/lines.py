"""Calls the engine or the real hook with the text of a session, as the gateway does."""

import json
from dataclasses import dataclass, field
from urllib.parse import urlencode

from werkzeug.test import Client

from hotline.dialogue.replay_cache import SessionMemory
from hotline.flows.conversation import ConversationState, Facts
from hotline.flows.flow import FlowSet
from hotline.flows.turn import Turn, resume, start
from tests.support.callers import FORM, SECRETS


@dataclass
class EngineLine:
    book: FlowSet
    facts: Facts
    held: dict[str, tuple[str, dict[str, object], str]] = field(default_factory=dict)
    """For each session: the last text, its conversation state, and the body of the answer."""
    replayed: dict[str, Turn] = field(default_factory=dict)
    """The turns of the replays, by their text. A replay continues the replay of a shorter text, because every replay
    of a text is the same."""

    def hop(self, session: str, phone: str, text: str) -> str:
        heard = self.held.get(session)
        if heard is not None and heard[0] == text:
            return heard[2]
        turn = self._onward(*heard[:2], text) if heard else self._from_the_dial(text)
        body = f"{'END' if turn.screen.ends else 'CON'} {turn.screen.text}"
        self.held[session] = (text, json.loads(json.dumps(turn.state.to_dict())), body)
        return body

    def forget(self) -> None:
        self.held.clear()

    def _onward(self, before: str, run: dict[str, object], text: str) -> Turn:
        keyed = text[len(before) :].removeprefix("*")
        return resume(self.book, ConversationState.from_dict(run), keyed, self.facts)

    def _from_the_dial(self, text: str) -> Turn:
        if text not in self.replayed:
            before, _, keyed = text.rpartition("*")
            self.replayed[text] = (
                resume(self.book, self._from_the_dial(before).state, keyed, self.facts)
                if text
                else start(self.book, self.facts)
            )
        return self.replayed[text]


@dataclass
class HookLine:
    client: Client
    sessions: SessionMemory

    def hop(self, session: str, phone: str, text: str) -> str:
        fields = {
            "sessionId": session,
            "phoneNumber": phone,
            "serviceCode": "*384*777#",
            "networkCode": "63510",
            "text": text,
        }
        answer = self.client.post(
            f"/hooks/{SECRETS['ussd'][0]}/ussd", data=urlencode(fields), content_type=FORM
        )
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def forget(self) -> None:
        self.sessions.clear()
