"""Deploys the hotline as `docs/deployment.md` says, upgrades it, and goes back: `python -m tests.operations.rehearsal`.

The program makes fresh Debian machines (`systemd-nspawn`), types the commands of the document in them, and dials the
hotline after each step. The program needs root, `debootstrap`, `systemd-nspawn`, `ip` and `nft`. The rehearsal takes
ten minutes, and some 5 GB of disk space.

    python -m tests.operations.rehearsal one|two FOLDER
"""

import argparse
import os
import pty
import re
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import click

from hotline.operations.migrate import newest_version
from tests.architecture.tree import ROOT

HOME = "/root"
PACKAGES = (
    "systemd,systemd-sysv,dbus,ca-certificates,openssh-server,openssh-client,iproute2,procps,curl"
)
ADDRESSES = {"one": "10.77.0.1", "two": "10.77.0.2", "office": "10.77.0.3"}
GATEWAY = "10.77.0.254"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ANSWERS = {
    r"\[y/N\]: ?$": "y",
    r"Your name: ?$": "Admin 1",
    r"Number: ?$": "+250788100009",
    r"gateway's key: ?$": "a-key",
    r"(?i)(passphrase[^\n]*|confirmation): ?$": "correct horse battery staple seven",
}
PEOPLE = """name,msisdn,language,level,districts,categories
Responder 1,+250788100001,rw,responder,Gasabo,
Responder 2,+250788100002,en,coordinator,Gasabo,
National 1,+250788100003,en,national,,
National 2,+250788100004,en,national,,
"""
NETWORK = """table ip rehearsal {
 chain post {
  type nat hook postrouting priority 100
  ip saddr 10.77.0.0/24 ip daddr != 10.77.0.0/24 masquerade
 }
}
"""
UNIT = """[Unit]
Before=network.target network-online.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip link set host0 up; ip addr add {address}/24 dev host0; ip route add default via {gateway}'
[Install]
WantedBy=multi-user.target
"""
NEXT = '''"""Adds a column, as the next release may do."""

import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tip", sa.Column("later", sa.String(), server_default="", nullable=False))
'''
DANGER = "5\\n9\\n1\\n2\\n1\\n1\\n1\\n1\\n1\\n1\\n1\\n"
CERTIFICATE = (
    "cd /etc/hotline/tls; openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=line.example "
    "-addext subjectAltName=DNS:line.example -keyout line.example.key -out line.example.pem; cd /opt/hotline"
)
EMULATOR = (
    "umask 077; setsid .venv/bin/hotline process emulator --hooks ~/hooks.json "
    "--ca /etc/hotline/tls/line.example.pem >/dev/null 2>&1 </dev/null & "
    "curl --silent --output /dev/null --retry 20 --retry-connrefused http://127.0.0.1:8001/"
)

EMULATED = (
    "sed -i 's#https://api.africastalking.com#http://127.0.0.1:8001#' /etc/hotline/line.env\n"
    "printf 'HOTLINE_INBOUND_SMS=yes\nHOTLINE_BACKUPS=/var/lib/hotline-backups\n' >>/etc/hotline/line.env"
)
UP = "curl --silent --retry 30 --retry-delay 1 --retry-connrefused http://{}:8000/healthz"


