import pytest

from hotline.people.rules import Level
from tests.callers import line
from tests.district import District, district
from tests.servers import pair

__all__ = ["district", "line", "pair"]


@pytest.fixture
def alone(district: District) -> District:
    """Alerts one responder of a tip; a deputy and a national desk exist too."""
    district.enrol()
    district.enrol(Level.DEPUTY)
    district.enrol(Level.NATIONAL, districts=())
    district.tell(urgency=3)
    return district
