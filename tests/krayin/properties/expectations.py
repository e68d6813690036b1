"""What Krayin must hold, told from who said what and in which order, and from nothing else.

Not a copy of the plugin's rules: it knows promises only. What the sales team typed stays. What nobody
but Chatwoot touched is what Chatwoot said last. Lists grow. Where a promise leaves more than one
answer open, each of them is accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Text:
    """A plain field: what Chatwoot said last, and what the sales team typed last, which weighs more."""

    told: str | None = None
    typed: str | None = None
    open: set[str | None] = field(default_factory=set)
    """What may be there as well, where no promise decides."""
    everything: set[str] = field(default_factory=set)
    """All that was ever written, one may assume."""

    def tell(self, value: str | None, *, decided: bool = True) -> None:
        """Chatwoot says something; nothing is nothing to bring."""
        if not value or value == self.told:
            return
        if not decided or self.open:
            self.open |= {self.told, value}
        elif self.typed == "":
            self.open.add(value)  # emptied by the sales team, then new in Chatwoot
        if self.typed is None:
            self.everything.add(value)
        self.told = value

    def type(self, value: str) -> None:
        """The sales team says something."""
        self.typed = value
        self.everything.add(value)
        self.open.clear()

    def allows(self, value: object) -> bool:
        """Whether Krayin may hold this."""
        said = self.told if self.typed is None else self.typed
        accepted = {_same(said), *map(_same, self.open)}
        return _same(value) in accepted


def _same(value: object) -> str:
    """Empty is empty, whatever a database makes of it."""
    return str(value or "")


@dataclass
class Several:
    """E-mails or phones: all that anybody brought and the sales team has not removed."""

    must: set[str] = field(default_factory=set)
    may: set[str] = field(default_factory=set)
    _told: str | None = None
    _removed: set[str] = field(default_factory=set)

    def tell(self, value: str | None) -> None:
        """Chatwoot says something; saying the same again brings nothing back."""
        if value and value != self._told:
            (self.may if value in self._removed else self.must).add(value)
        self._told = value

    def add(self, value: str) -> None:
        """The sales team adds one."""
        self.must.add(value)
        self._removed.discard(value)

    def remove(self, value: str) -> None:
        """The sales team removes one."""
        self.must.discard(value)
        self.may.discard(value)
        self._removed.add(value)

    def allows(self, values: list[str]) -> bool:
        """Whether Krayin may hold these: none is missing, none is double, and none is anybody else's."""
        found = set(values)
        return len(found) == len(values) and self.must <= found <= self.must | self.may


@dataclass
class Customer:
    """All that is expected of one customer's records."""

    name: Text = field(default_factory=Text)
    job_title: Text = field(default_factory=Text)
    organization: Text = field(default_factory=Text)
    title: Text = field(default_factory=Text)
    emails: Several = field(default_factory=Several)
    phones: Several = field(default_factory=Several)
    person: dict[str, str] = field(default_factory=dict)
    """What the sales team typed into fields that Chatwoot knows nothing of, by attribute code or column."""
    lead: dict[str, str] = field(default_factory=dict)
    products: int = 0
    remarks: list[str] = field(default_factory=list)
    lost_leads: int = 0
    """Leads that were lost before the plugin came."""
    notes: dict[int, list[str]] = field(default_factory=dict)
    """By conversation, the messages that were there when it was last resolved."""
