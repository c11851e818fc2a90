"""Tests an attacker who has the whole database and every key folder except the reader's.

Such an attacker can decrypt no tip. Even with the reader's folder, the attacker also needs a PIN.
"""

import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from hotline.alerts.tables_case_events import CaseCode, CaseGrant
from hotline.cases import reader_handover
from hotline.cases.tables import PinReading, PinReadingAsk
from hotline.dialogue.redis_adapters import RedisStarts, RqJobs
from hotline.gateway.tables import Assignment
from hotline.keys.decrypt import decrypt_case_key, decrypt_codes, decrypt_grant
from hotline.keys.encrypt import case_name, label
from hotline.people.decrypt_members import PinVault, decrypt_desk_key
from hotline.people.tables import Responder
from hotline.people.tables_desks import DeskMember
from hotline.text.errors import HotlineError
from hotline.tips.tables import Grant
from tests.support.callers import Caller
from tests.support.persons import screened
from tests.support.reading import PHONE, PIN, QUICK, ReaderBeside, at_her_desk, at_home
from tests.support.valkey import Valkey

KEY_BYTES = 32


@pytest.fixture
def own_case(beside: ReaderBeside) -> tuple[Caller, Assignment]:
    """Returns a responder's phone and the case on it, after the responder entered the PIN and read the case. All traces
    of these hops are in the database."""
    phone, known_as = at_her_desk(beside)
    phone.dial("90")
    at_home(phone, "1", "1")
    assert "We do not know if helpers" in phone.key("1")
    return phone, known_as


def stolen(folder: Path, *, skip: str = "") -> list[bytes]:
    """Returns every file in these folders that has the length of a key."""
    files = [path for path in folder.glob("*/*") if path.parent.name != skip]
    keys = [path.read_bytes() for path in files]
    return [key for key in keys if len(key) == KEY_BYTES]


def opened_tips(beside: ReaderBeside, privates: list[bytes]) -> int:
    """Returns how many grants of tips the keys in `privates` can decrypt. The weekly key is known, because it is in the
    folder of the hooks."""
    line, opened = beside.line, 0
    for grant in line.all(Grant):
        (tip,) = [one for one in line.tips if one.id == grant.tip_id]
        lock = line.context.encrypter.weekly_lock
        bare = lock.unlock(grant.encrypted_key, label(tip.uid, grant.desk_code))
        for key in privates:
            with suppress(HotlineError):
                decrypt_grant(bare, uid=tip.uid, desk=grant.desk_code, private_key=key)
                opened += 1
    return opened


def desk_keys(beside: ReaderBeside, privates: list[bytes]) -> list[bytes]:
    """Returns the desk keys that these private keys can decrypt from the members' rows."""
    found = []
    for row in beside.line.all(DeskMember):
        for key in privates:
            with suppress(HotlineError):
                found.append(decrypt_desk_key(row.wrapped_key, key, row.desk_code, row.member))
    return found


def boxes(beside: ReaderBeside) -> list[bytes]:
    asks = beside.line.all(PinReadingAsk)
    kept = [row.encrypted_answer for row in beside.line.all(PinReading) if row.encrypted_answer]
    return [*(row.encrypted_pin for row in asks), *(row.box for row in asks), *kept]


def opens(box: bytes, key: bytes) -> bool:
    try:
        SealedBox(PrivateKey(key)).decrypt(box[1:])
    except CryptoError:
        return False
    return True


@pytest.mark.adversary("a thief of the database or of Redis' files")
def test_stolen_folders_without_reader_decrypt_no_tip_or_pin(
    beside: ReaderBeside, own_case: tuple[Caller, Assignment], tmp_path: Path
) -> None:
    keys = stolen(tmp_path / "keys", skip="reader")
    assert len(keys) >= 10
    assert opened_tips(beside, [*keys, *desk_keys(beside, keys)]) == 0
    assert not [box for box in boxes(beside) if any(opens(box, key) for key in keys)]
    for row in beside.line.all(Responder):
        for pepper in keys if row.pin_wrap else ():
            with pytest.raises(HotlineError):
                PinVault(lambda: (pepper,), QUICK).open(row.pin_wrap, PIN, row.id)  # noqa: B023


