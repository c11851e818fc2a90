"""Flow files as text: YAML in which every plain scalar is a string, and back. Pure.

YAML 1.1 reads `yes`, `no` and `on` as booleans and `08` as a number; in a flow these are answers. Only `true`, `false`
and nothing at all keep their meaning. A key that stands twice is a fault, since the first would be lost in silence.
"""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from hotline.errors import FlowInvalid

_KINDS = ("null", "bool", "str", "seq", "map")


class _Loader(yaml.CSafeLoader):
    """CSafeLoader with resolvers of its own: see the module."""

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
                raise FlowInvalid([f"line {key.start_mark.line + 1}: {key.value} stands twice"])
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """SafeDumper that also writes what is a kind of object or list: a document that somebody shares."""


_Dumper.add_multi_representer(dict, yaml.SafeDumper.represent_dict)
_Dumper.add_multi_representer(list, yaml.SafeDumper.represent_list)


def parse(text: str) -> Any:
    """The document in a YAML text. Raises FlowInvalid with the line."""
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
    """A YAML text that `parse` reads back to the same document."""
    return yaml.dump(dict(document), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
