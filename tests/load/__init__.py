"""Measures a line beside an endpoint that does nothing, and two commits of it in turns.

    bin/bench                      the working tree: three rounds, the best of each
    bin/bench --against COMMIT     the working tree and COMMIT in turns; ends with 1 where a row is more than 10 % worse
    bin/bench --only hops          one part alone: memory, hops, alerts, nation, mix, report or pages
    bin/bench --json               for a program to read

The measurement knows no module of the line. It starts each checkout by `hotline run`, and talks to it by the hooks, the
console and the gateway's stand-in.

| file | does |
|---|---|
| `rounds` | plays rounds of both sides: homes, lines, parts |
| `parts` | measures one running line, part by part |
| `rows` | the rows, their aims, and how two sides compare |
| `callers` | what callers key |
| `client` | sends hops, and compares every answer |
| `pages` | signs in to the console and looks at its pages |
| `null_endpoint` | does nothing, on a server as the line's own |
| `processes` | what processes hold and spend |

`bin/bench faults`, `restore` and `erasure` are proofs of their own: `tests/chaos`, `tests/drill`, `tests/erasure`.
"""
