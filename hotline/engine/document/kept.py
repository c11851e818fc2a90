"""Documents that many share: nobody can change them, and what was made of one is made once. Pure.

They are dicts and lists like others: they compare, print and become JSON alike. A change raises TypeError; a copy is
plain and free.
"""

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")


def _refused(*_args: object, **_changes: object) -> NoReturn:
    raise TypeError("this document is shared: copy what is to be changed")


class KeptObject(dict[str, Any]):
    """An object of a kept document."""

    __slots__ = ("derived",)
    derived: dict[tuple[object, ...], Any]
    """What was made of it, by who makes it: see `derived`."""

    __setitem__ = __delitem__ = __ior__ = _refused
    clear = pop = popitem = setdefault = update = _refused

    def __reduce_ex__(self, _protocol: object) -> tuple[type[dict[str, Any]], tuple[Any, ...]]:
        return dict, (dict(self),)


class KeptArray(list[Any]):
    """A list of a kept document."""

    __slots__ = ()

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refused
    append = clear = extend = insert = pop = remove = reverse = sort = _refused

    def __reduce_ex__(self, _protocol: object) -> tuple[type[list[Any]], tuple[Any, ...]]:
        return list, (list(self),)


def kept(value: Any) -> Any:
    """The same in a form that nobody can change."""
    if isinstance(value, dict):
        return KeptObject({name: kept(one) for name, one in value.items()})
    if isinstance(value, list):
        return KeptArray([kept(one) for one in value])
    return value


def derived(of: Callable[..., T], document: object, *name: str) -> T:
    """What a function of a module makes of a document, and of its name: made once for one that is kept.

    It lives as long as the document does. Nobody may change it.
    """
    if not isinstance(document, KeptObject):
        return of(document, *name)
    try:
        made = document.derived
    except AttributeError:
        made = document.derived = {}
    key = (of, *name)
    if key not in made:
        made[key] = of(document, *name)
    found: T = made[key]
    return found
