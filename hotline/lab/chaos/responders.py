"""Responders who answer: accepted alerts are taken by their own reference, once, by SMS."""

import threading
from hashlib import sha256

from hotline.emulator.client import EmulatorClient
from hotline.lab.chaos.ledger import REFERENCE


def answer_alerts(emulator: EmulatorClient, stop: threading.Event, share: float = 1.0) -> int:
    """Until told to stop, and then once more for what came last. Of a share below one, the others stay silent.

    Returns how many answered.
    """
    seen = 0
    answered: set[str] = set()
    texted = 0
    while True:
        last_round = stop.is_set()
        fresh = emulator.outbox(after=seen)
        seen += len(fresh)
        for sms in fresh:
            found = REFERENCE.match(sms["text"])
            if found and sms["accepted"] and found[1] not in answered:
                answered.add(found[1])
                if _answers(found[1], share):
                    texted += 1
                    emulator.text(f"1 {found[1]}", msisdn=sms["to"])
        if last_round:
            return texted
        stop.wait(0.5)


def _answers(reference: str, share: float) -> bool:
    """Each reference has a responder who does or does not answer, however often she is told."""
    return sha256(reference.encode()).digest()[0] < 256 * share
