"""Sends a mail that contains no link, no name and no title of a draft. No other module speaks SMTP."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

SECONDS = 10.0
SUBJECT = "Line"
"""The subject of every mail. The subject is one neutral word, because the lock screen of a phone may show it."""
MAIL_ERRORS = (OSError, smtplib.SMTPException)
"""The usual errors of `send_mail`. The messages of these errors may contain an address or a password, so the hotline
never logs these messages."""

_OF_ONE_MAIL = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
)


def is_unreachable(broken: Exception) -> bool:
    """Returns True if the mail server or the network caused the error. An error of the mail server or the network would
    also stop every other mail.
    """
    return isinstance(broken, MAIL_ERRORS) and not isinstance(broken, _OF_ONE_MAIL)


def send_mail(server: str, recipient: str, text: str) -> None:
    """Sends a mail. The server's address contains the account and its password, like
    `smtps://account%40example.org:password@mail.example.org`.

    Raises `MAIL_ERRORS`.
    """
    address = urlsplit(server)
    account, password = unquote(address.username or ""), unquote(address.password or "")
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
    ) as connection:
        if address.scheme == "smtp+starttls":
            connection.starttls(context=secure)
        if password:
            connection.login(account, password)
        connection.send_message(mail)
