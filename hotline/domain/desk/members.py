"""A member of a desk, by the name under which the desk's key is sealed to it. Pure."""

RESPONDER = "r"
ACCOUNT = "account:"


def of_responder(responder_id: int) -> str:
    return f"{RESPONDER}{responder_id}"


def of_account(account_id: int) -> str:
    return f"{ACCOUNT}{account_id}"


def responder_of(member: str) -> int | None:
    """None where it is no responder's."""
    return _number(member, RESPONDER)


def account_of(member: str) -> int | None:
    """None where it is no account's."""
    return _number(member, ACCOUNT)


def _number(member: str, begins: str) -> int | None:
    number = member.removeprefix(begins)
    return int(number) if number != member and number.isdecimal() else None
