"""The errors of crmhost, each named for what the host does next.

* CRMHostError
  + SettingsError        a person must change a setting; nothing is retried
  + DeliveryRefused      the delivery is not authentic or not readable; answered 4xx
  + PluginError
    - TryAgain           the CRM is busy or away; retried, after ``.delay`` seconds if given
      . NotYet           the budget is used up; the connection waits, and that is no failed attempt
        - Claimed        another lane has the same customer; this one waits
      . SetUpAgain       what setup found no longer holds; it looks again, and the host goes on
    - Rejected           the CRM said no to this record; kept for a person to see
    - CredentialsError   the CRM refuses us; the connection pauses, it is not hammered

An error's text is one sentence: which thing, what was found. ``fix`` says what to do about it.
Neither ever holds a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import ReportLine


class CRMHostError(Exception):
    """Anything crmhost says no to; ``str()`` is the sentence, ``fix`` what to do."""

    kind = "error"
    report: tuple[ReportLine, ...] = ()
    """Of a setup: what was looked at until then, this among it (see ``Checklist``)."""

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


class SettingsError(CRMHostError):
    """A person must change a setting; nothing is retried."""

    kind = "settings"


class DeliveryRefused(CRMHostError):
    """A webhook that is not authentic or not readable; answered with ``status`` and ``reason``.

    ``reason`` is one of a few fixed words (``bad_signature``, ``not_json`` …) that status counts by.
    """

    kind = "refused"

    def __init__(self, reason: str, message: str, *, status: int = 400, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.reason = reason
        self.status = status


class PluginError(CRMHostError):
    """The CRM, or the plugin on its behalf, could not do what was asked.

    ``unsure`` is true where the CRM may have written although it did not say so (a time-out after
    the request was sent, a 500): what was being created must be looked for before it is tried again.
    """

    kind = "plugin"

    def __init__(self, message: str, *, fix: str = "", unsure: bool = False) -> None:
        super().__init__(message, fix=fix)
        self.unsure = unsure


def leaves_open(error: BaseException) -> bool:
    """Whether a write may have been carried out: the error says so, or one that it was raised on account of.

    ``raise … from None`` says that the other one is settled.
    """
    passed: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in passed:
        if isinstance(one, PluginError) and one.unsure:
            return True
        passed.add(id(one))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return False


class TryAgain(PluginError):
    """The CRM is busy or away; the delivery is tried again, after ``delay`` seconds if given.

    Where the failure may as well be the record's own fault, ``at_most`` says how often in a row it must
    fail so (for the same reason but for numbers; at most 11 times) to be taken for a refusal.
    """

    kind = "try_again"

    def __init__(
        self,
        message: str,
        *,
        delay: float | None = None,
        at_most: int | None = None,
        fix: str = "",
        unsure: bool = False,
    ) -> None:
        super().__init__(message, fix=fix, unsure=unsure)
        self.delay = delay
        self.at_most = at_most


class NotYet(TryAgain):
    """The budget is used up: the connection's deliveries wait ``delay`` seconds, and that is no attempt."""

    kind = "not_yet"

    def __init__(
        self,
        message: str,
        *,
        delay: float | None = None,
        at_most: int | None = None,
        fix: str = "It goes on by itself.",
        unsure: bool = False,
    ) -> None:
        super().__init__(message, delay=delay, at_most=at_most, fix=fix, unsure=unsure)


class Claimed(NotYet):
    """Another lane is just finding or making the same customer: this one waits a moment."""

    kind = "claimed"


class SetUpAgain(TryAgain):
    """What setup found no longer holds: the host calls ``setup`` again, keeps what it finds, and goes on.

    Where setup has just run, this is a plain TryAgain.
    """

    kind = "set_up_again"


class Rejected(PluginError):
    """The CRM said no to this record; the delivery is set aside as dead for a person to see."""

    kind = "rejected"


class CredentialsError(PluginError):
    """The CRM refuses our credentials; the connection pauses until they are right again."""

    kind = "credentials"
