"""A value of a document as a person reads it: a condition as `danger = yes, unsure`, a tick as yes or no. Pure."""

from collections.abc import Mapping

from hotline.engine.editing.comparing import Absent


def said(value: object) -> str:
    """A value as a person reads it."""
    match value:
        case Absent() | None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(map(said, value))
        case {"not": inner}:
            return f"not ({said(inner)})"
        case {"answer": answer, **rest}:
            return f"{answer} = {said(rest.get('is')) or '*'}"
        case {"flag": flag}:
            return str(flag)
        case Mapping():
            return ", ".join(f"{key} {said(each)}".strip() for key, each in value.items())
    return str(value)
