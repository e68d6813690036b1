"""Whether Krayin still is what setup found: an answer that says otherwise is used, and then remembered.

An update of Krayin changes what may be sent to it. The answer at hand may name a record that was just
made, so it is the next delivery that is held up, before it has sent anything.
"""

from __future__ import annotations

from crmhost import Answer, SetUpAgain

from ..settings import Facts
from .errors import body_of, is_bare


class Doubts:
    """What setup found that an answer has contradicted, and how."""

    def __init__(self) -> None:
        self._doubted: tuple[Facts, str] | None = None

    def note(self, method: str, answer: Answer, facts: Facts) -> None:
        """Compare an answer with what setup found."""
        if why := _contradiction(method, answer, facts):
            self._doubted = facts, why

    def heed(self, facts: Facts) -> None:
        """Ask for a new setup where these facts were contradicted; once, the next answer may do so again."""
        doubted = self._doubted
        if doubted is not None and doubted[0] == facts:
            self._doubted = None
            raise SetUpAgain(
                f"Krayin is not what it was: {doubted[1]}.", fix="It is looked at anew by itself."
            )


def _contradiction(method: str, answer: Answer, facts: Facts) -> str:
    """Return what an answer says against the facts; "" where it says nothing.

    Only an answer with data surely comes from past Krayin's own throttle. (On 2.2 deleting a person
    has a limit of its own.)
    """
    if method == "GET" and answer.status == 422 and facts.rest == "2.1.1":
        return "it checks the filters of a list"
    if answer.status != 200 or method == "DELETE":
        return ""
    if facts.limit is None:
        return "" if is_bare(answer) else "it limits requests"
    return "it no longer limits requests" if is_bare(answer) and "data" in body_of(answer) else ""
