"""What the selects of a form offer: screens, flows, lists, numbers, answers and flags that are there. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.engine.check.parts import choices_of, conditions, nodes
from hotline.engine.editing.anatomy import nodes_of
from hotline.engine.flow import Ask, Book, Menu
from hotline.engine.numbers.numbers import Evidence


@dataclass(frozen=True, slots=True)
class FormOffers:
    screens: tuple[str, ...]
    """Of this flow, in its order: what `goes` may be."""
    flows: tuple[str, ...]
    """That a call may open."""
    lists: tuple[str, ...]
    """That a place may be asked out of: `provinces`, `districts.{province}`."""
    numbers: tuple[str, ...]
    """That words in front may name; whether they show is their signature's to say."""
    answers: Mapping[str, tuple[str, ...]]
    """By the name under which one is saved: what it may be; nothing where it is typed or chosen out of a list."""
    flags: tuple[str, ...]
    """On which something depends already."""


def offers(book: Book, flow: object) -> FormOffers:
    """`book` holds the draft, `flow` is its document: a screen that cannot be played yet may be led to."""
    answers: dict[str, dict[str, None]] = {}
    lists = {name: None for name in book.lists if "." not in name}
    flags: dict[str, None] = {}
    for _, _, node in nodes(book):
        if isinstance(node, Menu | Ask) and node.saves is not None:
            values = answers.setdefault(node.saves, {})
            values.update((choice.value, None) for choice in choices_of(node) if choice.value)
        if isinstance(node, Ask) and node.list is not None:
            lists[node.list] = None
        flags.update((one.flag, None) for one in conditions(node) if one.flag is not None)
    signed = (one.digits for one in book.numbers.values() if one.evidence is not Evidence.NEVER)
    return FormOffers(
        screens=tuple(nodes_of(flow)),
        flows=tuple(name for name, one in book.flows.items() if not one.private),
        lists=tuple(lists),
        numbers=tuple(signed),
        answers={name: tuple(values) for name, values in answers.items()},
        flags=tuple(flag for flag in flags if not flag.startswith("number.")),
    )
