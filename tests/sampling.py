"""What a test run samples, and the seed that decides it.

`HOTLINE_TEST_LONG=yes` leaves nothing out. Otherwise the date decides, so that each day samples something else;
`HOTLINE_TEST_SEED` repeats a day. Both are read from the environment: every process of a run sees the same.
"""

import os
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest

from hotline.environment import is_yes

T = TypeVar("T")


def seed(environ: Mapping[str, str] = os.environ) -> int:
    """The day's number where none is given."""
    given = environ.get("HOTLINE_TEST_SEED", "")
    return int(given) if given else datetime.now(UTC).toordinal()


def long(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether everything runs at full length."""
    return is_yes(environ.get("HOTLINE_TEST_LONG", ""))


def pick(options: Sequence[T], what: str, environ: Mapping[str, str] = os.environ) -> T:
    """One of these, by the seed and by what is picked: two picks of one run are independent."""
    return random.Random(f"{seed(environ)} {what}").choice(options)


def in_turns(options: Sequence[Any], what: str, days: int) -> list[Any]:
    """These as parameters of a test, a share of them each day: in so many days each has run."""
    return [
        pytest.param(
            *(one if isinstance(one, tuple) else (one,)),
            marks=pytest.mark.turn(what, number % days, days),
        )
        for number, one in enumerate(options)
    ]


def by_turns(options: Sequence[T], what: str, *marks: pytest.MarkDecorator) -> list[Any]:
    """These as parameters of a test: the one whose day it is, and the others where everything runs at full length.

    Each bears the marks given.
    """
    today = pick(options, what)
    return [
        pytest.param(one, marks=marks if one == today else (*marks, pytest.mark.long), id=str(one))
        for one in options
    ]
