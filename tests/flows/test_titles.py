"""Tests that colleagues see a title in their language instead of each identifier."""

import pytest
from pydantic import ValidationError

from hotline.flows.document import TITLE_LETTERS, NodeModel
from hotline.flows.node_fields import Titles, nodes_of, with_texts
from hotline.flows.rules_reviews import texts_of
from hotline.text.languages import CODES
from tests.support.made_once import shipped_document

FLOWS = {
    "pay": {
        "title": {"en": "Pay", "fr": "Salaire"},
        "nodes": {
            "fee": {"title": {"en": "Fees"}, "say": {"text": {"rw": "Ntukishyure"}}},
            "long": {"say": {"text": {"en": "Do not pay first to get a job anywhere"}}},
            "to": {"call": {"flow": "pay"}},
            "bare": {"finish": {}},
        },
    }
}


@pytest.mark.parametrize(
    ("language", "node", "title"),
    [
        ("en", "fee", "Fees"),
        ("rw", "fee", "Fees"),
        ("fr", "to", "Salaire"),
        ("en", "long", "Do not pay first to ..."),
        ("fr", "long", "long"),
        ("en", "bare", "bare"),
        ("en", "gone", "gone"),
    ],
)
def test_screen_uses_best_title(language: str, node: str, title: str) -> None:
    assert Titles(FLOWS, language).screen("pay", node) == title


def test_a_flow_without_a_title_shows_its_name() -> None:
    titles = Titles(FLOWS, "fr")
    assert (titles.flow("pay"), titles.flow("other")) == ("Salaire", "other")
    assert (titles.place("pay", "fee"), titles.place("pay", "")) == ("Salaire: Fees", "Salaire")


@pytest.mark.parametrize("language", CODES)
def test_every_shipped_flow_and_screen_has_its_own_title(language: str) -> None:
    flows = shipped_document()["flows"]
    titles = Titles(flows, language)
    names = [titles.flow(flow) for flow in flows]
    assert len(set(names)) == len(names)
    assert all(titles.description(flow) for flow in flows)
    for flow, document in flows.items():
        found = [node.get("title", {}).get(language) for node in nodes_of(document).values()]
        assert None not in found
        assert len(set(found)) == len(found), flow


def test_titles_need_no_review() -> None:
    places = {text.place for text in texts_of(shipped_document()["flows"])}
    assert not [place for place in places if place.endswith((".title", ".description"))]


def test_a_long_title_is_refused() -> None:
    written = {"title": {"en": "x" * (TITLE_LETTERS + 1)}, "finish": {}}
    with pytest.raises(ValidationError):
        NodeModel.model_validate(written)


def test_flow_s_new_texts_replace_old_and_drop_empty() -> None:
    flow = {"flow": "pay", "title": {"en": "Pay"}, "start": "fee"}
    texts = {"title": {"en": "", "fr": ""}, "description": {"en": "About pay", "rw": ""}}
    changed = with_texts(flow, texts)
    assert changed == {"flow": "pay", "description": {"en": "About pay"}, "start": "fee"}
