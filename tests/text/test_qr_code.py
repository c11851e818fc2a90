"""Tests the picture that an authenticator app reads. The picture uses only attributes, as the security policy of the
pages requires."""

from xml.etree import ElementTree

import segno

from hotline.text.qr_code import svg

URI = "otpauth://totp/Hotline:Editor%201?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Hotline"


def test_it_is_a_picture_without_style_or_script() -> None:
    drawn = ElementTree.fromstring(svg(URI))
    assert drawn.get("class") == "qr"
    assert drawn.get("viewBox")
    assert [one for one in drawn.iter() if one.get("style") or one.tag.endswith("script")] == []


def test_what_it_draws_is_the_whole_text() -> None:
    """The path draws as many squares as the QR code has dark squares. Each sequence of squares in the path has its
    correct length."""
    code = segno.make(URI, error="m", micro=False)
    dark = sum(cell & 1 for row in code.matrix for cell in row)
    path = next(
        one.get("d", "") for one in ElementTree.fromstring(svg(URI)).iter() if one.get("stroke")
    )
    runs = [int(run.split("m")[0]) for run in path.split("h")[1:]]
    assert sum(runs) == dark
    assert "secret" not in svg(URI)
