"""A desk as a person names it on the command line."""

from hotline.domain.places.places import district_named, districts
from hotline.domain.tip import NATIONAL
from hotline.environment import did_you_mean
from hotline.errors import NotFound


def desk_code(name: str) -> str:
    """Its code. Raises NotFound, with the name that is like it."""
    code = NATIONAL if name.casefold() == NATIONAL else district_named(name)
    if code is None:
        known = [NATIONAL, *(district.name for district in districts())]
        near = did_you_mean(name.capitalize(), known)
        raise NotFound(f"no desk of that name: a district, or {NATIONAL}{near}")
    return code
