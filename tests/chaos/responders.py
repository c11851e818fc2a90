"""Responders who answer: each accepted alert is taken by its own reference, once, by SMS."""

import threading

from hotline.emulator.client import EmulatorClient
from tests.chaos.ledger import REFERENCE


def answer_alerts(emulator: EmulatorClient, stop: threading.Event) -> None:
    """Until told to stop, and then once more for what came last."""
    answered: set[str] = set()
    while True:
        last_round = stop.is_set()
        for sms in emulator.outbox():
            found = REFERENCE.match(sms["text"])
            if found and sms["accepted"] and found[1] not in answered:
                answered.add(found[1])
                emulator.text(f"1 {found[1]}", msisdn=sms["to"])
        if last_round:
            return
        stop.wait(0.5)
