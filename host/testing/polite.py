"""Silver: the plugin costs the CRM little, waits where it is told to, and stops where it is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import structlog

from ..demo import payloads
from .gate import told
from .people import talk
from .played import secrets_of
from .rules import broken, promise, rule
from .trial import events_of
from .under_faults import UnderFaults

if TYPE_CHECKING:
    from ..demo.payloads import Payload
    from .trial import Trial
    from .under_faults import Trials

PATIENCE = 7
"""Seconds that the CRM asks for: more than the host waits by itself after a first failure."""
THROTTLED = 4
"""How often in turn the CRM says that it is asked too often, and not for how long."""
MESSAGE = "This is what I mean, in every detail. " * 2_500
"""About 95,000 characters; Chatwoot takes 150,000."""
SEEN = 20
"""Characters of it by which it is known where it was cut."""
MINUTE = 70.0


class Polite(UnderFaults):
    """Calls are few, counted, and kept back where the CRM asks for it."""

    @rule("silver")
    def test_few_calls(self, trials: Trials) -> None:
        """A new customer takes three calls at most, an activity two; one is enough where the CRM upserts.

        An organization may take two more.
        """
        trial, who = trials.begin(), trials.jane
        most = (1 if self.has_upsert else 3) + (2 if self.has_organizations else 0)
        self._takes(trial, payloads.contact_created(who), "A new customer", most)
        self._takes(trial, payloads.conversation_created(talk(who)), "A conversation that began", 2)
        self._takes(trial, payloads.status_changed(talk(who, resolved=True)), "One that was resolved", 2)

    @rule("silver")
    def test_calls_counted(self, trials: Trials) -> None:
        """Every call goes through context.http, so that the host can count it, and hold it back."""
        trial = trials.begin()
        trial.play(trials.jane)
        counted = [
            f"{call['method']} {call['path']}" for row in trial.bench.deliveries() for call in row["calls"]
        ]
        unseen = list(trial.gate.asked)
        for call in counted:
            if call in unseen:
                unseen.remove(call)
        promise(not unseen, f"{', '.join(unseen)} went past context.http: the host cannot count or stop it.")

    @rule("silver")
    def test_setup_only_looks(self, trials: Trials) -> None:
        """A setup that is to look only changes nothing in the CRM."""
        from ..connect import check

        trial = trials.begin()
        before = trial.crm.persons(), trial.crm.activities()
        check(trial.house, trial.bench.connection.id)
        promise(
            before == (trial.crm.persons(), trial.crm.activities()),
            "setup changed something in the CRM although context.read_only was true.",
        )

    @rule("silver")
    def test_message_over_long(self, trials: Trials) -> None:
        """A message longer than the CRM takes is cut, not refused."""
        trial, who = trials.begin(), trials.jane
        first, second, last = events_of(who)
        last["messages"][0]["content"] = MESSAGE
        for event in (first, second, last):
            trial.bring(event)
            trial.settle(who)
        what = f"A message of {len(MESSAGE)} characters"
        trial.ended_well(what)
        noted = any(MESSAGE[:SEEN] in activity.text for activity in trial.crm.activities())
        promise(noted, f"{what}: not even how it begins is in the CRM. Cut its end off.")

    @pytest.mark.each_call
    @rule("silver")
    def test_throttled_with_hint(self, trials: Trials) -> None:
        """Where the CRM says how long to wait, nothing is sent before that."""
        for trial, which in trials.each_call(told(self.throttled(PATIENCE))):
            when = f"The CRM asked for {PATIENCE} s of rest at {which}"
            who = trials.jane
            for event in events_of(who):
                before = len(trial.gate.asked)
                trial.bring(event)
                if wait := trial.waits(who):
                    promise(wait > PATIENCE - 1, f"{when}, and is asked again after {wait:.0f} s.")
                    promise(len(trial.gate.asked) - before <= 8, f"{when}, and was asked on and on.")
                trial.settle(who)
            trial.is_one_person(who, when)

    @rule("silver")
    def test_throttled_without_hint(self, trials: Trials) -> None:
        """Where the CRM does not say how long, it is asked again after a while, and again."""
        trial, who = trials.begin(), trials.jane
        throttled = told(self.throttled(None))
        trial.gate.set(dict.fromkeys(range(THROTTLED), throttled))
        trial.created(who)
        when = "The CRM was asked too often, and did not say for how long"
        wait = trial.waits(who)
        promise(wait is not None, f"{when}: {_end_of(trial)}, after one attempt.")
        promise((wait or 0) > 0.5, f"{when}, and is asked again at once.")
        trial.settle(who)
        trial.is_one_person(who, when)

    @rule("silver")
    def test_credentials_revoked(self, trials: Trials) -> None:
        """Where the CRM refuses the credentials, the connection pauses, and goes on once they are mended."""
        trial, who = trials.begin(), trials.jane
        when = "The CRM refuses the credentials"
        with trial.secrets_revoked():
            trial.created(who)
            for _ in range(3):
                if trial.bench.connection_state()["state"] == "paused":
                    break
                trial.later(MINUTE)
                trial.bench.work(who["id"])
            else:
                broken(f"{when}, and the connection goes on: {_end_of(trial)}. Raise CredentialsError.")
            state = trial.bench.connection_state()
            promise(state["fix"], f"{when}, and nobody is told what to do: fix=….")
        trial.settle(who)
        trial.is_one_person(who, f"{when}, and then no more")

    @rule("silver")
    def test_nothing_personal_in_logs(self, trials: Trials) -> None:
        """Logs hold neither secrets nor what tells who somebody is."""
        trial, who = trials.begin(), trials.jane
        with structlog.testing.capture_logs() as events:
            trial.gate.set({1: told(self.throttled(None))})
            trial.play(who)
        logged = json.dumps(events, default=str, ensure_ascii=False)
        for word in _personal(trial, who):
            hint = f"{word[:3]}…" if word not in who.values() else word
            promise(word not in logged, f"«{hint}» is in the logs: leave it out of context.log.")

    def _takes(self, trial: Trial, event: Payload, what: str, most: int) -> None:
        trial.gate.set()
        trial.bring(event)
        trial.ended_well(what)
        calls = trial.gate.asked
        promise(len(calls) <= most, f"{what} took {len(calls)} calls instead of {most}: {', '.join(calls)}.")


def _end_of(trial: Trial) -> str:
    last = trial.bench.last()
    return f"the delivery is {last['state']} ({last['reason']})"


def _personal(trial: Trial, who: Payload) -> list[str]:
    """Return what must not be in a log: who it is, and the connection's secrets."""
    plugin = trial.house.plugins[trial.bench.connection.plugin]
    secrets = secrets_of(plugin.info.settings.model_validate(dict(trial.bench.connection.given)))
    return [who["email"], who["phone_number"], who["name"], *secrets]
