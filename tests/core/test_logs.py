"""Tests that each log event is one line with allowed fields. The line contains no phone number, no field that is not
allowed, and no exception message."""

import json
import logging
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.core.logs import FIELDS, REQUEST, OneLine
from hotline.web.hooks import new_request

NUMBER = "+250788123456"
WORDS = "ikanariyihishe"


@pytest.fixture(autouse=True)
def no_request() -> None:
    REQUEST.set("")


def line(form: str = "json", *, name: str = "hotline.web", **record: Any) -> str:
    fields: dict[str, Any] = {"msg": "the look failed", "levelname": "ERROR", "name": name}
    made = logging.makeLogRecord(fields | record.pop("extra", {}) | record)
    return OneLine(form, "clock").format(made)


def test_one_object_with_what_happened_where() -> None:
    said = json.loads(line(msg="step %s failed: %s", args=("refer", "ValueError")))
    assert said.pop("at")[:2] == "20"
    assert said == {
        "level": "error",
        "process": "clock",
        "event": "step refer failed: ValueError",
        "logger": "hotline.web",
    }


def test_people_read_it_without_braces() -> None:
    said = line("text", extra={"row": 7})
    assert said[8:] == " ERROR clock: the look failed row=7"


def test_a_field_that_is_not_allowed_is_dropped() -> None:
    said = json.loads(line(extra={"row": 7, "queue": "alerts", "caller": "Keza", "text": WORDS}))
    assert (said["row"], said["queue"]) == (7, "alerts")
    assert said.keys() <= {"at", *FIELDS}


def test_a_line_names_the_request_that_caused_it() -> None:
    assert "request" not in json.loads(line())
    id = new_request()
    before = REQUEST.set(id)
    assert json.loads(line())["request"] == id
    assert line("text").endswith(f" request={id}")
    REQUEST.reset(before)


def test_an_id_of_a_request_is_random_and_never_read_as_a_number() -> None:
    ids = {new_request() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch("[a-p]{12}", id) for id in ids)


def test_another_library_s_words_lose_what_they_were_about() -> None:
    said = json.loads(line(name="urllib3.pool", msg="answer of %s was %s", args=("host", WORDS)))
    assert said["event"] == "answer of %s was %s"


def failed() -> Any:
    try:
        raise ValueError(f"{WORDS} {NUMBER}")
    except ValueError:
        return sys.exc_info()


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_exception_keeps_its_kind_and_its_place(form: str) -> None:
    said = line(form, exc_info=failed())
    assert "ValueError" in said
    assert "tests/core/test_logs.py:" in said
    assert "\n" not in said
    assert WORDS not in said
    assert NUMBER[-6:] not in said


@given(
    st.sampled_from(["+25078", "25078", "078", "0 78", "+250 (78) ", "250-78"]),
    st.text("0123456789", min_size=7, max_size=7),
    st.sampled_from(["", " ", "-", "."]),
    st.text(max_size=20),
)
def test_no_number_however_it_is_written(start: str, rest: str, gap: str, around: str) -> None:
    number = start + gap.join((rest[:3], rest[3:]))
    for said in (
        line(msg=f"{around} {number} {around}"),
        line(msg="%s", args=(number,)),
        line(extra={"step": number}),
        line(extra={"row": int(f"250788{rest}")}),
    ):
        assert number not in said
        assert rest not in said.partition('"level"')[2].replace(gap, "") or rest in around


def test_a_line_cannot_be_made_into_two() -> None:
    assert len(line(msg=f"one\ntwo\r\n{WORDS * 100}").splitlines()) == 1


LEVELS = """
import logging
from hotline.core.logs import configure
configure("text", "clock", "{level}")
for name in ("hotline.web", "workers.clock", "urllib3"):
    for level in (10, 20, 30, 40):
        logging.getLogger(name).log(level, "%s %d", name, level)
"""


@pytest.mark.parametrize(("level", "least"), [("info", 20), ("warning", 30), ("error", 40)])
def test_other_libraries_begin_at_warning(level: str, least: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LEVELS.format(level=level)],
        capture_output=True,
        text=True,
        check=True,
    )
    ours = [f"{name} {one}" for name in ("hotline.web", "workers.clock") for one in (20, 30, 40)]
    said = [one.partition("clock: ")[2] for one in ended.stderr.splitlines()]
    assert said == [one for one in ours if int(one[-2:]) >= least] + ["%s %d"] * 2


ENDING = """
import threading
from hotline.core.logs import configure
configure("json", "clock", "warning")
def fail():
    raise ValueError("ikanariyihishe +250788123456")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
"""


def test_what_ends_a_process_is_one_line_each() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ENDING], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    lines = [json.loads(said) for said in ended.stderr.splitlines()]
    assert [(said["level"], said["event"], said["error"]) for said in lines] == [
        ("critical", "an unexpected error ended this process", "ValueError")
    ] * 2
    assert WORDS not in ended.stderr