def opened_codes(beside: ReaderBeside, privates: list[bytes]) -> int:
    """Returns how many codes about a person the keys in `privates` can decrypt, with any grant of the case."""
    line, opened = beside.line, 0
    lock = line.context.encrypter.weekly_lock
    for grant in line.all(CaseGrant):
        (tip,) = [one for one in line.tips if one.id == grant.tip_id]
        bare = lock.unlock(grant.encrypted_key, label(case_name(tip.uid), grant.holder))
        named = {"uid": tip.uid, "holder": grant.holder}
        for private_key in privates:
            with suppress(HotlineError):
                key = decrypt_case_key(bare, **named, private_key=private_key)
                for row in line.all(CaseCode):
                    decrypt_codes(row.body, private=key, uid=tip.uid, entry_id=row.case_event_id)
                    opened += 1
    return opened


def test_only_reader_folder_decrypts_codes_about_a_person(
    beside: ReaderBeside, own_case: tuple[Caller, Assignment], tmp_path: Path
) -> None:
    """The reader gives keys of cases to desks without any action of a person. The reader's key folder and the database
    together are enough to decrypt codes about a person. The key folder and the database are not enough to decrypt a
    tip."""
    screened(beside.line.context, own_case[1].tip_id)
    reader_handover.reconcile(beside.context)
    assert len(beside.line.all(CaseGrant)) == 3
    keys = stolen(tmp_path / "keys", skip="reader")
    assert opened_codes(beside, [*keys, *desk_keys(beside, keys)]) == 0
    every = stolen(tmp_path / "keys")
    assert opened_codes(beside, every) == 1
    assert opened_tips(beside, [*every, *desk_keys(beside, every)]) == 0


@pytest.mark.adversary("a thief of the server, switched off")
def test_reader_folder_decrypts_tips_only_with_right_pin(
    beside: ReaderBeside, own_case: tuple[Caller, Assignment], tmp_path: Path
) -> None:
    _, known_as = own_case
    keys = stolen(tmp_path / "keys")
    assert opened_tips(beside, [*keys, *desk_keys(beside, keys)]) == 0
    with beside.line.database.reading() as session:
        wrap = session.get_one(Responder, known_as.responder_id).pin_wrap
    assert wrap is not None
    private = beside.context.vault.open(wrap, PIN, known_as.responder_id)
    assert opened_tips(beside, desk_keys(beside, [private])) > 0


def content_of(running: Valkey) -> list[bytes]:
    """Returns all names and values in Redis. A job is also returned in the form that a worker process decodes."""
    found: list[bytes] = []
    with running.client() as client:
        for name in client.scan_iter():
            found.append(name)
            match client.type(name):
                case b"string":
                    found.append(client.get(name) or b"")
                case b"hash":
                    found += [one for pair in client.hgetall(name).items() for one in pair]
                case b"list":
                    found += client.lrange(name, 0, -1)
                case b"set":
                    found += client.smembers(name)
                case b"zset":
                    found += client.zrange(name, 0, -1)
    for one in found[:]:
        with suppress(zlib.error):
            found.append(zlib.decompress(one))
    return found


@pytest.mark.adversary("a thief of the database or of Redis' files")
def test_redis_holds_no_text_pin_or_key_of_responder(beside: ReaderBeside, valkey: Valkey) -> None:
    line = beside.line
    phone, known_as = at_her_desk(beside)
    line.context = replace(line.context, notes=RedisStarts(valkey.url), jobs=RqJobs(valkey.url))
    phone.dial("90")
    at_home(phone, "1", "1", "1")
    person = line.all(Responder)[-1]
    read = phone.read()
    assert "We do not know if helpers" in read
    held = content_of(valkey)
    assert any(b"reader" in one for one in held), sorted(held)
    secrets = (PIN, PHONE, PHONE[1:], "Nobody said", *read.split("\n")[1:3])
    assert [one for one in secrets if any(one.encode() in value for value in held)] == []
    keys = [value for value in held if len(value) == KEY_BYTES]
    assert person.id == known_as.responder_id
    assert opened_tips(beside, [*keys, *desk_keys(beside, keys)]) == 0
