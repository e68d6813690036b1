"""Jane, who writes to us: what Chatwoot says of her and of her conversation."""

from crmhost.demo import payloads

JANE = payloads.contact(5821, "Jane", email="jane@example.com")
TALK = payloads.conversation(731, JANE, 10, said="Hello")
DONE = payloads.conversation(731, JANE, 300, status="resolved")


def jane(name: str, after: float) -> payloads.Payload:
    """Return what is said once her name is another one, so many seconds later."""
    return payloads.contact_updated({**JANE, "name": name}, after, name="Jane")
