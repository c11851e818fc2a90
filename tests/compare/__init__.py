"""Runs the same stories on two checkouts of the project and prints the differences.

    bin/test --compare COMMIT                  300 stories: the working tree against COMMIT.
    bin/test --compare COMMIT --only 3         the stories of world 3 alone.
    bin/test --compare COMMIT --json           for a program to read.

A story is a simulated series of calls, SMS and actions of responders. The stories use no module of the project, because
both checkouts must understand them. They use only commands that stay the same (`init`, `run`, `people import`, ...),
and the gateway's addresses and form fields. A simulated gateway on this machine speaks the provider's HTTP protocol.

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

The hotline reads its time from a file (`HOTLINE_CLOCK`). The comparison stops this clock at a new time before each
step. So new rows have the minute of the step, even if the step takes long. References, receipts and codes are random,
so a transcript replaces them with REF1, DIGITS and CERTIFICATE. The comparison prints a difference only if all runs of
one checkout differ from all runs of the other checkout.
"""
