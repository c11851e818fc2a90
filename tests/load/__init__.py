"""Compares a hotline with an endpoint that does nothing, and compares two commits of the hotline.

    bin/bench                      the working tree: three rounds, the best of each
    bin/bench --against COMMIT     the working tree and COMMIT in turns; ends with 1 where a row is more than 10 % worse
    bin/bench --only hops          one part alone: memory, hops, alerts, nation, mix, report or pages
    bin/bench --json               for a program to read.

The measurement imports no module of the project. For each of the two commits it starts a hotline with `hotline run`,
from a folder with the code of that commit. The measurement uses the hotline only from outside: through the addresses
that the gateway calls, the console and a simulated gateway.

| file | does |
|---|---|
| `rounds` | plays rounds of both sides: homes, lines, parts |
| `parts` | measures one running line, part by part |
| `rows` | lists the rows and their aims, and compares two sides |
| `callers` | presses keys as callers do |
| `client` | sends hops, and compares every answer |
| `pages` | signs in to the console and looks at its pages |
| `null_endpoint` | does nothing, on the same server as the line |
| `processes` | reads the memory and processor time of processes |

`bin/bench faults`, `restore` and `erasure` are separate programs: see `tests/faults` and `tests/erasure`.
"""
