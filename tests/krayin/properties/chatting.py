"""A customer in Chatwoot: as it is now, as it was told of, and what was said."""

from __future__ import annotations

from crmhost import Contact, Conversation, Message

from .steps import Told


class Chatting:
    """One customer, and the conversations by their numbers."""

    def __init__(self, k: int) -> None:
        self.k = k
        # One has both an address and a phone, one an address only, one a phone only.
        self.now: dict[str, str | None] = {
            "name": f"Ann O'Hara {k}",
            "email": f"Ann{k}@Example.com" if k % 3 else None,
            "phone": f"+4477{k}90001" if k % 3 != 2 else None,
        }
        self.history: list[Contact] = []
        self.talks: dict[int, list[str]] = {}

    def change(self, step: Told) -> None:
        """Change a field, unless that would leave nothing to reach the customer by."""
        if step.field is None:
            return
        now = self.now | {step.field: step.value and step.value.format(k=self.k)}
        if now["email"] or now["phone"]:
            self.now = now

    def contact(self) -> Contact:
        now = self.now
        additional = {"company_name": now.get("company"), "job_title": now.get("job_title")}
        return Contact(
            id=self.k,
            name=now["name"],
            email=now["email"],
            phone=now["phone"],
            additional_attributes={name: value for name, value in additional.items() if value},
        )

    def conversation(self, number: int, *, resolved: bool) -> Conversation:
        said = [message.model_dump() for message in self.messages(number)]
        status = "resolved" if resolved else "open"
        sender = self.contact().model_dump()
        return Conversation.model_validate(
            {"id": number, "status": status, "messages": said[-1:], "meta": {"sender": sender}}
        )

    def messages(self, number: int) -> tuple[Message, ...]:
        said = self.talks.get(number, ())
        return tuple(Message(id=100 * number + place, content=text) for place, text in enumerate(said))
