"""Calls the real hook of the real web process, as the gateway does."""

from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.test import Client

from hotline.dialogue.replay_cache import SessionMemory
from tests.support.callers import FORM, SECRETS


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
