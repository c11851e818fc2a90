"""`bin/bench erasure`: proves on its own hotline that erased data cannot be read, even from yesterday's copies."""

import json
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click
from sqlalchemy import select

from hotline.alerts import tables, tables_case_events
from hotline.alerts.tables import QuestionBackRow
from hotline.alerts.tables_case_events import CaseNote
from hotline.gateway.tables import Message
from hotline.keys.conversation_state import StateCipher
from hotline.keys.decrypt import LiveNumbers, decrypt_grant, decrypt_tip
from hotline.keys.encrypt import READER, label
from hotline.keys.key_folder import KEY_BYTES, KeyFolder, LiveKeys
from hotline.keys.key_making import RELAY_KEY
from hotline.keys.pseudonyms import digest
from hotline.keys.weekly_lock import WeeklyLock
from hotline.people import decrypt_passphrase
from hotline.people.decrypt_passphrase import PassphraseDecrypter, WrappedDesk
from hotline.text.errors import DecryptionFailed, KeyMissing, StartFailed
from hotline.text.places import NATIONAL
from hotline.tips import queries_visible
from hotline.tips.encrypt_notes import decrypt_answer, decrypt_note
from tests.erasure import stolen_codes
from tests.erasure.stolen_codes import StolenCodes
from tests.erasure.trial import Trial
from tests.faults.calls import number
from tests.faults.canary import Search, number_forms, written_forms
from tests.faults.stand.ground import Pair, ground
from tests.support import books
from tests.support.books import OF_THE_TRIAL, FiledTip, WaitingCall
from tests.support.embedded import redis_of

RUN = re.compile(rb"run:([0-9a-f]{64})\r\n\$(\d+)\r\n")
"""Finds the conversation states in Redis's append-only file: the digest of each session, and the length of the
state."""


@dataclass(frozen=True, slots=True)
class Stolen:
    """The data that an intruder copied on one day. `repr` does not show the copied data."""

    folder: Path
    tip: FiledTip = field(repr=False)
    call: WaitingCall = field(repr=False)
    asked: QuestionBackRow = field(repr=False)
    note: tuple[str, bytes] = field(repr=False)
    """A note of a desk: the unique key of its case event, and the encrypted text."""
    person: StolenCodes = field(repr=False)
    wrapped: WrappedDesk = field(repr=False)
    contact_key: str = field(repr=False)
    answers: Sequence[tuple[str, bytes]] = field(repr=False)
    """The contact and the encrypted number of each stranger who wrote by SMS."""


