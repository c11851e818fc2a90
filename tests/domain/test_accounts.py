"""Which roles of the console one account may hold together."""

import pytest

from hotline.domain.accounts.account import AccountRole, excluded

A = AccountRole


@pytest.mark.parametrize(
    ("roles", "wrong"),
    [
        ({A.EDITOR, A.APPROVER, A.TRANSLATOR}, set()),
        ({A.ADMIN, A.AUDITOR, A.APPROVER}, set()),
        ({A.DESK, A.NATIONAL, A.EDITOR}, set()),
        ({A.DESK, A.ADMIN, A.EDITOR}, {A.DESK, A.ADMIN}),
        ({A.NATIONAL, A.AUDITOR}, {A.NATIONAL, A.AUDITOR}),
    ],
)
def test_who_administers_or_audits_never_reads_tips(
    roles: set[AccountRole], wrong: set[AccountRole]
) -> None:
    assert excluded(roles) == wrong
