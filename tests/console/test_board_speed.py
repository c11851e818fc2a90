"""Measures the board with 100,000 tips, of which 2,000 are open. Only `bin/test --long` runs this measurement."""

from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
from sqlalchemy import insert, text

from hotline.cases import service_board
from hotline.core.actors import AccountRole
from hotline.gateway.tables import Assignment, Deadline
from hotline.text.places import NATIONAL
from hotline.tips.tables import Grant, Tip
from tests.console.conftest import Desk
from tests.console.desk_tips import admitted, man
from tests.support.builders import make_responder, make_tip
from tests.support.servers import pair
from tests.support.steps import Tell

__all__ = ["pair"]
pytestmark = [pytest.mark.both, pytest.mark.alone]
TIPS, OPEN, PEOPLE = 100_000, 2_000, 50
SERVER_SECONDS = 0.15


def fill(desk: Desk) -> None:
    at, plain = desk.clock(), make_tip(state="complete")
    row = {one.key: getattr(plain, one.key) for one in Tip.__table__.columns if one.key != "id"}
    row |= {"matter": "tip", "place_step": 0, "record_key": 1, "request": "", "assigned_at": at}
    with desk.writing() as session:
        for n in range(PEOPLE):
            session.add(make_responder(name=f"R {n}", msisdn=f"+2507880{n:05}"))
        session.flush()
        for first in range(0, TIPS, 5_000):
            rows = []
            for n in range(first, first + 5_000):
                is_open, filed = n >= TIPS - OPEN, at - timedelta(minutes=TIPS - n)
                named = {"uid": f"{n:032}", "identity": f"i{n}", "urgency": n % 3 + 1}
                ended = {"closed_at": None if is_open else at, "assignee_id": n % 2 or None}
                rows.append(row | named | ended | {"id": n + 1, "filed_at": filed})
            session.execute(insert(Tip), rows)
        ids = range(TIPS - OPEN + 1, TIPS + 1)
        grants = [{"tip_id": n, "desk_code": NATIONAL, "encrypted_key": b"k"} for n in ids]
        session.execute(insert(Grant), grants)
        due = {"step": 0, "nth": 0, "due_at": at, "set_at": at}
        kinds = [(n, kind) for n in ids for kind in (("outcome",) if n % 2 else ("acknowledge",))]
        session.execute(insert(Deadline), [{"tip_id": n, "kind": k, **due} for n, k in kinds])
        told = {"step": 0, "state": "sent", "created_at": at}
        session.execute(
            insert(Assignment),
            [
                {"tip_id": n, "responder_id": 1 + n % PEOPLE, "reference": f"R{n}", **told}
                for n in ids
            ],
        )
        session.execute(text("ANALYZE"))


def test_a8_national_board_takes_less_than_150_ms(desk: Desk, tell_steps: Tell) -> None:
    man(desk)
    tab = admitted(desk, "National 1", AccountRole.NATIONAL, NATIONAL)
    fill(desk)
    tab.get("/")
    spent, asked = [], []
    for _ in range(50):
        service_board._KNOWN.clear()
        began = perf_counter()
        page = tab.get("/?auto")
        spent.append(perf_counter() - began)
        began = perf_counter()
        tab.get("/board/since?auto")
        asked.append(perf_counter() - began)
    assert len(page.data) < 60_000
    tell_steps(
        f"board of a nation: {median(spent):.3f} s, its number of cases: {median(asked):.3f} s"
    )
    assert median(spent) < SERVER_SECONDS
