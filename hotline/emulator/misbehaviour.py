"""How an answer of the gateway goes wrong on the wire."""

import time
from collections.abc import Callable, Iterator

from flask import Response

from hotline.emulator.faults import Fault, Kind

PAGE = "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"


def misbehave(fault: Fault, record: Callable[[], Response]) -> Response:
    """`record` does the work and makes the honest answer."""
    status = fault.status or 500
    match fault.kind:
        case Kind.SLOW:
            time.sleep(fault.seconds or 2.0)
            return record()
        case Kind.SILENT:
            time.sleep(fault.seconds or 12.0)
            return _reset()
        case Kind.RESET_BEFORE:
            return _reset()
        case Kind.ERROR_BEFORE:
            return _page(status)
    return _spoilt(fault, record(), status)


def _spoilt(fault: Fault, honest: Response, status: int) -> Response:
    """The work is done; what is said of it is not so."""
    match fault.kind:
        case Kind.TIMEOUT:
            time.sleep(fault.seconds or 12.0)
        case Kind.RESET_AFTER:
            return _reset()
        case Kind.ERROR_AFTER:
            return _page(status)
        case Kind.HTML:
            return _page(201)
        case Kind.CHARSET:
            honest.headers["Content-Type"] = "application/json; charset=utf-8"
        case Kind.TRUNCATED:
            honest.set_data(honest.get_data()[:-20])
        case Kind.DRIP:
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
