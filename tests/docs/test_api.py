"""Whatever a plugin's author can call says what it does."""

import inspect
from collections.abc import Iterator

import crmhost


def undocumented() -> Iterator[str]:
    """Yield each public method and property of the front door's classes that has no docstring."""
    for name in crmhost.__all__:
        thing = getattr(crmhost, name)
        if not inspect.isclass(thing):
            continue
        for attribute, value in vars(thing).items():
            is_called = inspect.isfunction(value) or isinstance(value, property | classmethod | staticmethod)
            if is_called and not attribute.startswith("_") and not inspect.getdoc(getattr(thing, attribute)):
                yield f"{name}.{attribute}"


def test_every_public_method_says_what_it_does() -> None:
    assert list(undocumented()) == []
