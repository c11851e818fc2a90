"""Sends alarms without SMS: by mail, by a command of the operator, or in both ways."""

import logging
import subprocess
from urllib.parse import unquote, urlsplit

from hotline.core.mail import MAIL_ERRORS, SECONDS, send_mail

logger = logging.getLogger(__name__)


class SecondChannel:
    """The second channel for alarms of a real hotline.

    The shell `/bin/sh` runs the operator's command. The command gets the text of the alarm on its standard input.
    `mail` is one address that contains the server, the sender and the recipient:
    `smtps://account%40example.org:password@mail.example.org/to@example.org`.
    """

    def __init__(self, command: str, mail: str) -> None:
        self._command = command
        self._mail = mail

    def is_there(self) -> bool:
        return bool(self._command or self._mail)

    def tell(self, text: str) -> bool:
        """Sends the text by mail and with the operator's command. Skips a way for which the settings contain no value.
        Returns True if the mail server or the command accepts the text.
        """
        is_taken = False
        for send, setting in ((self._run, self._command), (self._post, self._mail)):
            if not setting:
                continue
            try:
                send(text)
            except (*MAIL_ERRORS, subprocess.SubprocessError) as broken:
                # Logs only the class of the error, because its message may contain an address or a
                # password.
                logger.error(
                    "could not send an alarm by mail or with the alarm command: %s",
                    type(broken).__name__,
                )
            else:
                is_taken = True
        return is_taken

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
        send_mail(self._mail, unquote(urlsplit(self._mail).path.lstrip("/")), text)
