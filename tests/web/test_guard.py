"""Tests the checks of the hooks: in a fixed order, and strict."""

import logging
import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.core.database import open_database
from hotline.gateway.tables import DeliveryReport, Dialogue, InboundSeen, Stopped
from hotline.text.errors import CallbackInvalid
from hotline.web.hooks import MAX_BYTES, MAX_FIELDS, CallbackForm, parse, read_form
from tests.support.callers import FAILURE, FORM, SECRETS, Line

HOP = {
    "phoneNumber": "+250788000077",
    "serviceCode": "*384*777#",
    "text": "",
    "sessionId": "ATUid_0001",
    "networkCode": "63510",
}
SMS = {"id": "ATXid_1", "from": "+250788000077", "to": "7770", "text": "1 K7Q4"}
NUMBER = "+250788000077"
REFUSALS = ("a form field occurs twice", "the form has too many fields", "the form is not in UTF-8")


def hop(line: Line, body: bytes | str, *, content_type: str = FORM) -> str:
    url = f"/hooks/{SECRETS['ussd'][0]}/ussd"
    answer = line.client.post(url, data=body, content_type=content_type)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    return answer.get_data(as_text=True)


@pytest.mark.adversary("a forger of callbacks")
@pytest.mark.parametrize("hook", ["ussd", "ended", "sms", "delivery", "optout"])
def test_both_secrets_are_live_and_another_hooks_is_not(line: Line, hook: str) -> None:
    assert 404 not in [line.post(hook, {}, secret=live).status_code for live in SECRETS[hook]]
    other = "sms" if hook == "ussd" else "ussd"
    assert line.post(hook, {}, secret=SECRETS[other][0]).status_code == 404
    assert line.post(hook, {}, secret="%C3%A9").status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_wrong_secret_comes_before_a_wrong_method(line: Line, method: str) -> None:
    assert line.client.open("/hooks/x/ussd", method=method).status_code == 404
    url = f"/hooks/{SECRETS['ussd'][1]}/ussd"
    assert line.client.open(url, method=method).status_code == 405


@pytest.mark.parametrize(
    "fields",
    [
        {"phoneNumber": " 250788000077"},
        {"phoneNumber": "250788000077"},
        {"phoneNumber": "0788000077"},
        {"phoneNumber": "MTN"},
        {"phoneNumber": "anonymous"},
        {"phoneNumber": "+"},
        {"phoneNumber": ""},
        {"networkCode": ""},
        {"invented": "é", "retry": "1"},
        {"serviceCode": "*384*777*11#"},
    ],
)
def test_what_the_gateway_may_do_is_let_in(line: Line, fields: dict[str, str]) -> None:
    assert hop(line, urlencode(HOP | fields)).startswith("CON ")
    without = HOP | {"sessionId": "ATUid_0002"}
    del without["networkCode"]
    assert hop(line, urlencode(without)).startswith("CON ")


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"phoneNumber": "x" * 101}, ""),
        ({"sessionId": "a b"}, ""),
        ({"sessionId": "a" * 101}, ""),
        ({"sessionId": ""}, ""),
        ({"text": "1" * 1001}, ""),
        ({"serviceCode": "*384*778#"}, ""),
        ({"serviceCode": "*384*7777#"}, ""),
        ({"serviceCode": "*384*777*#"}, ""),
        ({}, "&text=1"),
        ({}, "&extra=%C3"),
        ({}, "&extra=\xff"),
        ({}, "&extra=%ED%A0%80"),
        ({}, "".join(f"&e{n}=1" for n in range(26))),
        ({}, "&extra=" + "x" * MAX_BYTES),
    ],
)
def test_a_broken_request_changes_nothing(line: Line, fields: dict[str, str], body: str) -> None:
    sent = urlencode(HOP | fields).encode() + body.encode("latin-1")
    assert hop(line, sent) == FAILURE
    assert hop(line, urlencode(HOP), content_type="application/json") == FAILURE
    assert line.all(Dialogue) == []


def test_the_query_string_is_nothing(line: Line) -> None:
    url = f"/hooks/{SECRETS['ussd'][0]}/ussd?{urlencode(HOP)}"
    answer = line.client.post(url, data="", content_type=FORM)
    assert answer.get_data(as_text=True) == FAILURE


@pytest.mark.parametrize("letters", [1600, 1601, 5000])
def test_a_long_sms_is_kept(line: Line, letters: int) -> None:
    answer = line.post("sms", SMS | {"text": "\N{LATIN SMALL LETTER E WITH ACUTE}" * letters})
    assert answer.status_code == 200
    assert [row.provider_id for row in line.all(InboundSeen)] == [SMS["id"]]


