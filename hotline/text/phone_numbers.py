"""Converts phone numbers to E.164, the form that the network uses. It also computes check digits and check letters.
Pure.

The module accepts a caller's number by its form alone, because new prefixes exist before any list contains them. A
number to which the hotline sends must be in a list of mobile numbers, because a typing error would send the message
to a stranger.

The check characters follow ISO 7064 (MOD 11,10 for digits). They reveal every single wrong character, and nearly
every exchange of two characters.
"""

import re
from collections.abc import Iterable

import phonenumbers
from phonenumbers import PhoneNumberType

from hotline.errors import NumberInvalid

REGION = "RW"
CALLER = re.compile(r"[+ ]?(?P<digits>[1-9][0-9]{6,14})")
DOMESTIC = re.compile(r"[+ ]?(?:0(?P<dialled>[27][0-9]{8})|(?P<bare>7[0-9]{8}))")
"""Matches a Rwandan number without its country code, such as 0788123456. Without the zero, only a mobile number
matches: a 7 and eight more digits. Such numbers exist only in Rwanda."""
ABROAD = re.compile(r"\A[+ ]?00(?=[1-9])")
TRUNK_ZERO = re.compile(r"2500(?P<national>[0-9]{9})")
"""Matches a Rwandan number that has the country code and also the zero of its domestic form."""
WRITTEN = re.compile(r"[+\d\s().\u2010-\u2015-]*(;ext=\d{1,7})?")
"""The characters that people write in a number. Letters are not allowed, because the library for numbers would read a
letter as the digit on its key. For example, 0788-CALL-ME would become a real person's number."""
BY_SMS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
"""The types of numbers that receive SMS at a normal price. Premium numbers are not among these types."""


def parse_caller(raw: str) -> str:
    """Returns a caller's number as E.164. The function checks only the form of the number. Raises NumberInvalid. The
    error does not contain the number.

    When the web server decodes a form, the plus becomes a space, and some callbacks lose the plus. The function
    restores the plus. It also accepts a number in the form in which people dial within Rwanda.
    """
    raw = ABROAD.sub("+", raw)
    home = DOMESTIC.fullmatch(raw)
    if home is not None:
        return f"+250{home['dialled'] or home['bare']}"
    written = CALLER.fullmatch(raw)
    if written is None:
        raise NumberInvalid("a caller's number must have 7 to 15 digits")
    strayed = TRUNK_ZERO.fullmatch(written["digits"])
    return f"+250{strayed['national']}" if strayed else f"+{written['digits']}"


def parse_sendable(raw: str) -> str:
    """Returns a number as E.164 if the hotline may send SMS to it: valid, mobile and Rwandan. Raises NumberInvalid.
    The error does not contain the number.

    The function accepts the forms that people write: 0788..., 788..., 00250..., spaces and hyphens. It removes an
    extension and refuses letters.
    """
    written = raw.strip()
    if not WRITTEN.fullmatch(written):
        raise NumberInvalid("enter digits only")
    try:
        number = phonenumbers.parse(written, REGION)
    except phonenumbers.NumberParseException:
        raise NumberInvalid("this is not a phone number") from None
    if not phonenumbers.is_valid_number_for_region(number, REGION):
        raise NumberInvalid("this is not a Rwandan phone number")
    if phonenumbers.number_type(number) not in BY_SMS:
        raise NumberInvalid("this is not a mobile number, so it gets no SMS: enter a mobile number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_value(values: Iterable[int], modulus: int) -> int:
    """Returns the value of the check character that follows these values, in an alphabet of `modulus` characters."""
    carried = modulus
    for value in values:
        carried = ((carried + value) % modulus or modulus) * 2 % (modulus + 1)
    return (modulus + 1 - carried) % modulus
