"""The processes of the run: started, watched, killed, started again."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from . import entry
from .board import Place, places
from .short import Times

REST = 0.2
"""Seconds before a process is started again that ended by itself."""


class CommandFailed(Exception):
    """A command of crmhost's did not do what it was to do, and said why."""


@dataclass
class Child:
    """One of crmhost's processes, whichever of its lives it is in."""

    name: str
    words: tuple[str, ...]
    place: Place
    ended: Callable[[Child, int], None]
    """Told each time it ends, with its exit status: minus the signal that killed it."""
    process: ForkServerProcess | None = None
    born: asyncio.Event = field(default_factory=asyncio.Event)
    died: asyncio.Event = field(default_factory=asyncio.Event)

    def send(self, sent: signal.Signals) -> bool:
        """Send it a signal; false where it is not alive."""
        if self.process is None or self.process.pid is None or not self.process.is_alive():
            return False
        os.kill(self.process.pid, sent)
        return True

    async def life(self) -> None:
        """Wait until it is alive."""
        await self.born.wait()

    async def death(self, patience: float) -> bool:
        """Wait for its end; false where it lives on."""
        try:
            # Not wait_for: on Python 3.11 it swallows a cancellation that comes as the process dies.
            async with asyncio.timeout(patience):
                await self.died.wait()
        except TimeoutError:
            return False
        return True


class Nursery:
    """Starts crmhost's processes from one that has imported everything."""

    def __init__(
        self, folder: Path, environment: dict[str, str], *, count: int, times: Times, without: str | None
    ) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(entry.PRELOADED))
        *self.places, self._bystander = places(self._context, count + 1)
        self._folder = folder
        self._environment = environment
        self._times = times
        self._without = without
        self._commands = 0
        self.journal: Callable[[str], None] = lambda _line: None

    async def keep(self, child: Child) -> None:
        """Keep a process running, whatever happens to it, until this is cancelled."""
        try:
            while True:
                child.process = self._start(child.words, child.place, child.name)
                child.died.clear()
                child.born.set()
                self.journal(f"born {child.name}")
                status = await self._end_of(child.process)
                child.born.clear()
                child.died.set()
                child.place.clock = 0.0
                child.place.disarm()
                child.ended(child, status)
                if status >= 0:
                    await asyncio.sleep(REST)
        finally:
            await self._stop(child)

    async def run(self, *words: str) -> Any:
        """Run a command to its end; return the document that it printed."""
        self._commands += 1
        name = f"command-{self._commands}-{words[0]}"
        status = await self._end_of(self._start((*words, "--json"), self._bystander, name))
        said = (self._folder / f"{name}.out").read_text()
        if status != 0:
            raise CommandFailed(f"crmhost {words[0]} ended with {status}: {said}")
        return json.loads(said)

    def _start(self, words: tuple[str, ...], place: Place, name: str) -> ForkServerProcess:
        output = self._folder / f"{name}.out"
        orders = entry.Orders(
            words, self._environment, place, self._folder, output, self._times, self._without
        )
        process = self._context.Process(target=entry.obey, args=(orders,), name=name, daemon=True)
        process.start()
        return process

    async def _stop(self, child: Child) -> None:
        """End it in order, or, where it does not, at once."""
        if not child.send(signal.SIGTERM) or child.process is None:
            return
        child.send(signal.SIGCONT)
        ending = asyncio.ensure_future(self._end_of(child.process))
        done, _ = await asyncio.wait([ending], timeout=15)
        if not done:
            child.process.kill()
            await ending

    @staticmethod
    async def _end_of(process: ForkServerProcess) -> int:
        """Wait for a process; return its exit status."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(process.sentinel)
        process.join()
        return process.exitcode or 0
