"""Converts phone numbers, checks references, and finds what identifies a person or a case in a text. Pure.

Phone numbers get the form E.164, which the network uses. The module also computes check digits and check letters.

The module checks only the form of a caller's number, because networks use new prefixes before any list contains these
prefixes. If the hotline sends SMS to a number, the number's prefix must be in a list of mobile prefixes, because a
number with a typing error may belong to a stranger.

The check characters follow ISO 7064 (MOD 11,10 for digits). The check characters reveal every single wrong character,
and nearly every exchange of two neighbouring characters.

Three kinds of parts of a text could identify a person or a case: phone numbers, mail addresses and references of cases.
People write numbers and references with spaces, signs and invisible characters between the parts. The module finds
every spelling with spaces, signs and invisible characters. The module also defines the form of references.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import inf, log, sqrt

import phonenumbers
from phonenumbers import PhoneNumberType

from hotline.text.errors import NumberInvalid

REGION = "RW"
CALLER = re.compile(r"[+ ]?(?P<digits>[1-9][0-9]{6,14})")
DOMESTIC = re.compile(r"[+ ]?(?:0(?P<dialled>[27][0-9]{8})|(?P<bare>7[0-9]{8}))")
"""Matches a Rwandan number without its country code, such as 0788123456. Without the zero, only a mobile number
matches: a 7 and eight more digits. People write a number without the zero and without a country code only in Rwanda."""
ABROAD = re.compile(r"\A[+ ]?00(?=[1-9])")
TRUNK_ZERO = re.compile(r"2500(?P<national>[0-9]{9})")
"""Matches a Rwandan number that has the country code and also the zero of its domestic form."""
WRITTEN = re.compile(r"[+\d\s().\u2010-\u2015-]*(;ext=\d{1,7})?")
"""The characters that people write in a number. Letters are not allowed, because the library for phone numbers would
read a letter as the digit on the same key of a phone. For example, 0788-CALL-ME would become a real person's number."""
BY_SMS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
"""The types of phone numbers to which an SMS costs a normal price. Premium numbers are not among these types."""


def parse_caller(raw: str) -> str:
    """Returns a caller's number as E.164. The function checks only the form of the number. Raises NumberInvalid. The
    text of this error does not contain the number.

    Restores the plus at the beginning of the number. The web server turns the plus into a space when it decodes a form,
    and some callbacks leave out the plus. Also accepts a number as people in Rwanda dial it, without the country code.
    """
    raw = ABROAD.sub("+", raw)
    home = DOMESTIC.fullmatch(raw)
    if home is not None:
        return f"+250{home['dialled'] or home['bare']}"
    match = CALLER.fullmatch(raw)
    if match is None:
        raise NumberInvalid("a caller's number must have 7 to 15 digits")
    strayed = TRUNK_ZERO.fullmatch(match["digits"])
    return f"+250{strayed['national']}" if strayed else f"+{match['digits']}"


