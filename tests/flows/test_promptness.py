"""C8: tests that a report about danger alerts a responder after four answers."""

from typing import Any

import pytest

from hotline.editing.service_publishing import late_alerts
from hotline.flows import document
from hotline.flows.check import Code
from tests.flows.books import LISTS, TELL, choice, make_document, t


def late(**nodes: Any) -> list[str]:
    book = document.bind_lists(document.read(make_document(tell={**TELL, **nodes})), LISTS)
    found = list(late_alerts(book))
    assert all(one.code is Code.ALERT_LATE and one.fix for one in found)
    return sorted(one.node for one in found)


def before(name: str, goes: str) -> dict[str, Any]:
    choices = [choice("a", value="a")]
    return {name: {"menu": {"text": t("x"), "saves": name, "goes": goes, "choices": choices}}}


def asking(name: str, **changed: Any) -> dict[str, Any]:
    ((kind, fields),) = TELL[name].items()
    return {name: {kind: {**fields, **changed}}}


ONE_MORE = asking("danger", goes="one") | before("one", "province")
NO_LIST = {"province": {"menu": {"text": t("Where?"), "saves": "province", "goes": "district",
                                 "choices": [choice("a", value="2")]}}}  # fmt: skip


@pytest.mark.row("C7")
@pytest.mark.parametrize(
    ("nodes", "screens"),
    [
        ({}, []),
        (ONE_MORE, []),
        (ONE_MORE | before("two", "province") | before("one", "two"), ["district"]),
        (asking("danger", saves="peril"), ["landmark", "saved"]),
        (asking("district", saves="town"), ["saved"]),
        (asking("district", list="districts.1") | NO_LIST, ["saved"]),
        (
            asking("danger", goes="way") | before("one", "two") | before("two", "province")
            | {"way": {"branch": [{"when": {"answer": "danger", "is": "yes"}, "goes": "province"}, {"goes": "one"}]}},
            [],
        ),
        (
            asking("danger", goes="way") | before("one", "two") | before("two", "province")
            | {"way": {"branch": [{"when": {"answer": "danger", "is": "no"}, "goes": "province"}, {"goes": "one"}]}},
            ["district"],
        ),
        (
            asking("danger", goes="way") | before("one", "two") | before("two", "province")
            | {"way": {"branch": [{"when": {"flag": "quiet"}, "goes": "one"}, {"goes": "province"}]}},
            ["district"],
        ),
    ],
)  # fmt: skip
def test_danger_alerts_after_four_answers(nodes: dict[str, Any], screens: list[str]) -> None:
    assert late(**nodes) == screens


HURT: dict[str, Any] = {
    "wrong": {
        "menu": {
            "text": t("What?"), "saves": "wrong", "goes": "province",
            "choices": [choice("Hurt", value="hurt"), choice("Other", value="other")],
        }
    },
    "province": asking("province", lead=[])["province"],
    **{name: TELL[name] for name in ("district", "how_many", "saved", "landmark", "last")},
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "screens"),
    [
        ({}, []),
        ({"wrong": {"menu": {**HURT["wrong"]["menu"], "saves": "what"}}}, ["landmark", "saved"]),
        (asking("district", saves="town"), ["saved"]),
    ],
)
def test_complaint_about_harm_alerts_after_four_answers(
    changed: dict[str, Any], screens: list[str]
) -> None:
    written = make_document(tell=HURT | changed)
    written["flows"]["tell"]["gathers"] = "complaint"
    found = list(late_alerts(document.bind_lists(document.read(written), LISTS)))
    assert sorted(one.node for one in found) == screens
