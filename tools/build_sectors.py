"""Rebuild `hotline/domain/places/sectors.txt`: Rwanda's 30 districts and 416 sectors with their NISR codes.

    pip install rwanda-admin==1.4.1 rwanda-geo-data==1.1.0     (in an environment of its own)
    python tools/build_sectors.py > hotline/domain/places/sectors.txt

rwanda-admin (data CC BY 4.0, from the NISR village list) has the codes, but some of its names are damaged;
rwanda-geo-data (MIT) has clean names, but no codes. They are joined on the villages that a sector holds, so that a
sector is found even where its own name is spelt in two ways. Below sectors this join is not to be trusted.

A NISR code is province (1 digit), district (2), sector (4), each a prefix of the next. ISO 3166-2 orders provinces
otherwise: never mix the two.
"""

import re
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterator

import rwanda_admin
import rwanda_geo_data

OFFICIAL_SPELLING = {"Mageregere": "Mageragere"}


def letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def coded_villages() -> Iterator[tuple[int, str, str]]:
    """Village code, its district's name and its own, without the Roman numeral some carry."""
    for province in rwanda_admin.get_provinces():
        for district in province["districts"]:
            for sector in district["sectors"]:
                for cell in sector["cells"]:
                    for village in cell["villages"]:
                        code = int(village["id"].split("-")[1])
                        name = re.sub(r"^(Rwezamenyo )?(I|Ii)\s+", "", village["name"])
                        yield code, district["name"], letters(name)


def named_sectors() -> dict[int, tuple[str, str]]:
    """District's and sector's name by sector code: the coded sector that shares most villages with the named one."""
    district_codes: dict[str, int] = {}
    villages_of: dict[int, set[str]] = defaultdict(set)
    for code, district, village in coded_villages():
        district_codes[letters(district)] = code // 10**6
        villages_of[code // 10**4].add(village)

    found: dict[int, tuple[str, str]] = {}
    for by_district in rwanda_geo_data.DATA.values():
        for district, by_sector in by_district.items():
            inside = [c for c in villages_of if c // 100 == district_codes[letters(district)]]
            for sector, cells in by_sector.items():
                here = {letters(village) for cell in cells.values() for village in cell}
                best = max(
                    inside, key=lambda c: len(villages_of[c] & here) / len(villages_of[c] | here)
                )
                if best in found:
                    raise SystemExit(f"{sector} and {found[best][1]} both claim {best}")
                found[best] = (district, OFFICIAL_SPELLING.get(sector, sector))
    return found


def table(found: dict[int, tuple[str, str]]) -> str:
    by_district: dict[int, list[str]] = defaultdict(list)
    names: dict[int, str] = {}
    for code in sorted(found):
        names[code // 100], sector = found[code]
        by_district[code // 100].append(sector)
        if code % 100 != len(by_district[code // 100]):
            raise SystemExit(f"a gap before {code}: the compact form counts sectors from 01")
    if len(found) != 416 or len(names) != 30:
        raise SystemExit(f"{len(found)} sectors in {len(names)} districts")

    lines = (
        textwrap.fill(f"{code} {name}: {' '.join(by_district[code])}", 100, subsequent_indent="   ")
        for code, name in names.items()
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table(named_sectors()))