class Machine:
    """A fresh Debian machine with a name, an address and systemd."""

    def __init__(self, name: str, folder: Path, base: Path) -> None:
        self.name, self.root = name, folder / name
        shutil.rmtree(self.root, ignore_errors=True)
        subprocess.run(["cp", "-aT", base, self.root], check=True)
        hosts = "".join(f"{address} {name}\n" for name, address in ADDRESSES.items())
        self.write("/etc/hosts", f"127.0.0.1 localhost\n{ADDRESSES['one']} line.example\n{hosts}")
        self.write("/etc/hostname", name)
        self.write(
            "/etc/systemd/system/net.service", UNIT.format(address=ADDRESSES[name], gateway=GATEWAY)
        )
        subprocess.run(
            ["chroot", self.root, "systemctl", "enable", "--quiet", "net.service"], check=True
        )
        self.write(f"{HOME}/responders.csv", PEOPLE)
        (self.root / "opt/hotline").mkdir()
        (self.root / HOME[1:] / ".ssh").mkdir(mode=0o700, exist_ok=True)
        for of, to in (("key", "id_ed25519"), ("key.pub", "authorized_keys")):
            self.write(f"{HOME}/.ssh/{to}", (folder / of).read_text())
        self.write(f"{HOME}/.ssh/config", "Host *\n StrictHostKeyChecking no\n LogLevel ERROR\n")
        shutil.copytree(folder / "hotline.git", self.root / "srv/hotline.git")
        words = ["systemd-nspawn", "--register=no", "--keep-unit", "--boot", f"--machine={name}"]
        words += ["--network-bridge=rehearsal", "--resolv-conf=copy-host", "--console=read-only"]
        environment = {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        self.container = subprocess.Popen(
            [*words, "-D", self.root],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment,
        )
        self.type("systemctl is-system-running --wait", tries=30)

    def write(self, path: str, text: str) -> None:
        file = self.root / path[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o600 if ".ssh" in path else 0o644)

    def type(self, script: str, tries: int = 1) -> str:
        """Types commands, answers their questions, and returns what they print. Raises SystemExit if a command
        fails."""
        self.write(f"{HOME}/script", f"set -e\ncd /opt/hotline\n{script}\n")
        for left in range(tries - 1, -1, -1):
            children = f"/proc/{self.container.pid}/task/{self.container.pid}/children"
            leader = Path(children).read_text().split()
            enter = [
                "nsenter",
                "-t",
                *leader[:1],
                "-a",
                "--wdns=/root",
                "env",
                "-i",
                "HOME=/root",
                f"PATH={PATH}",
            ]
            status, said = conversation(
                [*enter, "PAGER=cat", "EDITOR=true", "bash", f"{HOME}/script"]
            )
            if status == 0:
                return said
            if left:
                time.sleep(1)
        raise SystemExit(f"{self.name} failed ({status}) at:\n{script}\n{said[-3000:]}")


def conversation(command: list[str]) -> tuple[int, str]:
    """Runs a command on a terminal, answers its questions, and returns its exit code and output."""
    pid, terminal = pty.fork()
    if not pid:
        os.execvp(command[0], command)
    said, answered = "", 0
    while True:
        select.select([terminal], [], [])
        try:
            said += os.read(terminal, 65536).decode("utf-8", "replace")
        except OSError:
            break
        for pattern, answer in ANSWERS.items():
            if re.search(pattern, said[answered:]):
                answered = len(said)
                os.write(terminal, f"{answer}\n".encode())
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said


def block(marks: str, document: str = "deployment.md", **words: str) -> str:
    """Returns the first block of shell commands in a document that contains the text `marks`. Replaces the words in
    capitals by this machine's values."""
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    blocks: list[str] = re.findall(r"```sh\n(.*?)```", text, re.S)
    found = next(each for each in blocks if marks in each)
    words = {"REPOSITORY": "/srv/hotline.git", "NAME-OF-THE-LINE": "line.example", **words}
    words["NAME"] = "'Admin 1'"
    pattern = r"\b(" + "|".join(sorted(words, key=len, reverse=True)) + r")\b"
    found = re.sub(pattern, lambda word: words[word[1]], found)
    found = found.replace("deploy/as hotline doctor", "deploy/as hotline doctor || true")
    return found.replace("editor ", "true ").replace(" responders.csv", " ~/responders.csv")


def say(step: str) -> None:
    click.echo(f"{time.strftime('%X')} {step}")


def dials(machine: Machine, office: Machine) -> None:
    """Files a tip about danger on the emulator's handset. Raises SystemExit unless one more tip is stored."""
    before = office.type("deploy/as hotline tips list").count("Urgent complete")
    shown = machine.type(f"printf '{DANGER}' | .venv/bin/hotline dial '*384*777#'")
    after = office.type("deploy/as hotline tips list").count("Urgent complete")
    if after != before + 1:
        raise SystemExit(
            f"a danger was reported, and {office.name} lists {after - before} more tips:\n{shown[-900:]}"
        )
    say("a danger is reported and stored")


def upgrade(machines: list[Machine], owner: Machine, unit: str) -> Iterator[str]:
    """Installs the next version on all machines, changes the tables from one machine, and restarts the machines one
    after the other."""
    for machine in machines:
        machine.type(block("git checkout", VERSION="origin/next"))
    owner.type(block("hotline upgrade\n"))
    dials(machines[0], owner)
    yield "the tables are the next version's, and the earlier processes still answer"
    for machine in machines:
        if machine is not owner or len(machines) == 1:
            host = "127.0.0.1" if len(machines) == 1 else machine.name
            machine.type(f"systemctl restart {unit}\n{UP.format(host)}")
            dials(machines[0], owner)
    yield "every process is the next version's"


def go_back(machines: list[Machine], owner: Machine, unit: str) -> None:
    """Stops the hotline, installs the earlier version on every machine, and restores the backup that the upgrade
    took."""
    for machine in machines:
        machine.type(f"systemctl stop {unit} 2>/dev/null || true")
        machine.type(block("git checkout", VERSION="origin/main"))
    if len(machines) > 1:
        runbook = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
        aside = re.search(r"`(psql -c 'ALTER DATABASE[^`]*)`", runbook)
        assert aside is not None
        machines[0].type(f"cd /; runuser -u postgres -- {aside[1]}")
    newest = "$(ls -t /var/lib/hotline-backups/*.age | head -1)"
    replace = "--replace" if len(machines) == 1 else ""
    key = "/var/lib/hotline/backup.key"
    owner.type(f"deploy/as hotline restore {newest} --key {key} --by 'Admin 1' {replace}")


def resume(office: Machine) -> None:
    office.type("deploy/as hotline outgoing resume --by 'Admin 1' --reason back --alerts send")


def of_one(one: Machine) -> Iterator[str]:
    one.type(block("git clone REPOSITORY"))
    one.type(EMULATED)
    one.type(block("deploy/as hotline init"))
    one.type(CERTIFICATE)
    one.type(block("cp deploy/hotline.service"))
    one.type(block("backup key"))
    yield "one server runs"
    one.type("deploy/as hotline keys hooks --base https://line.example --json >~/hooks.json")
    one.type(EMULATOR)
    dials(one, one)
    yield from upgrade([one], one, "hotline")
    go_back([one], one, "hotline")
    one.type(f"systemctl start hotline\n{UP.format('127.0.0.1')}")
    resume(one)
    dials(one, one)
    yield "one server is back at the version before"


def of_two(one: Machine, two: Machine, office: Machine) -> Iterator[str]:
    passwords = {"LINE-PASSWORD": "line", "COPY-PASSWORD": "copy"}
    machines = [one, two, office]
    office.type(block("git clone REPOSITORY").replace(" nginx", " postgresql-client"))
    office.type(block("CN=the line"))
    for server in (one, two):
        server.type(block("git clone REPOSITORY"))
        server.type(block("listen_addresses"))
    one.type(block("CREATE ROLE hotline", **passwords))
    two.type(block("pg_basebackup", **passwords))
    if "sync" not in one.type(block("synchronous_standby_names = 'two'")).split("sync_state")[-1]:
        raise SystemExit("the standby is not synchronous")
    yield "PostgreSQL has a synchronous standby, and Redis speaks TLS"
    for machine in machines:
        owner = "hotline:line@" if machine is office else ""
        machine.type(
            f"sed 's#hotline:PASSWORD@#{owner}#' deploy/line.env.example >/etc/hotline/line.env\n{EMULATED}"
        )
        own = "" if machine is office else f"HOTLINE_WEB_HOST={ADDRESSES[machine.name]}"
        machine.type(f"printf '{own}\nHOTLINE_LINE_URL=http://one:8000\n' >>/etc/hotline/line.env")
    office.type(block("hotline upgrade --roles"))
    one.type(CERTIFICATE)
    two.type(CERTIFICATE)
    for server in (one, two):
        server.type(block("enable --now hotline.target"))
    office.type(block("contact-*"))
    yield "two servers run"
    office.type(
        "umask 077; deploy/as hotline keys hooks --base https://line.example --json >~/hooks.json"
    )
    one.type("umask 077; ssh office cat ~/hooks.json >~/hooks.json\n" + EMULATOR)
    for machine in (two, office):
        machine.type("setsid ssh -f -N -L 8001:127.0.0.1:8001 one >/dev/null 2>&1 </dev/null")
    one.type(UP.format("one"))
    dials(one, office)
    yield from upgrade(machines, office, "hotline.target")
    go_back(machines, office, "hotline.target")
    office.type(block("hotline upgrade --roles").partition("https://line.example\n")[2])
    for server in (one, two):
        server.type(block("enable --now hotline.target"))
        server.type(UP.format(server.name))
    resume(office)
    dials(one, office)
    yield "two servers are back at the version before"
    one.type(
        "pkill -9 -u postgres postgres; systemctl stop postgresql@$(ls /etc/postgresql)-main || true"
    )
    two.type(block("main promote"))
    one.type(UP.format("one"))
    dials(one, office)
    yield "the standby took over"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("count", choices=("one", "two"))
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--base", type=Path, help="a debootstrap folder of Debian 13 with its packages"
    )
    chosen = parser.parse_args()
    folder = chosen.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    base = chosen.base or folder / "base"
    if not base.exists():
        include = f"--include={PACKAGES}"
        subprocess.run(["debootstrap", "--variant=minbase", include, "trixie", base], check=True)
    prepare(folder)
    machines = [
        Machine(name, folder, base) for name in ADDRESSES if name == "one" or chosen.count == "two"
    ]
    try:
        for step in of_one(*machines) if chosen.count == "one" else of_two(*machines):
            say(step)
    finally:
        for machine in machines:
            machine.container.terminate()
            machine.container.wait(120)