@dataclass(frozen=True, slots=True)
class Intruder:
    trial: Trial
    stolen: Stolen
    caller: str = field(repr=False)
    words: str = field(repr=False)

    @property
    def tries(self) -> Mapping[str, Callable[[], bool]]:
        """Returns the intruder's attempts, by description. Each attempt returns True if the intruder learned
        something."""
        return {
            "the tip, from a copy of the database, with the desks' passphrase": self.opens_tip,
            "the number left for a call, from the same copy, with the same passphrase": self.calls,
            "what she answered to a question back, from the same copy": self.opens_answer,
            "what was noted of the case, from the same copy": self.opens_note,
            "what was noted of a person, from the same copy, with the reader's key": self.opens_codes,
            "the same, with the desks' passphrase": self.opens_codes_by_desk,
            "the runs in a copy of Redis' append-only file": self.opens_run,
            "whether it was this number, by the tip's pseudonym": self.recognises,
            "the recipient of an SMS, from a copy of the database, with the relay's key": self.reads_number,
        }

    def opens_tip(self) -> bool:
        tip = self.stolen.tip
        private = self._national_key()
        seal = {"uid": tip.uid, "place": tip.place, "desk": NATIONAL}
        for weekly_lock in self._weekly_locks():
            try:
                grant = weekly_lock.unlock(tip.grant or b"", label(tip.uid, NATIONAL))
                answers = decrypt_tip(tip.body, grant, private_key=private, **seal)
            except (KeyMissing, DecryptionFailed):
                continue
            return self.words in answers.values()
        return False

    def calls(self) -> bool:
        """Tries to decrypt the phone number that a caller left for a call-back."""
        private = self._national_key()
        return any(
            number(self.stolen.call, private, weekly_lock) == self.caller
            for weekly_lock in self._weekly_locks()
        )

    def opens_answer(self) -> bool:
        tip, asked = self.stolen.tip, self.stolen.asked
        private = self._national_key()
        for weekly_lock in self._weekly_locks():
            try:
                grant = weekly_lock.unlock(tip.grant or b"", label(tip.uid, NATIONAL))
                key = decrypt_grant(grant, uid=tip.uid, desk=NATIONAL, private_key=private)
                told = decrypt_answer(asked.body, asked.locked_key, tip_key=key, uid=tip.uid)
            except (KeyMissing, DecryptionFailed):
                continue
            return self.words in told.values()
        return False

    def opens_note(self) -> bool:
        tip, (entry, body) = self.stolen.tip, self.stolen.note
        private = self._national_key()
        for weekly_lock in self._weekly_locks():
            try:
                grant = weekly_lock.unlock(tip.grant or b"", label(tip.uid, NATIONAL))
                key = decrypt_grant(grant, uid=tip.uid, desk=NATIONAL, private_key=private)
                words = decrypt_note(body, tip_key=key, uid=tip.uid, key=entry)
            except (KeyMissing, DecryptionFailed):
                continue
            return words == self.words
        return False

    def opens_codes(self) -> bool:
        """Tries to decrypt the codes about a person with every key in every folder, even with the keys for other
        purposes. These include the keys of the reader process."""
        return self.stolen.person.are_read(READER, self._keys(), self._weekly_locks())

    def opens_codes_by_desk(self) -> bool:
        private = self._national_key()
        return self.stolen.person.are_read(NATIONAL, [private], self._weekly_locks())

    def _national_key(self) -> bytes:
        return PassphraseDecrypter(OF_THE_TRIAL, self.trial.passphrase).open(self.stolen.wrapped)[0]

    def opens_run(self) -> bool:
        """Tries to decrypt each copied conversation state with every key and every copied weekly lock (a secret that
        the hotline replaces each week)."""
        runs = tuple(_runs_in(self.stolen.folder))
        return any(
            self._opens(StateCipher(self._keys, weekly_lock, self.trial.clock), *run)
            for weekly_lock in self._weekly_locks()
            for run in runs
        )

    def reads_number(self) -> bool:
        numbers = LiveNumbers(LiveKeys(self.trial.keys / "workers", RELAY_KEY))
        for weekly_lock in self._weekly_locks():
            for contact_key, encrypted in self.stolen.answers:
                try:
                    plain = numbers.decrypt_number(
                        weekly_lock.unlock(encrypted, contact_key.encode())
                    )
                except (KeyMissing, DecryptionFailed):
                    continue
                return plain == self.caller
        return False

    def recognises(self) -> bool:
        """Looks for a key in any folder that turns the caller's number into the copied pseudonym."""
        return any(
            digest(key, "contact", self.caller) == self.stolen.contact_key for key in self._keys()
        )

    def reads(self, *roots: Path) -> set[str]:
        """Searches every file for the caller's text and phone number, in plain and encoded forms. Returns the forms
        that it found."""
        needles = {f"the words as {name}": form for name, form in written_forms(self.words).items()}
        for name, form in number_forms(self.caller).items():
            needles[f"the number as {name}"] = form
        search = Search(roots, needles)
        search.once()
        return search.found

    def _weekly_locks(self) -> list[WeeklyLock]:
        return [WeeklyLock(KeyFolder(path)) for path in self.trial.keys.iterdir() if path.is_dir()]

    def _keys(self) -> set[bytes]:
        """Returns all keys of all folders, even those for another purpose."""
        return {
            path.read_bytes()[-KEY_BYTES:]
            for path in self.trial.keys.rglob("*")
            if path.is_file() and path.stat().st_size >= KEY_BYTES
        }

    def _opens(self, cipher: StateCipher, session_key: str, encrypted: bytes) -> bool:
        try:
            cipher.open(session_key, encrypted)
        except DecryptionFailed:
            return False
        return True


def take(trial: Trial, to: Path, *also: Path) -> Stolen:
    """Copies everything on the disk except the keys. The intruder also takes the keys, but only at the end of the
    proof."""
    with trial.console.database.reading() as session:
        (filed,) = books.filed(session, NATIONAL)
        (call,) = books.calls(session)
        wrapped = decrypt_passphrase.wrapped_desk(session, NATIONAL, OF_THE_TRIAL)
        tip, _ = queries_visible.tip_with_grant(session, filed.id, NATIONAL)
        contact_key = tip.contact_key
        asked = tables.question_of_tip(session, filed.id)
        assert asked is not None
        unanswered = select(Message.contact_key, Message.encrypted_number)
        rows = session.execute(unanswered.where(Message.encrypted_number != b""))
        waiting = [(row.contact_key or "", row.encrypted_number or b"") for row in rows]
        (body,) = tables_case_events.bodies_of(session, CaseNote, filed.id).values()
        note = tables_case_events.events_of_tip(session, filed.id)[-2].key, body
        person = stolen_codes.steal(session, filed.id, filed.uid)
    for folder in (trial.home, *also):
        away = shutil.ignore_patterns("keys", "*.sock", "s", ".s.*", "postmaster.*")
        shutil.copytree(folder, to / folder.name, ignore=away, ignore_dangling_symlinks=True)
    return Stolen(to, filed, call, asked, note, person, wrapped, contact_key, waiting)


