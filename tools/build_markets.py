"""Rebuild `hotline/domain/places/markets.txt`: names of markets and the district of each, as WFP lists them.

    pip install rwanda-admin==1.4.1     (in an environment of its own)
    PYTHONPATH=. python tools/build_markets.py wfp_markets_rwa.csv > hotline/domain/places/markets.txt

The CSV is "Rwanda - Food Prices", its markets, of the World Food Programme on the Humanitarian Data Exchange (licence
CC BY-IGO). The columns `market` and `admin2` are read: the district is WFP's own. rwanda-admin (data CC BY 4.0, from
the NISR village list) says which cells and villages bear a market's name. A name is left out where

- a district, a sector or a camp has it: that is found already. Where a sector of another district has it, the market is
  offered beside that sector if a cell of its own district bears the name;
- a country is called by it, or its district is no district of Rwanda;
- cells or villages of other districts bear it and none of its own does, or more than MOST_DISTRICTS do.

A name that no other district's cell, village or market bears, and that its own district's bears, gets a `*`: an SMS
that names it is believed.
"""

import csv
import re
import sys
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import rwanda_admin

from hotline.domain.places.place_names import spelling
from hotline.domain.places.places import SAID, camps, district_named, districts, sectors

MOST_DISTRICTS = 9


def plain(name: str) -> str:
    """Returns a name without what stands in brackets and without the Roman numeral that some carry."""
    short = re.sub(r"\s*\(.*\)|\s+Center$", "", name).replace(" - ", " ").replace("_", " ")
    return re.sub(r"\s+(I{1,3}|IV|V)$|^(I{1,3}|Ii)\s+", "", short).strip()


def listed(path: str) -> Iterator[tuple[str, str]]:
    """Yields each market's name and its district's code."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = district_named(row["admin2"])
            if code is not None and "(Camp)" not in row["market"]:
                yield plain(row["market"]), code


def borne() -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
    """Returns the districts whose cells, and whose cells and villages, bear each name."""
    cells: dict[str, set[str]] = defaultdict(set)
    found: dict[str, set[str]] = defaultdict(set)
    for province in rwanda_admin.get_provinces():
        for district in province["districts"]:
            code = district_named(district["name"]) or ""
            for sector in district["sectors"]:
                for cell in sector["cells"]:
                    cells[spelling(plain(cell["name"]))].add(code)
                    for name in (cell["name"], *(one["name"] for one in cell["villages"])):
                        found[spelling(plain(name))].add(code)
    return cells, found


def known_in() -> Mapping[str, set[str]]:
    """Returns the districts in which a district, sector or camp bears each name."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in districts():
        for area in (one, *camps(one.code), *sectors(one.code)):
            found[spelling(area.name)].add(one.code)
    return found


def kept(path: str) -> Iterator[tuple[str, str]]:
    """Yields a district's code and a market's name, with its mark."""
    rows, (cells, bearing), known = list(dict.fromkeys(listed(path))), borne(), known_in()
    marketed: dict[str, set[str]] = defaultdict(set)
    for name, code in rows:
        marketed[spelling(name)].add(code)
    abroad = {spelling(word) for words in SAID.values() for word in words.split()}
    for name, code in rows:
        sound = spelling(name)
        others = (bearing[sound] | marketed[sound]) - {code}
        if any(spelling(word) in abroad for word in name.split()):
            continue
        if sound in known:
            if code not in known[sound] and code in cells[sound]:
                yield code, name
        elif not others or (code in bearing[sound] and len(bearing[sound]) <= MOST_DISTRICTS):
            yield code, f"{name}{'*' if not others and code in bearing[sound] else ''}"


def main(path: str) -> None:
    """Prints the table."""
    by_district: dict[str, list[str]] = defaultdict(list)
    for code, name in kept(path):
        by_district[code].append(name)
    body = "\n".join(
        textwrap.fill(f"{code} {', '.join(sorted(names))}", 118, subsequent_indent="   ")
        for code, names in sorted(by_district.items())
    )
    sys.stdout.write(f"{body}\n")


if __name__ == "__main__":
    main(sys.argv[1])
