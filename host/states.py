"""The words for what a delivery can be; alone here, so that whoever names them need not import a model."""

STATES = ("pending", "applied", "unchanged", "superseded", "ignored", "dead")
"""What a delivery can be."""