def _runs_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*.aof"):
        content = path.read_bytes()
        for found in RUN.finditer(content):
            yield found[1].decode(), content[found.end() : found.end() + int(found[2])]


PATIENCE = 10.0


@dataclass
class Proof:
    """The attempts of one run, and their results."""

    pair: str
    tried: list[str] = field(default_factory=list)
    blind: list[str] = field(default_factory=list)
    """Attempts that learned nothing even on the first day, when nothing was erased yet. Such attempts prove nothing
    about erasure."""
    found: list[str] = field(default_factory=list)
    seconds: float = 0.0


@click.command("erasure")
@click.option("--pair", type=click.Choice([pair.value for pair in Pair]), default=Pair.SQLITE.value)
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def prove_shred(pair: str, as_json: bool) -> None:
    """Prove that no key decrypts erased data. Exit with 1 if anything was found.

    The command uses its own hotline in a temporary folder on this machine, and does not touch the real one. A tip is
    reported with real hops. All written data is copied, as a backup or an intruder would copy it. The hotline's clock
    then moves forward by months. After that, every attempt is made with the passphrase of the desks and every remaining
    key.

    On the real hotline, `hotline keys check-erased` shows if the keys of past weeks are deleted.
    """
    proof = prove(Pair(pair))
    if as_json:
        click.echo(json.dumps(asdict(proof), indent=2))
    else:
        for name in proof.tried:
            said = "PROVES NOTHING" if name in proof.blind else "found nothing"
            click.echo(f"{'FOUND' if name in proof.found else said:14}  {name}")
        for name in sorted({*proof.found} - {*proof.tried}):
            click.echo(f"{'FOUND':14}  {name}")
    if proof.found or proof.blind:
        sys.exit(1)


def prove(pair: Pair) -> Proof:
    """Runs the proof on a hotline with this pair of database and Redis. Raises ProgramMissing."""
    began = time.monotonic()
    proof = Proof(pair)
    with ExitStack() as held:
        on = held.enter_context(ground(pair))
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="hl")))
        home = folder / "home"
        home.mkdir(mode=0o700)
        environ = {k: v for k, v in on.environ.items() if k == "HOTLINE_DATABASE_URL"}
        _say("a line of its own")
        trial = Trial(home, environ)
        held.callback(trial.close)
        held.enter_context(redis_of(trial.settings))
        _story(trial, folder / "stolen", on.folders[:1], proof)
    proof.seconds = round(time.monotonic() - began, 1)
    return proof


def _story(trial: Trial, to: Path, also: tuple[Path, ...], proof: Proof) -> None:
    caller = f"+2507883{secrets.randbelow(100_000):05d}"
    words = f"ikanari{secrets.token_hex(6)}"
    _say("somebody tells a tip")
    trial.tell(caller, words)
    trial.text(caller, "akazi")
    until_logged(trial.home / "redis")
    stolen = take(trial, to, *also)
    intruder = Intruder(trial, stolen, caller, words)

    proof.tried = [*intruder.tries]
    proof.blind = [name for name, succeeds in intruder.tries.items() if not succeeds()]
    for passed in trial.pass_by(stolen.tip.id):
        _say(passed)
    proof.found = [name for name, succeeds in intruder.tries.items() if succeeds()]
    written = "the words and the number, in any form, in every file and every copy"
    proof.tried.append(written)
    proof.found += sorted(intruder.reads(trial.home, to, *also))


def until_logged(folder: Path) -> None:
    """Waits until Redis has written a session to its file. Redis writes its file a moment after the session has
    changed. Raises StartFailed if Redis does not write the session in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if any(b"run:" in path.read_bytes() for path in folder.rglob("*.aof")):
            return
        time.sleep(0.05)
    raise StartFailed("Redis wrote nothing")


def _say(what: str) -> None:
    click.echo(f"{what} ...", err=True)
