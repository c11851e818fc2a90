"""A word by SMS, through the stand-in's callbacks, the web process, the relay's key and the real SDK, and back."""

from pathlib import Path

import pytest

from hotline.cli.stack import Stack
from tests.eventually import eventually

HERS = "+250788000078"


@pytest.mark.slow(reason="waits for real processes to start")
def test_whoever_writes_a_word_reads_by_sms(tmp_path: Path) -> None:
    with Stack(tmp_path, environ={"HOTLINE_INBOUND_SMS": "yes"}) as stack:
        phone = stack.emulator

        def asks(text: str) -> str:
            before = len(phone.inbox(HERS))
            phone.text(text, msisdn=HERS)
            eventually(lambda: len(phone.inbox(HERS)) > before, seconds=20)
            newest = phone.inbox(HERS)[0]
            return str(newest["text"])

        assert asks("urugo").startswith("Umukozi wo mu rugo")
        assert asks("9").startswith("Ibimenyetso bibi")
        assert asks("Komeza") == "Murakoze. Murabeho.\nUshobora gusiba ubu butumwa."
        parts = {one["parts"] for one in phone.outbox() if one["to"] == HERS}
        assert parts == {1}
        assert HERS not in stack.log.read_text(errors="replace")
