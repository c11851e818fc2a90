"""The files that pages are drawn with: the stylesheet, the script and the icon."""

from flask import Response, abort, make_response

from hotline.web.console.visit import GuestVisit

A_YEAR = "public, max-age=31536000, immutable"


def static(visit: GuestVisit, name: str) -> Response:
    """A file by the name that holds its digest. The name of another release is gone with it."""
    file = next((one for one in visit.templates.files.values() if one.name == name), None)
    if file is None:
        abort(404)
    answer = make_response(file.body)
    answer.headers["Content-Type"] = f"{file.kind}; charset=utf-8"
    answer.headers["Cache-Control"] = A_YEAR
    return answer