def parse_sendable(raw: str) -> str:
    """Returns a number as E.164 if the hotline may send SMS to it: valid, mobile and Rwandan. Raises NumberInvalid. The
    text of this error does not contain the number.

    The function accepts the forms that people write: 0788..., 788..., 00250..., spaces and hyphens. The function
    removes an extension and refuses letters.
    """
    text = raw.strip()
    if not WRITTEN.fullmatch(text):
        raise NumberInvalid("enter a phone number in digits, without letters")
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        raise NumberInvalid("this is not a phone number: enter ten digits") from None
    if not phonenumbers.is_valid_number_for_region(number, REGION):
        raise NumberInvalid("this is not a Rwandan phone number: enter ten digits, 07 first")
    if phonenumbers.number_type(number) not in BY_SMS:
        raise NumberInvalid("this is not a mobile number, so it gets no SMS: enter a mobile number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_value(values: Iterable[int], modulus: int) -> int:
    """Returns the value of the check character that follows these values, in an alphabet of `modulus` characters."""
    carried = modulus
    for value in values:
        carried = ((carried + value) % modulus or modulus) * 2 % (modulus + 1)
    return (modulus + 1 - carried) % modulus


ALPHABET = "ACDEFHJKMNPQRTUWXY23456789"
TWINS = str.maketrans("BGSVZO0", "865U2QQ")
"""Maps each character that references never contain to the similar character that references use, such as O to Q."""
SURE_DIGITS = "3479"
"""The digits that do not look like a letter. Each reference contains one of these digits, so no word can be read as a
reference."""
ANSWERS = "2345"
"""The digits that occur in references, and that responders also send alone as answers to an alert. A reference of
five or six characters does not begin or end with one of these digits. So `2K7Q4` can only be the answer `2` together
with the reference `K7Q4`."""
LONGEST = 6
_SHAPE = re.compile(
    rf"(?=.*[{SURE_DIGITS}])(?=.*[A-Z])"
    rf"(?:[{ALPHABET}]{{4}}|(?![{ANSWERS}])[{ALPHABET}]{{5,6}}(?<![{ANSWERS}]))"
)
MEASURE = re.compile(r"\d+(?:KM|[AP]M|[HJM])|\d{1,2}H\d{2}")
"""Matches distances and times of day, such as 12KM and 7PM. No reference looks like a distance or a time. If a
responder writes a distance, the hotline never mistakes the distance for the reference of a case."""

_NUMBER = re.compile(r"\S*@\S+|\+?\d(?:[\W_]{0,3}\d){5,}")
"""Matches a mail address. Also matches a sequence of six digits or more, because it could be a phone number or the
number of a receipt."""
_HOUR = r"(?:[01]?\d|2[0-3])[:.][0-5]\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])"
_TIMES = re.compile(rf"(?:{_HOUR}|{_DAY})[\W_]{{1,3}}{_HOUR}|{_HOUR}:[0-5]\d")
"""Matches a time of day with seconds, two times of day, or a day and a time. These times look like long numbers, but
have too few digits for a phone number."""
_PIECE = re.compile(r"[^\W_]+")
_ROW_ID = re.compile(r"[TC]\d+")
"""Matches the number of a tip or a case in the form that some pages show, such as T12 or C7."""
_COUNTED = re.compile(r"\d+(?:ST|ND|RD|TH|FRW|RWF)")
"""Matches ordinals and amounts of money, such as 2ND and 5000FRW."""
_WIDEST_GAP = 3


def is_reference(text: str) -> bool:
    return _SHAPE.fullmatch(text) is not None


def reveals(text: str) -> bool:
    """Returns True if the text contains a possible phone number, mail address or reference."""
    return next(_found(text), None) is not None


def without_revealing(text: str, instead: str) -> str:
    """Returns the text with `instead` in place of each number, mail address and reference."""
    pieces, kept_to = [], 0
    for start, end in sorted(_found(text)):
        if start >= kept_to:
            pieces += [text[kept_to:start], instead]
        kept_to = max(kept_to, end)
    return "".join((*pieces, text[kept_to:]))


def _found(text: str) -> Iterator[tuple[int, int]]:
    """Yields the possible phone numbers, mail addresses and references in a text. Each part is a pair: the position of
    its first character, and the position after its last."""
    upper, origin = _plain(text)

    def span(start: int, end: int) -> tuple[int, int]:
        return origin[start], origin[end - 1] + 1

    for match in _NUMBER.finditer(upper):
        if not _TIMES.fullmatch(match[0]):
            yield span(*match.span())
    pieces = list(_PIECE.finditer(upper))
    used_pieces: set[int] = set()
    for size in (1, *range(LONGEST, 1, -1)):
        for first in range(len(pieces) - size + 1):
            words = pieces[first : first + size]
            covered = range(first, first + size)
            if used_pieces.isdisjoint(covered) and _names_case(words):
                used_pieces.update(covered)
                yield span(words[0].start(), words[-1].end())


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """Returns the text in capitals, with the plain form of each character, and without invisible characters. Also
    returns, for each character of the result, the position in `text` that it comes from."""
    letters = [
        (char, index)
        for index, typed in enumerate(text)
        for char in unicodedata.normalize("NFKC", typed).upper()
        if unicodedata.category(char) != "Cf"
    ]
    return "".join(char for char, _ in letters), [index for _, index in letters]


def _names_case(pieces: Sequence[re.Match[str]]) -> bool:
    """Returns True if these neighbouring pieces together could be a reference, or the number of a tip or case."""
    words = [piece[0] for piece in pieces]
    word = "".join(words)
    gaps = [after.start() - before.end() for before, after in pairwise(pieces)]
    if any(gap > _WIDEST_GAP for gap in gaps):
        return False
    if len(words) <= 2 and _ROW_ID.fullmatch(word):
        return True
    if len(word) > LONGEST or word.isdecimal() or _is_counted(word):
        return False
    return is_reference(word.translate(TWINS)) and (len(words) == 1 or _is_one_word(words))


def _is_one_word(words: Sequence[str]) -> bool:
    """Returns True if these pieces of text could together be one reference that a person typed with spaces or hyphens.
    Ordinary words next to a number, as in "came 7 times" or "a 9-year-old", are not parts of a reference."""
    short = all(len(word) <= 2 or not word.isalpha() for word in words)
    mixed = any(not (word.isalpha() or word.isdecimal() or _is_counted(word)) for word in words)
    return short and (mixed or all(len(word) == 1 for word in words))


def _is_counted(word: str) -> bool:
    return bool(MEASURE.fullmatch(word) or _COUNTED.fullmatch(word))


# The functions below estimate the number of different people from digests of these people. The functions do not store
# who the people are. The keyed digest of a person selects one of 16,384 registers. The code counts the zeros at the
# start of the other bits of the digest. Each register stores the largest such count of all its digests, plus one. If
# the same person calls again, no register changes. All registers together are called a sketch. To merge two sketches,
# the code takes the larger value of each register. Ertl's improved estimator computes the number of people ("New
# cardinality estimation algorithms for HyperLogLog sketches", 2017). The estimator works for any number of people,
# with a standard error of 0.8 %.

BITS = 14
REGISTERS = 1 << BITS
MAX_RANK = 64 - BITS + 1
"""The largest rank (the number of zeros at the start, plus one) that a 64-bit digest can have."""


def register_and_rank(digest: int) -> tuple[int, int]:
    """Returns the register that a 64-bit digest belongs to, and the rank of the digest. The first 14 bits select the
    register. The rank is the number of zeros at the start of the other 50 bits, plus one."""
    tail = digest & ((1 << (64 - BITS)) - 1)
    return digest >> (64 - BITS), MAX_RANK - tail.bit_length()


def estimate(ranks: Iterable[int]) -> int:
    """Returns the estimated number of different digests. `ranks` contains the rank that each register stores. `ranks`
    may leave out registers that have no rank yet."""
    filled = Counter(ranks)
    empty = REGISTERS - filled.total()
    z = REGISTERS * _tau(1 - filled[MAX_RANK] / REGISTERS)
    for rank in range(MAX_RANK - 1, 0, -1):
        z = 0.5 * (z + filled[rank])
    z += REGISTERS * _sigma(empty / REGISTERS)
    return round(REGISTERS**2 / (2 * log(2) * z))


def _sigma(x: float) -> float:
    """Returns the weight of the empty registers in Ertl's formula. `x` is the share of empty registers among all
    registers."""
    if x == 1:
        return inf
    y, z, before = 1.0, x, -1.0
    while z != before:
        x *= x
        before, z, y = z, z + x * y, y * 2
    return z


def _tau(x: float) -> float:
    """Returns the weight of the registers with the largest rank in Ertl's formula. `x` is the share of all other
    registers."""
    if x in (0, 1):
        return 0
    y, z, before = 1.0, 1 - x, -1.0
    while z != before:
        x = sqrt(x)
        y /= 2
        before, z = z, z - (1 - x) ** 2 * y
    return z / 3
