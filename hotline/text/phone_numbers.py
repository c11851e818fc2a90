"""Reads phone numbers into E.164, the form that the network knows. Pure.

A caller's number is accepted by its shape, because new prefixes exist before any list knows them. A number that we send
to must be in such a list, because a mistyped one would inform a stranger.

Computes check digits and letters by ISO 7064's hybrid systems (MOD 11,10 for digits). Pure.

They show every single wrong sign, and nearly every exchange of two signs.
"""

import re
from collections.abc import Iterable

import phonenumbers
from phonenumbers import PhoneNumberType

from hotline.errors import NumberInvalid

REGION = "RW"
CALLER = re.compile(r"[+ ]?(?P<digits>[1-9][0-9]{6,14})")
DOMESTIC = re.compile(r"[+ ]?(?:0(?P<dialled>[27][0-9]{8})|(?P<bare>7[0-9]{8}))")
"""A Rwandan number without its country code: 0788123456. Without its zero it is a mobile number. No other country has
numbers of a 7 and eight more digits."""
ABROAD = re.compile(r"\A[+ ]?00(?=[1-9])")
TRUNK_ZERO = re.compile(r"2500(?P<national>[0-9]{9})")
"""A Rwandan number that kept the zero of its domestic form."""
WRITTEN = re.compile(r"[+\d\s().\u2010-\u2015-]*(;ext=\d{1,7})?")
"""Signs in a number that people write. A letter would be read as the digit of its key. So 0788-CALL-ME would be a real
person's number."""
BY_SMS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
"""Types of numbers that an SMS reaches at an ordinary price, and never a premium number."""


def parse_caller(raw: str) -> str:
    """Returns a caller's number as E.164, by its shape alone. Raises NumberInvalid, without the number.

    Form decoding turns a plus into a space, and some callbacks lose it. Both are corrected. So is the form in which
    people dial within Rwanda.
    """
    raw = ABROAD.sub("+", raw)
    home = DOMESTIC.fullmatch(raw)
    if home is not None:
        return f"+250{home['dialled'] or home['bare']}"
    written = CALLER.fullmatch(raw)
    if written is None:
        raise NumberInvalid("a caller's number must be in E.164 format")
    strayed = TRUNK_ZERO.fullmatch(written["digits"])
    return f"+250{strayed['national']}" if strayed else f"+{written['digits']}"


def parse_sendable(raw: str) -> str:
    """Returns a number that an MT may go to, as E.164: valid, mobile and Rwandan. Raises NumberInvalid, without the
    number.

    Takes the forms that people write: 0788..., 788..., 00250..., spaces and hyphens. Drops an extension. Refuses
    letters.
    """
    written = raw.strip()
    if not WRITTEN.fullmatch(written):
        raise NumberInvalid("enter digits only")
    try:
        number = phonenumbers.parse(written, REGION)
    except phonenumbers.NumberParseException:
        raise NumberInvalid("this is not a phone number") from None
    if not phonenumbers.is_valid_number_for_region(number, REGION):
        raise NumberInvalid("this is not a valid Rwandan number")
    if phonenumbers.number_type(number) not in BY_SMS:
        raise NumberInvalid("this is not a mobile number: no SMS can reach it")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_value(values: Iterable[int], modulus: int) -> int:
    """Returns the value of the check sign that follows these values, in an alphabet of `modulus` signs."""
    carried = modulus
    for value in values:
        carried = ((carried + value) % modulus or modulus) * 2 % (modulus + 1)
    return (modulus + 1 - carried) % modulus