def prepare(folder: Path) -> None:
    """Makes the network of the machines, their key, and a repository with the next version on a branch."""
    for command in ("add rehearsal type bridge", "set rehearsal up"):
        subprocess.run(["ip", "link", *command.split()], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["ip", "addr", "replace", f"{GATEWAY}/24", "dev", "rehearsal"], check=True)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    subprocess.run(
        ["nft", "delete", "table", "ip", "rehearsal"], check=False, stderr=subprocess.DEVNULL
    )
    subprocess.run(["nft", "-f", "-"], input=NETWORK, text=True, check=True)
    if not (folder / "key").exists():
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True
        )
    shutil.rmtree(folder / "hotline.git", ignore_errors=True)
    shutil.rmtree(folder / "next", ignore_errors=True)
    work = folder / "next"
    subprocess.run(["git", "clone", "-q", "--no-local", ROOT, work], check=True)
    (work / "hotline/operations/migrations/versions/v9999_next.py").write_text(
        NEXT.format(before=newest_version())
    )
    author = ["-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@line.example"]
    for words in (["checkout", "-q", "-B", "main"], ["checkout", "-q", "-b", "next"], ["add", "."]):
        subprocess.run(["git", *words], cwd=work, check=False)
    subprocess.run(["git", *author, "commit", "-qm", "Add a column"], cwd=work, check=True)
    subprocess.run(["git", "checkout", "-q", "main"], cwd=work, check=True)
    subprocess.run(["git", "clone", "-q", "--bare", work, folder / "hotline.git"], check=True)


if __name__ == "__main__":
    main()
