"""Finds a person by what names them, and tells whether two names belong to one person.

The audit log, an approval and a case event name a person by account, by phone, or by the name that a command was given.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from hotline.core.actors import Actor
from hotline.people import tables_audit
from hotline.people.rules import UNPROVED
from hotline.people.rules_desks import account_of, responder_of
from hotline.people.tables import Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_person import Person
from hotline.text.names import is_one_name, keys_of

NAMED_BY = {
    "account": (ConsoleAccount.id, ConsoleAccount.person_id),
    "responder": (Responder.id, Responder.person_id),
}


def is_same_person(session: Session, one: str, other: str) -> bool:
    """Returns True if two names belong to one person. Every second-person check asks this function.

    Accounts and phones are compared by their persons. A name that was given to a command belongs to each person whose
    name or sign-in name looks like it.
    """
    first, second = persons_of(session, one), persons_of(session, other)
    if first and second:
        return bool(first & second)
    return is_one_name(_name_in(one), _name_in(other))


def persons_of(session: Session, who: str) -> frozenset[int]:
    """Returns the persons that a name belongs to: `account:<id>:<name>`, `responder:<id>`, or a command's name."""
    kind, _, rest = who.partition(":")
    number = rest.partition(":")[0]
    if kind in NAMED_BY and number.isdecimal():
        of_id, person_id = NAMED_BY[kind]
        return frozenset(session.scalars(select(person_id).where(of_id == int(number))))
    return named(session, _name_in(who))


def of_member(session: Session, member: str) -> Person:
    """Returns the person behind a member of a desk."""
    account_id = account_of(member)
    if account_id is not None:
        return session.get_one(Person, session.get_one(ConsoleAccount, account_id).person_id)
    return session.get_one(Person, session.get_one(Responder, responder_of(member)).person_id)


def named(session: Session, name: str) -> frozenset[int]:
    """Returns the persons whose name or sign-in name looks like this one."""
    known = keys_of_names(session)
    return frozenset().union(*(known.get(key, ()) for key in enumerate(keys_of(name))))


def keys_of_names(session: Session) -> Mapping[tuple[int, str], AbstractSet[int]]:
    """Returns the persons by each key of their names and sign-in names, as `keys_of` makes keys."""
    called = select(Person.id, Person.name)
    logins = select(ConsoleAccount.person_id, ConsoleAccount.name)
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    for person_id, name in session.execute(union_all(called, logins)):
        for key in enumerate(keys_of(name)):
            found[key].add(person_id)
    return found


def acts_for(session: Session, by: Actor, person_id: int) -> bool:
    """Returns True if a signed-in account belongs to this person. A command may act on the person who gives it."""
    return by.account_id is not None and person_id in persons_of(session, tables_audit.by_actor(by))


def phones_of(session: Session, person_id: int) -> Sequence[Responder]:
    """Returns a person's phones that were enrolled once. Removed phones come last."""
    hers = select(Responder).where(
        Responder.person_id == person_id, Responder.state.not_in(UNPROVED)
    )
    return session.scalars(hers.order_by(Responder.active.desc(), Responder.id)).all()


def _name_in(who: str) -> str:
    """Returns the name in an actor of the audit log, or the name that a command was given."""
    return who.rpartition(":")[2]
