"""Tests which console roles one account may have together, and which passwords are accepted."""

import secrets

import pytest

from hotline.core.actors import AccountRole, excluded_roles
from hotline.people.rules_accounts import AccountFault
from hotline.people.rules_passwords import our_words, password_fault, suggest_password

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
def test_no_admin_or_auditor_reads_tips(roles: set[AccountRole], wrong: set[AccountRole]) -> None:
    assert excluded_roles(roles) == wrong


@pytest.mark.adversary("a person who guesses passwords")
@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password12345",
        "P@ssw0rd!2026",
        "qwertyuiop12",
        "murakoze1234",
        "Kigali2026!!",
        "rwandarwanda",
        "hotline-hotline",
        "murakazaneza",
        "Murakaza neza",
        "ndagukundacyane",
        "urakoze cyane",
        "umwana-mwiza",
        "mwaramutseneza",
        "ubuzimabwiza",
        "bonjourmadame",
        "le-telephone",
        "le-téléphone",
    ],
)
def test_a_password_that_few_guesses_find_is_refused(password: str) -> None:
    assert password_fault(password, "Editor E") is AccountFault.COMMON_PASSWORD


@pytest.mark.parametrize(
    "password", ["correct horse battery", "bakire-temuno-gifara", "x7!kQ2#mVt9z"]
)
def test_a_password_of_unrelated_words_is_taken(password: str) -> None:
    assert password_fault(password, "Editor 1") is None


def test_the_words_of_our_texts_are_read_once_with_and_without_their_accents() -> None:
    words = our_words()
    assert {"murakaza", "umuntu", "téléphone", "telephone"} <= set(words)
    assert our_words() is words


def test_each_password_that_is_suggested_is_taken() -> None:
    assert not [
        one
        for _ in range(50)
        if password_fault(one := suggest_password(secrets.choice), "Editor 1")
    ]
