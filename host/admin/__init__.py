"""The pages that people see: Starlette, Jinja2 and htmx, served beside the webhooks."""

from .app import pages_of

__all__ = ["pages_of"]
