"""Plays the same stories on two checkouts of the line and prints where they differ.

    bin/test --compare COMMIT                  300 stories: the working tree against COMMIT.
    bin/test --compare COMMIT --only 3         the stories of world 3 alone.
    bin/test --compare COMMIT --json           for a program to read.

The stories know no module of the line. They drive commands that stay (`init`, `run`, `people import`, ...), and the
hooks' addresses with the gateway's form fields. A simulated gateway speaks the vendor's HTTP on loopback.

| file | does |
|---|---|
| `checkouts` | lays out the working tree and the commit |
| `people` | prepares one home for each checkout: people, codes, PINs |
| `flow_map` | reads the flow files as a graph, and recognises screens |
| `draw` | draws the stories by a seed |
| `tales` | the subjects of the stories |
| `hand` | plays one phone |
| `line`, `gateway` | one running line on a clock that is set, and its simulated gateway |
| `world`, `play` | plays many stories on one line, in lockstep |
| `transcript` | the events of one story, without random values |
| `comparison` | plays each world on both, and plays worlds that differ again |

Time: the line reads its clock's offset from a file (`HOTLINE_CLOCK`). Before each step the clock is set, so what comes
carries that step's minute. References, receipts and codes are random: a transcript calls them REF1, DIGITS,
CERTIFICATE.
A difference is printed only if it occurs in every play of both sides.
"""