@pytest.mark.parametrize("id", [None, "", "a b", "x" * 101])
def test_an_sms_without_a_usable_id_is_kept_once_by_its_digest(line: Line, id: str | None) -> None:
    fields = {name: value for name, value in SMS.items() if name != "id"}
    for _ in range(2):
        assert line.post("sms", fields if id is None else fields | {"id": id}).status_code == 200
    (seen,) = line.all(InboundSeen)
    assert seen.provider_id == f"sms:{seen.sms_key}"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.dictionaries(
            st.sampled_from([*HOP, "other"]),
            st.one_of(st.text(max_size=30), st.sampled_from(list(HOP.values()))),
        ).map(lambda fields: urlencode(fields, errors="surrogatepass").encode()),
        st.text(max_size=40).map(
            lambda text: urlencode(HOP | {"text": text}, errors="surrogatepass").encode()
        ),
    )
)
def test_whatever_comes_a_hop_is_answered(line: Line, body: bytes) -> None:
    assert hop(line, body).startswith(("CON ", "END "))


FORMS = st.one_of(
    st.binary(max_size=60),
    st.lists(st.sampled_from([*b"&=+%aC3A9\xc3\xa9;#"]), max_size=40).map(bytes),
    st.integers(min_value=29, max_value=32).map(lambda fields: b"&".join([b"=1"] * fields)),
)


@given(FORMS)
def test_a_form_is_read_as_the_library_reads_it_or_refused_in_words_of_our_own(body: bytes) -> None:
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError:
        pairs = None
    if pairs is not None and len(dict(pairs)) == len(pairs):
        assert parse(body).fields == dict(pairs)
        return
    with pytest.raises(CallbackInvalid) as refused:
        parse(body)
    assert str(refused.value) in REFUSALS


@given(st.one_of(st.text(max_size=100), st.from_regex(r"[+ 0-9]{0,16}", fullmatch=True)))
def test_a_caller_is_a_number_of_the_network_or_hidden(raw: str) -> None:
    number = CallbackForm({"phoneNumber": raw}).caller("phoneNumber")
    assert number is None or re.fullmatch(r"\+[1-9][0-9]{6,14}", number, re.ASCII)
    assert CallbackForm({}).caller("phoneNumber") is None
    if number is not None:
        assert CallbackForm({"phoneNumber": number}).caller("phoneNumber") == number


def test_a_sender_that_is_no_number_is_let_pass_and_ignored(line: Line) -> None:
    assert line.post("sms", SMS | {"from": "MTN"}).status_code == 200


@pytest.mark.parametrize(
    ("hook", "fields"),
    [
        ("sms", SMS | {"to": "9999"}),
        ("sms", {"id": "1"}),
        ("delivery", {"id": "a b", "status": "Success"}),
        ("ended", {"sessionId": "", "status": "Success"}),
        ("ended", {"sessionId": "1", "status": "Success", "serviceCode": "*384*778#"}),
        ("optout", {"phoneNumber": "MTN"}),
    ],
)
def test_the_other_hooks_ask_for_nothing_again_that_they_can_never_read(
    line: Line, hook: str, fields: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    assert line.post(hook, fields).status_code == 200
    assert [record.getMessage() for record in caplog.records] == [f"{hook}: CallbackInvalid"]
    assert [line.all(row) for row in (InboundSeen, DeliveryReport, Stopped)] == [[], [], []]


@pytest.mark.parametrize(
    ("hook", "fields"),
    [
        ("sms", SMS),
        ("delivery", {"id": "ATXid_1", "status": "Unheard Of", "failureReason": "x"}),
        ("delivery", {"id": "ATXid_2", "status": "Suc\0cess"}),
        ("ended", {"sessionId": "ATUid_1", "status": "Incomplete"}),
        ("optout", {"senderId": "X", "phoneNumber": NUMBER}),
    ],
)
def test_other_hooks_say_200_or_503(line: Line, hook: str, fields: dict[str, str]) -> None:
    assert line.post(hook, fields).status_code == 200
    assert line.post(hook, fields).status_code == 200
    assert not [row for row in line.all(DeliveryReport) if "\0" in row.status]

    broken = replace(
        line, context=replace(line.context, database=open_database("sqlite:////nowhere/at/all.db"))
    )
    assert broken.post(hook, fields).status_code == 503


def test_nothing_of_a_request_is_written_down(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def burst() -> Any:
        raise RuntimeError(f"{NUMBER} Zuzuzu")

    bursting = replace(line, context=replace(line.context, now=burst))
    assert hop(bursting, urlencode(HOP | {"text": "Zuzuzu"})) == FAILURE
    assert hop(line, urlencode(HOP | {"text": "Zuzuzu", "sessionId": "Zuzuzu é"})) == FAILURE
    for secret in (NUMBER, "Zuzuzu", SECRETS["ussd"][0], "ATUid_0001"):
        assert secret not in caplog.text
    assert "ussd: RuntimeError" in caplog.text


def test_only_whole_addresses_reach_a_hook(line: Line) -> None:
    live = f"/hooks/{SECRETS['ussd'][0]}/ussd"
    for path in (f"{live}/", f"{live}/more", "/hooks/a%2Fb/ussd", "/hooks//ussd", "/hooks/", "/"):
        answer = line.client.post(path, data=urlencode(HOP), content_type=FORM)
        assert (answer.status_code, answer.get_data()) == (404, b""), path
    assert line.client.post("/healthz").status_code == 405


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
