"""Makes the gateway's own SDK call the emulator instead of the gateway."""

from typing import Any

from africastalking.SMS import SMSService


class LocalSms(SMSService):  # type: ignore[misc]
    def __init__(self, url: str, key: str = "emulator") -> None:
        self._local = url
        super().__init__("hotline", key)

    def _init_service(self) -> None:
        self._baseUrl = self._contentUrl = f"{self._local}/version1"

    def sent(self, text: str = "Message", *to: str, **more: Any) -> Any:
        return self.send(text, list(to or ("+250788000002",)), **more)
