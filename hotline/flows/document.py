"""Reads, writes and compiles the document of a revision. Editors write it as YAML. The database stores it as JSON.

A revision is `{"flows": {name: flow}, "entries": {"90": "responders"}, "numbers": [row of numbers.csv]}`. It may also
have `"entry_names": {"11": "poster"}` and `"phrases": {"rw": {"TAKEN": text of a phrase}}`. This is a flow:

    flow: report                    name of the flow and of its file
    title: {rw: .., fr: .., en: ..}               shown to colleagues in place of the name, as is `description`
    review: {rw: draft, fr: draft, en: draft}     state of all its texts; a node may have its own `review`
    gathers: tip                    kind of report: entering begins a report attempt, digits dialled ahead never enter
    private: true                   opened only by its own short code, or called by another private flow
    start: danger
    nodes:
      danger:                       a node is exactly one of say, menu, ask, branch, call, finish
        menu:
          text: {rw: .., fr: .., en: ..}
          saves: danger             name of the answer; without it a choice only leads on
          goes: official            for choices that have no `goes` of their own
          topic: x                  counted as read when the node is shown
          completes: tip            reaching the node completes the report
          note: {rw: .., fr: .., en: ..}       a line under the choices
          languages: true           offers the other languages on one line, on the highest keys
          lead: [{when: {answer: danger, is: yes}, text: {..}}]      conditional text in front of the text
                [{number: 112, text: {..}}]      text with a phone number: it shows while the number is verified
          choices:
            - {label: {..}, value: yes, goes: node, key: 5, when: {flag: reporting}}   without `value` nothing is saved
        title: {rw: .., fr: .., en: ..}      next to `menu`: shown to colleagues in place of the node's name
        reason: ..                  next to `menu`: reason for over 10 lines of 16 letters, or for words the check finds
      a: {say: {text: .., goes: b, topic: .., completes: .., lead: ..}}        `9` leads on; without `goes`, only back
      w: {ask: {kind: words, text: .., saves: landmark, goes: last, skip: {..}}}     words or number; `0` skips
      n: {ask: {kind: pin, text: .., saves: pin, goes: next, weak: again}}     four digits, passed on but never saved;
                                    an easy PIN (equal digits, a row, a year) goes to `weak` and is not passed on;
                                    `digits: 6` asks for six, `digits: 8` for eight
      p: {ask: {kind: place, text: .., saves: district, goes: n, list: "districts.{province}", choices: [..]}}
                                    a choice with `every_page: true` is on each page of the list: "not sure"
                                    `one: {en: "{found}?"}` asks about a list's only place; `none: {..}` is for no place
      b: {branch: [{when: {answer: danger, is: [yes, unsure]}, goes: x}, {goes: y}]}
      c: {call: {flow: learn, goes: after}}          without `goes` this flow ends when that one does
      f: {finish: {text: ..}}                        the last screen; `finish: {}` returns to the calling flow

A condition is `{answer: NAME, is: VALUE or [VALUES]}`, `{flag: NAME}` or `{not: condition}`. Without `is`, the
condition holds if the question was answered. The name of a flag may contain an answer (`quicker.{case}`). The choices
on each page are numbered from 1 to 8. A choice with a `key` always has that digit. The code that calls `compile`
provides some lists ("provinces", "districts.1"). Other lists come with the facts of a session.

These are the placeholders: `{receipt}` is the receipt of the session's report, `{certificate}` is the code of a
certificate. After a responder keys the work PIN, `{open}` and `{urgent}` are numbers of cases. `{ref}`, `{place}`,
`{time}` and `{page}` describe the chosen case. `flow.py` lists all placeholders. Text may contain no other braces.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hotline.core.documents import Document
from hotline.errors import FlowInvalid
from hotline.flows.conversation import Option
from hotline.flows.flow import FlowSet
from hotline.flows.models import MESSAGE_KEY, RevisionModel, broken_references, flow_of
from hotline.text.phrases import MessageText, message_text

Lists = Mapping[str, tuple[Option, ...]]


OF_PYDANTIC: Mapping[str, MessageText] = {
    "missing": message_text("this field is empty: enter a value"),
    "extra_forbidden": message_text("this field does not belong in this part of the flow"),
    "string_pattern_mismatch": message_text("these letters are not allowed here"),
    "string_too_long": message_text("enter {max_length} letters or fewer"),
    "string_too_short": message_text("this field is empty: enter a value"),
    "string_type": message_text("enter a text"),
    "dict_type": message_text("enter a text for each language, or a list of fields"),
    "list_type": message_text("enter a list of values"),
    "bool_type": message_text("enter yes or no"),
    "model_type": message_text("this part has no fields"),
    "literal_error": message_text("choose one of the listed values"),
    "enum": message_text("choose one of the listed values"),
}
"""Our message for each kind of fault that pydantic finds. Pydantic's own messages are for programmers."""
TOO_SHORT: Mapping[str, MessageText] = {
    "Dictionary": message_text("enter the text in at least one language"),
    "List": message_text("add at least one entry"),
}
"""Messages for empty lists and mappings, by pydantic's name for the type."""
UNFIT = message_text("this value does not fit here: choose another")


