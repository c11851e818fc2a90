"""Every command line on our pages and in our messages is taken by the program; it is said which no test types."""

import pytest

from tests.floorplan.documented import documented, in_page, refusal, resolved
from tests.floorplan.typed import is_typed, typed_by_tests
from tests.steps import Tell

UNTYPED = 0
"""So many commands of our pages may stay that no test types."""

PAGE = """
Say `hotline reach`, or `tips list`; ``hotline never`` is not ours.
```sh
TMPDIR=/tmp deploy/as hotline-watch watch list --json >/tmp/file   # who
hotline tips list --open && echo done
```
`hotline tips close ID --name NAME
--reason TEXT`
"""


def test_each_is_taken_with_its_options_and_values() -> None:
    lines = documented()
    assert len(lines) >= 300
    refused = [f"{one.where}: {one.words}: {refusal(one.words)}" for one in lines]
    assert [line for line in refused if not line.endswith(": None")] == []


@pytest.mark.parametrize(
    "words",
    [
        "tips nothing",
        "tips list 1",
        "tips list --urgncy 1",
        "tips list --urgency high",
        "tips read --desk national",
        "tips read 1",
        "responders move NAME --level queen",
        "responders move NAME --district",
    ],
)
def test_what_the_program_refuses_is_seen(words: str) -> None:
    assert refusal(words) is not None


def test_a_page_s_lines_are_found_without_what_the_shell_does() -> None:
    found = ["watch list --json", "tips list --open", "reach"]
    assert [*in_page(PAGE)] == [*found, "tips close ID --name NAME --reason TEXT"]


def test_it_is_said_which_no_test_types(tell_steps: Tell) -> None:
    typed = typed_by_tests()
    commands = {resolved(one.words)[1] for one in documented()}
    left = sorted(" ".join(name) for name in commands if not is_typed(name, typed))
    tell_steps(f"documented commands that no test types: {len(left)} of {len(commands)}: {left}")
    assert len(commands) >= 90
    assert len(left) <= UNTYPED
