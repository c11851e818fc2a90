"""Notifies the on-call contacts in another way than SMS: a mail, a command of the operator, or both."""

import logging
import smtplib
import ssl
import subprocess
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

logger = logging.getLogger(__name__)

SECONDS = 10.0
SUBJECT = "Line"
"""The subject of every mail. On a lock screen, a mail then shows no more than an SMS."""


class SecondChannel:
    """The second channel of a real hotline. It implements `OtherChannel`.

    `sh` runs the command. The command reads the text from its standard input. The mail's address contains server,
    sender and recipient: `smtps://account%40example.org:password@mail.example.org/to@example.org`.
    """

    def __init__(self, command: str, mail: str) -> None:
        self._command = command
        self._mail = mail

    def is_there(self) -> bool:
        return bool(self._command or self._mail)

    def tell(self, text: str) -> bool:
        """Sends the text by every channel that is set. Returns True if at least one channel accepts it."""
        ways = [self._run] if self._command else []
        ways += [self._post] if self._mail else []
        took = [_tried(way, text) for way in ways]
        return any(took)

    def _run(self, text: str) -> None:
        subprocess.run(
            ["/bin/sh", "-c", self._command],
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=True,
        )

    def _post(self, text: str) -> None:
        address = urlsplit(self._mail)
        account, password = unquote(address.username or ""), unquote(address.password or "")
        recipient = unquote(address.path.lstrip("/"))
        mail = EmailMessage()
        mail["Subject"], mail["To"] = SUBJECT, recipient
        mail["From"] = account if "@" in account else recipient
        mail.set_content(text)

        secure = ssl.create_default_context()
        host, port = address.hostname or "", address.port or 0
        with (
            smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=secure)
            if address.scheme == "smtps"
            else smtplib.SMTP(host, port or 25, timeout=SECONDS)
        ) as server:
            if address.scheme == "smtp+starttls":
                server.starttls(context=secure)
            if password:
                server.login(account, password)
            server.send_message(mail)


def _tried(path: object, text: str) -> bool:
    assert callable(path)
    try:
        path(text)
    except (OSError, smtplib.SMTPException, subprocess.SubprocessError) as broken:
        # The message of the error may contain an address or a password.
        logger.error("the second alarm channel failed: %s", type(broken).__name__)
        return False
    return True
