"""Puts a mutated module into the place of the one that everybody has imported already."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any


def transplant(module: ModuleType, source: str) -> None:
    """From now on every function of `module`, wherever it was imported to, does what `source` says.

    Functions keep their identity and their globals: only their code changes. Sets and tables of the module are
    exchanged in every module that has them. There is no way back: for a process that ends soon.
    """
    assert module.__file__ is not None
    new: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(source, module.__file__, "exec"), new)  # it is our own source, less one rule
    old = vars(module)
    for name, function in _functions(old, module.__name__):
        function.__code__ = dict(_functions(new, module.__name__))[name].__code__
    for name, value in list(old.items()):
        if isinstance(value, frozenset) and name in new:
            _exchange(value, name, new[name])
        elif isinstance(value, dict) and name.isupper() and name in new:
            value.clear()
            value.update({key: _same_functions(item, old) for key, item in new[name].items()})


def _functions(names: dict[str, Any], module: str) -> Iterator[tuple[str, FunctionType]]:
    """The functions and methods that were defined in `module`; caches around them are emptied."""
    for name, value in names.items():
        if hasattr(value, "cache_clear"):
            value.cache_clear()
        bare = inspect.unwrap(value) if callable(value) else value
        if isinstance(bare, FunctionType) and bare.__module__ == module:
            yield name, bare
        elif inspect.isclass(bare) and bare.__module__ == module:
            for method, attribute in vars(bare).items():
                found = attribute.fget if isinstance(attribute, property) else attribute
                if isinstance(found, FunctionType) and found.__module__ == module:
                    yield f"{name}.{method}", found


def _exchange(old: object, name: str, new: object) -> None:
    for module in list(sys.modules.values()):
        if vars(module).get(name) is old:
            setattr(module, name, new)


def _same_functions(value: Any, names: dict[str, Any]) -> Any:
    """The same table entry, with the functions that everybody has already."""
    if isinstance(value, tuple):
        return tuple(names[one.__name__] if isinstance(one, FunctionType) else one for one in value)
    return value
