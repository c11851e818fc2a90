"""What a form of a screen says, put into the flow that the form was made of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hotline.engine.editing.anatomy import Document, nodes_of, texts_in
from hotline.engine.editing.forms.fields import FieldFault
from hotline.engine.editing.forms.reading import FieldRefused, read_form, shown
from hotline.engine.editing.operations.screens import NewScreen, added, led_to_flow, name_of
from hotline.engine.editing.preview import Arrow
from hotline.text.languages import CODES
from hotline.web.console.form import PostedForm

NEW_SCREEN = "new:"
"""What a select says for a screen that is made by the save."""
OTHER_FLOW = "flow:"
"""Stands there in front of the name of another flow."""
MORE_WAYS = "more:"
"""What a short select says that offers the rest in the next page: without the script, which fills it at once."""


@dataclass(frozen=True, slots=True)
class TypedScreen:
    flow: dict[str, Any]
    """Whole, with what was typed."""
    before: Document
    """The screen that the form was made of."""
    node: Document
    """The screen with what was typed."""
    refused: Sequence[FieldRefused]
    as_typed: Mapping[str, str]
    """Fields that go back to the page as they came, since the screen does not hold them so."""

    @property
    def languages(self) -> list[str]:
        """In which words changed."""
        old, new = _words(self.before), _words(self.node)
        keys = old.keys() | new.keys()
        changed = {code for way, code in keys if old.get((way, code)) != new.get((way, code))}
        return [code for code in CODES if code in changed]


def typed_screen(
    flow: Document,
    name: str,
    form: PostedForm,
    *,
    flows: Collection[str] = (),
    locked: Collection[str] = (),
) -> TypedScreen:
    """`flows`: those that may be led to. Raises KeyError where the flow has no such screen."""
    before = nodes_of(flow)[name]
    fields = dict(form.fields)
    ways = {field: typed for field, typed in fields.items() if _is_way(field, typed)}
    read = read_form(
        before, {field: said for field, said in fields.items() if field not in ways}, locked=locked
    )
    whole = with_node(flow, name, read.node)
    refused = [*read.refused]
    for field, typed in ways.items():
        if typed == NEW_SCREEN:
            whole = _led_to_new(whole, Arrow(name, field, shown(read.node, field)))
        elif (called := typed.removeprefix(OTHER_FLOW)) in flows:
            whole = led_to_flow(whole, Arrow(name, field, ""), called)
        elif typed == MORE_WAYS:
            refused.append(FieldRefused(field, FieldFault.WAY, shown(read.node, field)))
        else:
            refused.append(FieldRefused(field, FieldFault.CHOICE, typed))
    as_typed = ways | {one.name: one.typed for one in refused}
    return TypedScreen(whole, before, nodes_of(whole)[name], refused, as_typed)


def with_node(flow: Document, name: str, node: Document) -> dict[str, Any]:
    return {**flow, "nodes": {**flow["nodes"], name: node}}


def _is_way(field: str, typed: str) -> bool:
    is_arrow = field.rpartition(".")[2] in ("goes", "weak")
    return is_arrow and (typed in (NEW_SCREEN, MORE_WAYS) or typed.startswith(OTHER_FLOW))


def _led_to_new(flow: dict[str, Any], arrow: Arrow) -> dict[str, Any]:
    """A new screen is called after the choice that leads to it, and leads on to where that one led."""
    label = arrow.field.removesuffix(".goes")
    node = nodes_of(flow)[arrow.node]
    english = shown(node, f"{label}.en") if label.startswith("choices.") else ""
    name = name_of(english, nodes_of(flow))
    return added(flow, NewScreen(name, "say", after=arrow.node, led_from=arrow))


def _words(node: Document) -> Mapping[tuple[tuple[str, ...], str], str]:
    return {
        (text.steps, code): words for text in texts_in(node) for code, words in text.words.items()
    }
