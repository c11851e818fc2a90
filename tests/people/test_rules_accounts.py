"""Tests which console roles one account may have at the same time, and which passwords are accepted."""

import secrets

import pytest

from hotline.core.actors import AccountRole, excluded_roles
from hotline.people.rules_accounts import AccountFault
from hotline.people.rules_sign_in import our_words, password_fault, suggest_password

A = AccountRole


def test_no_admin_or_auditor_reads_tips() -> None:
    for roles in (
        {A.EDITOR, A.APPROVER, A.TRANSLATOR},
        {A.ADMIN, A.AUDITOR, A.APPROVER},
        {A.DESK, A.NATIONAL, A.EDITOR},
    ):
        assert not excluded_roles(roles)
    assert excluded_roles({A.DESK, A.ADMIN, A.EDITOR}) == {A.DESK, A.ADMIN}
    assert excluded_roles({A.NATIONAL, A.AUDITOR}) == {A.NATIONAL, A.AUDITOR}


WEAK = (
    *("password1234", "Password12345", "P@ssw0rd!2026", "qwertyuiop12", "murakoze1234"),
    *("Kigali2026!!", "rwandarwanda", "hotline-hotline", "murakazaneza", "Murakaza neza"),
    *("ndagukundacyane", "urakoze cyane", "umwana-mwiza", "mwaramutseneza", "ubuzimabwiza"),
    *("bonjourmadame", "le-telephone", "le-téléphone"),
)
STRONG = ("correct horse battery", "bakire-temuno-gifara", "x7!kQ2#mVt9z")


@pytest.mark.adversary("a person who guesses passwords")
def test_guessable_passwords_are_refused() -> None:
    for password in WEAK:
        assert password_fault(password, "Editor E") is AccountFault.COMMON_PASSWORD, password
    assert [one for one in STRONG if password_fault(one, "Editor 1")] == []


def test_words_of_texts_are_loaded_once_with_and_without_accents() -> None:
    words = our_words()
    assert {"murakaza", "umuntu", "téléphone", "telephone"} <= set(words)
    assert our_words() is words


def test_each_suggested_password_is_accepted() -> None:
    assert not [
        one
        for _ in range(50)
        if password_fault(one := suggest_password(secrets.choice), "Editor 1")
    ]
