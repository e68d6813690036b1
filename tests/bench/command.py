"""crmhost's own command line with the bench's plugin installed: ``python -m tests.bench.command serve``."""

import crmhost.wiring
from crmhost.cli import main

from .plugin import plugins

if __name__ == "__main__":
    setattr(crmhost.wiring, "discover", plugins)  # noqa: B010 - it is not among what wiring offers
    main()
