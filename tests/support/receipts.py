"""Simulates a caller who takes a receipt number with a PIN, and uses it to ask about the tip."""

import re

from tests.support.callers import DANGER_HERE, REST, Caller, Line, told

PIN = "4711"
MY_NUMBER = ("4", "5", "5")
NOTHING = "Nta kibonetse."
OTHER_PHONE = "+250788000055"


def given(line: Line, pin: str = PIN) -> tuple[Caller, str]:
    """Simulates a caller who reports a tip about danger and takes a receipt. Returns the caller and the number of the
    receipt."""
    caller = told(line, *DANGER_HERE, "1", "1", *REST)
    return caller, shown(caller.key("2", pin))


def shown(screen: str) -> str:
    (number,) = re.findall(r"\d{3} \d{3} \d{3}", screen)
    return str(number).replace(" ", "")


def asked(line: Line, number: str, pin: str = PIN, msisdn: str = OTHER_PHONE) -> Caller:
    caller = line.caller(msisdn)
    caller.dial()
    caller.key(*MY_NUMBER, number, pin)
    return caller


def wrong(pin: str = PIN) -> str:
    return f"{(int(pin) + 1) % 10000:04}"
