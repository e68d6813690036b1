"""What Krayin must hold, told from who said what and in which order, and from nothing else.

Not a copy of the plugin's rules: it knows promises only. What the sales team typed stays. What nobody
but Chatwoot touched is what Chatwoot said last. Lists grow. Where a promise leaves more than one
answer open, each of them is accepted.

``passing`` says that what Chatwoot says may be overtaken before it is brought: only the last is promised.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Text:
    """A plain field: what Chatwoot said last, and what the sales team typed last, which weighs more."""

    passing: bool = False
    told: str | None = None
    typed: str | None = None
    open: set[str | None] = field(default_factory=set)
    """What may be there as well, where no promise decides."""
    everything: set[str] = field(default_factory=set)
    """All that was ever written, one may assume; or may have been, where it is passing."""

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
        if self.passing and value == "":
            self.open.add(self.told)  # it may be on its way

    def leave_open(self) -> None:
        """From here on nobody promises which of the things that Chatwoot says is there."""
        if self.passing and self.typed is None:
            self.open |= self.everything

    def allows(self, value: object) -> bool:
        """Whether Krayin may hold this."""
        said = self.told if self.typed is None else self.typed
        accepted = {_same(said), *map(_same, self.open)}
        return _same(value) in accepted

    @property
    def surely(self) -> set[str]:
        """Return all that must have been written at some time."""
        if not self.passing:
            return self.everything - self.open
        return {said for said in (self.typed or self.told,) if said} - self.open


def _same(value: object) -> str:
    """Empty is empty, whatever a database makes of it."""
    return str(value or "")


@dataclass
class Several:
    """E-mails or phones: all that anybody brought and the sales team has not removed."""

    passing: bool = False
    must: set[str] = field(default_factory=set)
    may: set[str] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)
    """What the sales team brought, of all that must be there."""
    _told: str | None = None
    _ever: set[str] = field(default_factory=set)
    """All that Chatwoot has said."""
    _removed: set[str] = field(default_factory=set)

    def tell(self, value: str | None) -> None:
        """Chatwoot says something; saying the same again brings nothing back."""
        if value == self._told:
            return
        self._ever |= {value} if value else set()
        if self.passing and self._told and self._told in self.must - self.typed:
            self.must.discard(self._told)
            self.may.add(self._told)
        if value:
            (self.may if value in self._removed else self.must).add(value)
        self._told = value

    def add(self, value: str) -> None:
        """The sales team adds one."""
        self.must.add(value)
        self.typed.add(value)
        self._removed.discard(value)

    def remove(self, value: str) -> None:
        """The sales team removes one."""
        for those in (self.must, self.may, self.typed):
            those.discard(value)
        self._removed.add(value)
        if self.passing and value in self._ever:
            self.may.add(value)  # it was written, and whoever wrote it may have died before noting that

    def allows(self, values: list[str]) -> bool:
        """Whether Krayin may hold these: none is missing, none is double, and none is anybody else's."""
        found = set(values)
        return len(found) == len(values) and self.must <= found <= self.must | self.may


@dataclass
class Customer:
    """All that is expected of one customer's records."""

    name: Text
    job_title: Text
    organization: Text
    title: Text
    emails: Several
    phones: Several
    told: bool = False
    """Whether Chatwoot has told of the customer."""
    person: dict[str, str] = field(default_factory=dict)
    """What the sales team typed into fields that Chatwoot knows nothing of, by attribute code or column."""
    lead: dict[str, str] = field(default_factory=dict)
    products: int = 0
    remarks: list[str] = field(default_factory=list)
    tags: set[tuple[str, str]] = field(default_factory=set)
    """What the sales team put on persons and leads: (persons or leads, name)."""
    lost_leads: int = 0
    """Leads that were lost before the plugin came."""
    notes: dict[str, list[str]] = field(default_factory=dict)
    """By conversation (account/number), the messages that were there when it was last resolved."""

    @classmethod
    def new(cls, *, passing: bool = False) -> Customer:
        """Return a customer of whom nothing is known."""
        return cls(
            name=Text(passing),
            job_title=Text(passing),
            organization=Text(passing),
            title=Text(passing),
            emails=Several(passing),
            phones=Several(passing),
        )
