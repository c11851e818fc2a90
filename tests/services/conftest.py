import pytest

from hotline.people.rules import Level
from tests.callers import line
from tests.district import District, district
from tests.servers import pair

__all__ = ["district", "line", "pair"]


@pytest.fixture
def alone(district: District) -> District:
    """One alert, to one responder; a deputy and a national desk stand by."""
    district.enrol()
    district.enrol(Level.DEPUTY)
    district.enrol(Level.NATIONAL, districts=())
    district.tell(urgency=3)
    return district