class ShapeFault(NamedTuple):
    path: tuple[str, ...]
    kind: str
    """The kind of fault, as pydantic names it, such as `missing` or `value_error`."""
    message: MessageText

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: {self.message}"


def shape_faults(invalid: ValidationError) -> Iterator[ShapeFault]:
    for fault in invalid.errors(include_url=False, include_input=False):
        path = tuple(str(step) for step in fault["loc"])
        yield ShapeFault(path, fault["type"], _says(fault))


def _says(fault: ErrorDetails) -> MessageText:
    context = fault.get("ctx", {})
    own = context.get(MESSAGE_KEY)
    if isinstance(own, MessageText):
        return own
    if fault["type"] == "too_short":
        return TOO_SHORT.get(str(context.get("field_type")), UNFIT)
    known = OF_PYDANTIC.get(fault["type"], UNFIT)
    return MessageText(known.template, tuple((name, str(value)) for name, value in context.items()))


def read(document: Document) -> RevisionModel:
    """Returns the document as a validated model. Raises FlowInvalid with every fault and its path."""
    found = parse_shape(document)
    if isinstance(found, RevisionModel):
        return found
    raise FlowInvalid([str(fault) for fault in found])


def parse_shape(document: Document) -> RevisionModel | tuple[ShapeFault, ...]:
    """Returns the document as a validated model, or every fault of its structure."""
    try:
        return RevisionModel.model_validate(document)
    except ValidationError as invalid:
        return tuple(shape_faults(invalid))


def bind_lists(revision: RevisionModel, lists: Lists) -> FlowSet:
    """Returns the flow set of a revision with a correct structure, so that the check can read it. The revision may
    contain broken references."""
    flows = {
        name: flow_of(name, model.start, model.nodes, model.gathers, private=model.private)
        for name, model in revision.flows.items()
    }
    numbers = {row.number: row.compile() for row in revision.numbers}
    return FlowSet(
        flows=flows,
        lists=lists,
        entries=revision.entries,
        numbers=numbers,
        phrases=revision.phrases,
    )


def compile(document: Document, lists: Lists) -> FlowSet:
    """Compiles a document to a flow set that callers can use.

    Raises FlowInvalid with every fault of the structure, or with every broken reference.
    """
    made = bind_lists(read(document), lists)
    broken = [f"{fault.flow}.{fault.node}: {fault.message}" for fault in broken_references(made)]
    if broken:
        raise FlowInvalid([*dict.fromkeys(broken)])
    return made


_KINDS = ("null", "bool", "str", "seq", "map")


class _Loader(yaml.CSafeLoader):
    """A YAML loader that converts only `true`, `false` and empty values. It reads all other values as text.

    It refuses a document in which a key occurs twice.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012
        "t": [("tag:yaml.org,2002:bool", re.compile("^true$"))],
        "f": [("tag:yaml.org,2002:bool", re.compile("^false$"))],
        "": [("tag:yaml.org,2002:null", re.compile("^$"))],
    }

    yaml_constructors = {  # noqa: RUF012
        tag: yaml.SafeLoader.yaml_constructors[tag]
        for tag in (None, *(f"tag:yaml.org,2002:{kind}" for kind in _KINDS))
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise FlowInvalid([f"line {key.start_mark.line + 1}: {key.value} is there twice"])
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """A YAML dumper that also accepts subclasses of dict and list, such as shared documents."""


_Dumper.add_multi_representer(dict, yaml.SafeDumper.represent_dict)
_Dumper.add_multi_representer(list, yaml.SafeDumper.represent_list)


def parse(text: str) -> Any:
    """Returns the document in a YAML text. Raises FlowInvalid with the line number."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 0
        raise FlowInvalid([f"line {line}: {broken.problem}"]) from None
    except yaml.YAMLError as broken:
        raise FlowInvalid([f"not YAML: {broken}"]) from None
    except (KeyError, RecursionError) as broken:
        raise FlowInvalid([f"not a flow file: {type(broken).__name__}"]) from None


def dump(document: Mapping[str, Any]) -> str:
    """Returns the document as YAML text that `parse` reads back."""
    return yaml.dump(dict(document), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
