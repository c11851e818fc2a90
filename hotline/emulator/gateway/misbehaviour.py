"""How an answer of the gateway goes wrong on the wire."""

import time
from collections.abc import Callable, Iterator

from flask import Response

from hotline.emulator.gateway.faults import FaultKind, GatewayFault

PAGE = "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"


def misbehave(fault: GatewayFault, record: Callable[[], Response]) -> Response:
    """`record` does the work and makes the honest answer."""
    status = fault.status or 500
    match fault.kind:
        case FaultKind.SLOW:
            time.sleep(fault.seconds or 2.0)
            return record()
        case FaultKind.SILENT:
            time.sleep(fault.seconds or 12.0)
            return _reset()
        case FaultKind.RESET_BEFORE:
            return _reset()
        case FaultKind.ERROR_BEFORE:
            return _page(status)
    return _spoilt(fault, record(), status)


def _spoilt(fault: GatewayFault, honest: Response, status: int) -> Response:
    """The work is done; what is said of it is not so."""
    match fault.kind:
        case FaultKind.TIMEOUT:
            time.sleep(fault.seconds or 12.0)
        case FaultKind.RESET_AFTER:
            return _reset()
        case FaultKind.ERROR_AFTER:
            return _page(status)
        case FaultKind.HTML:
            return _page(201)
        case FaultKind.CHARSET:
            honest.headers["Content-Type"] = "application/json; charset=utf-8"
        case FaultKind.TRUNCATED:
            honest.set_data(honest.get_data()[:-20])
        case FaultKind.DRIP:
            return _drip(honest, fault.seconds or 1.0)
    return honest


def _page(status: int) -> Response:
    return Response(PAGE.format(status=status), status, content_type="text/html; charset=utf-8")


def _reset() -> Response:
    """The server drops the connection where the answer's body would begin: before its first byte."""

    def broken() -> Iterator[bytes]:
        raise ConnectionResetError
        yield b""

    return Response(broken())


def _drip(honest: Response, seconds: float) -> Response:
    whole = honest.get_data()

    def drops() -> Iterator[bytes]:
        for byte in whole:
            time.sleep(seconds)
            yield bytes([byte])

    return Response(drops(), honest.status_code, content_type="application/json")
