"""Simulates a gateway that answers when a test tells it to. So a test can see pending messages and does not have to
wait."""

from collections.abc import Callable
from threading import Condition

from hotline.gateway.rules_delivery import Outcome, SendResult

PATIENCE = 30.0
"""Seconds after which a test that waits without result fails."""
ACCEPTED = SendResult(Outcome.ACCEPTED, 201, "102")


class HeldSms:
    """A gateway in which each send waits for `answer`. `asked` contains every text in the order of arrival."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._changed = Condition()
        self._answers: dict[str, SendResult] = {}
        self._open = False

    def send(self, msisdn: str, text: str) -> SendResult:
        with self._changed:
            self.asked.append(text)
            number = len(self.asked)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._open or text in self._answers, PATIENCE)
            said = self._answers.pop(text, ACCEPTED)
        if said.outcome is Outcome.ACCEPTED:
            return SendResult(said.outcome, said.http_status, said.provider_status, f"id-{number}")
        return said

    def answer(self, *texts: str, result: SendResult = ACCEPTED) -> None:
        with self._changed:
            self._answers |= dict.fromkeys(texts, result)
            self._changed.notify_all()

    def let_all_through(self) -> None:
        """Accepts all pending messages, and all later ones."""
        with self._changed:
            self._open = True
            self._changed.notify_all()

    def until_asked(self, count: int) -> list[str]:
        """Waits until this many messages have reached the gateway. Returns all messages so far."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.asked) >= count, PATIENCE)
            assert came, f"{len(self.asked)} of {count} were sent"
            return list(self.asked)

    def answer_as_they_come(self, judge: Callable[[int], SendResult | None], total: int) -> None:
        """Answers the nth message with the result of `judge`. With None, the message stays pending. Returns after
        `total` messages."""
        for n in range(total):
            text = self.until_asked(n + 1)[n]
            result = judge(n)
            if result is not None:
                self.answer(text, result=result)
