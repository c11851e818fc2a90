"""Tests that the front end and Flask give the same answers. A stranger cannot distinguish them."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.errors import CallbackInvalid
from hotline.web.hook_guard import MAX_BYTES, read_form
from tests.support.callers import FORM, SECRETS, Line, Way
from tests.web.test_guard import HOP, SMS

LIVE = {hook: f"/hooks/{secrets[0]}/{hook}" for hook, secrets in SECRETS.items()}


def answers(line: Line, method: str, path: str, fields: Mapping[str, str]) -> list[Any]:
    """Returns the answer of each front end, with every header."""
    found = []
    for way in Way:
        client = replace(line, way=way).client
        answer = client.open(path, method=method, data=urlencode(fields), content_type=FORM)
        found.append((answer.status_code, sorted(answer.headers), answer.get_data()))
    return found


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("POST", LIVE["ussd"], HOP),
        (
            "POST",
            f"/hooks/{SECRETS['ended'][0]}/ussd/ended",
            {"sessionId": "1", "status": "Success"},
        ),
        ("POST", LIVE["sms"], SMS),
        ("POST", LIVE["delivery"], {"id": "1", "status": "Success"}),
        ("POST", LIVE["optout"], {"phoneNumber": "+250788000077"}),
        ("POST", LIVE["ussd"], {}),
        ("GET", LIVE["ussd"], {}),
        ("HEAD", LIVE["ussd"], {}),
        ("POST", f"{LIVE['ussd']}/", HOP),
        ("POST", f"{LIVE['ussd']}/more", HOP),
        ("POST", "/hooks/wrong/ussd", HOP),
        ("POST", "/hooks/%C3%A9/ussd", HOP),
        ("POST", "/hooks/a%2Fb/ussd", HOP),
        ("POST", "/hooks//ussd", HOP),
        ("POST", "/hooks/", HOP),
        ("GET", "/healthz", {}),
        ("POST", "/healthz", {}),
        ("GET", "/", {}),
    ],
)
def test_both_ways_answer_alike(line: Line, method: str, path: str, fields: dict[str, str]) -> None:
    by_front, by_flask = answers(line, method, path, fields)
    assert by_front == by_flask


def request(body: bytes, **more: Any) -> dict[str, Any]:
    return {"CONTENT_TYPE": FORM, "wsgi.input": BytesIO(body), **more}


@given(st.integers(min_value=-2, max_value=30), st.booleans())
def test_a_body_is_read_whole_or_refused(declared: int, ends_by_itself: bool) -> None:
    """Only the stated length is read from a stream that does not end."""
    body = urlencode({"text": "1"}).encode()
    asked = request(body, CONTENT_LENGTH=str(declared), **{"wsgi.input_terminated": ends_by_itself})
    try:
        fields = read_form(asked).fields
    except CallbackInvalid:
        assert declared > len(body)
        return
    assert declared <= len(body)
    if ends_by_itself or declared == len(body):
        assert fields == {"text": "1"}


def test_a_body_without_a_length_is_read_no_further_than_the_most() -> None:
    stream = BytesIO(b"text=" + b"1" * 2 * MAX_BYTES)
    with pytest.raises(CallbackInvalid):
        read_form({"CONTENT_TYPE": FORM, "wsgi.input": stream, "wsgi.input_terminated": True})
    assert stream.tell() <= MAX_BYTES + 1


@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=UTF-8", FORM.upper()])
def test_a_form_may_say_how_it_is_written(kind: str) -> None:
    asked = request(b"text=1", CONTENT_LENGTH="6") | {"CONTENT_TYPE": kind}
    assert read_form(asked).fields == {"text": "1"}
