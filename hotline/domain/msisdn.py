"""Phone numbers as the network knows them: E.164, and nothing else, from here on. Pure.

Who calls is let in whatever her number looks like, since new prefixes exist before any list knows them. Whom we send to
must be a number that a list knows: a mistyped one would tell a stranger.

Check digits and letters by ISO 7064's hybrid systems (MOD 11,10 for digits). Pure.

One sign that is wrong always shows, and nearly every two exchanged.
"""

import re
from collections.abc import Iterable

import phonenumbers
from phonenumbers import PhoneNumberType

from hotline.errors import NumberInvalid

REGION = "RW"
CALLER = re.compile(r"[+ ]?(?P<digits>[1-9][0-9]{6,14})")
AT_HOME = re.compile(r"[+ ]?(?:0(?P<dialled>[27][0-9]{8})|(?P<bare>7[0-9]{8}))")
"""A Rwandan number without its country: 0788123456. Without its zero it is a mobile one; no number of the world with
eight digits behind a 7 is another country's.
"""
ABROAD = re.compile(r"\A[+ ]?00(?=[1-9])")
TRUNK_ZERO = re.compile(r"2500(?P<national>[0-9]{9})")
"""A Rwandan number that kept the zero of its domestic form."""
WRITTEN = re.compile(r"[+\d\s().\u2010-\u2015-]*(;ext=\d{1,7})?")
"""How people write a number. A letter would be read as the digit of its key: 0788-CALL-ME is somebody's number."""
BY_SMS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
"""What an SMS reaches at an ordinary price; never a premium number."""


def caller(raw: str) -> str:
    """A caller's number as E.164, by its shape alone. Raises NumberInvalid, without the number.

    Form decoding turns a plus into a space, and some callbacks lose it: both are mended, and so is the form in which
    a number is dialled at home.
    """
    raw = ABROAD.sub("+", raw)
    home = AT_HOME.fullmatch(raw)
    if home is not None:
        return f"+250{home['dialled'] or home['bare']}"
    written = CALLER.fullmatch(raw)
    if written is None:
        raise NumberInvalid("a caller's number that is not E.164")
    strayed = TRUNK_ZERO.fullmatch(written["digits"])
    return f"+250{strayed['national']}" if strayed else f"+{written['digits']}"


def sendable(raw: str) -> str:
    """A number that an MT may go to, as E.164: valid, mobile and Rwandan. Raises NumberInvalid, without the number.

    Takes what people write: 0788..., 788..., 00250..., spaces and hyphens; an extension is dropped. Refuses letters.
    """
    written = raw.strip()
    if not WRITTEN.fullmatch(written):
        raise NumberInvalid("a phone number is digits: no letters, and nothing beside it")
    try:
        number = phonenumbers.parse(written, REGION)
    except phonenumbers.NumberParseException:
        raise NumberInvalid("not a phone number") from None
    if not phonenumbers.is_valid_number_for_region(number, REGION):
        raise NumberInvalid("not a valid Rwandan number")
    if phonenumbers.number_type(number) not in BY_SMS:
        raise NumberInvalid("not a mobile number: no SMS reaches it")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_of(values: Iterable[int], modulus: int) -> int:
    """The value of the sign that follows these, of an alphabet of so many."""
    carried = modulus
    for value in values:
        carried = ((carried + value) % modulus or modulus) * 2 % (modulus + 1)
    return (modulus + 1 - carried) % modulus
