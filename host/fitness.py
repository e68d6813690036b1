"""Whether a plugin can be used: what it implements, how, and for which hooks it was written.

Each thing that is wrong is a sentence about the plugin («its …»), with what to do.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from . import hookspecs
from .errors import CRMHostError
from .models import PluginInfo

HOOKS: Mapping[str, tuple[str, ...]] = {
    name: tuple(inspect.signature(hook).parameters)
    for name, hook in vars(hookspecs).items()
    if hasattr(hook, "crmhost_spec")
}
"""The arguments of each hook that there is."""
NEEDED = ("info", "setup", "handle_contact")
MARK = "Mark it, @crmhost.hookimpl above its def, or call it otherwise."


class Unfit(CRMHostError):
    """A plugin that cannot be used as it is."""


def check(module: object) -> PluginInfo:
    """Return what the plugin says of itself; Unfit where it cannot be used.

    For which hooks it was written comes first: all else may differ between versions of them.
    """
    implemented = dict(_implemented(module))
    _check_marked(module, implemented)
    if "info" not in implemented:
        raise Unfit("it does not implement the hook info", fix="See docs/hooks.md, and Krayin's plugin.")
    info = _info(implemented["info"])
    for name, hook in implemented.items():
        if name in HOOKS or not hook.crmhost_impl["optionalhook"]:  # type: ignore[attr-defined]
            _check_hook(name, hook)
    for name in NEEDED:
        if name not in implemented:
            raise Unfit(f"it does not implement the hook {name}", fix="Without it nothing can be done.")
    return info


def _implemented(module: object) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield what is marked as the implementation of a hook, by the hook's name."""
    for name in dir(module):
        hook: Any = getattr(module, name, None)
        if mark := getattr(hook, "crmhost_impl", None):
            yield mark.get("specname") or name, hook


def _check_marked(module: object, implemented: Iterable[str]) -> None:
    for name in HOOKS:
        found = getattr(module, name, None)
        if name not in implemented and inspect.isroutine(found) and not hasattr(found, "crmhost_spec"):
            raise Unfit(f"its {name} is not marked as a hook", fix=MARK)


def _info(info: Callable[..., Any]) -> PluginInfo:
    try:
        said = info()
    except TypeError as error:
        fix = "It was probably written for another crmhost: upgrade crmhost, or the plugin."
        raise Unfit(f"its hook info failed: {error}", fix=fix) from error
    if not isinstance(said, PluginInfo):
        raise Unfit(
            f"its hook info returned {_kind(said)}, not a PluginInfo", fix="return crmhost.PluginInfo(…)"
        )
    if said.hook_api != hookspecs.HOOK_API:
        newer = said.hook_api > hookspecs.HOOK_API
        what = "crmhost" if newer else "the plugin"
        raise Unfit(
            f"it was written for hook API {said.hook_api}, and this crmhost has {hookspecs.HOOK_API}",
            fix=f"Upgrade {what}.",
        )
    return said


def _check_hook(name: str, hook: Callable[..., Any]) -> None:
    if name not in HOOKS:
        meant = _alike(name, HOOKS) or f"there are {', '.join(HOOKS)}"
        raise Unfit(f"its {name} is no hook of crmhost's: {meant}", fix="Rename it, or remove the mark.")
    for argument, of in inspect.signature(hook).parameters.items():
        if of.kind in {of.VAR_POSITIONAL, of.VAR_KEYWORD}:
            raise Unfit(f"its {name} takes *{argument}", fix=f"Name what it needs: {_signature(name)}.")
        if argument not in HOOKS[name] and of.default is of.empty:
            meant = _alike(argument, HOOKS[name]) or f"it is offered {_signature(name)}"
            raise Unfit(f"its {name} takes {argument}, which is not offered: {meant}", fix="Rename it.")


def _alike(name: str, known: Iterable[str]) -> str:
    """Return which of them was probably meant, as a clause; "" where none is alike."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f"{close[0]} was probably meant" if close else ""


def _signature(name: str) -> str:
    return f"{name}({', '.join(HOOKS[name])})"


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
