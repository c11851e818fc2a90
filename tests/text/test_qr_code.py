"""Tests the picture that an authenticator app reads. The picture uses only attributes, as the security policy of the
pages requires."""

from xml.etree import ElementTree

from hotline.text.qr_code import svg

URI = "otpauth://totp/Hotline:Editor%201?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Hotline"


def test_it_is_a_picture_without_style_or_script() -> None:
    drawn = ElementTree.fromstring(svg(URI))
    assert drawn.get("class") == "qr"
    assert drawn.get("viewBox")
    assert [one for one in drawn.iter() if one.get("style") or one.tag.endswith("script")] == []
