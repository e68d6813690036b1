"""The pages as the tests read them: where they are, and their blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (
    *sorted(ROOT.glob("*.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
    *sorted(ROOT.glob("plugins/*/*.md")),
)
FENCE = re.compile(
    r"^(?: *<!-- (?P<mark>[^>\n]*?) -->\n+)?"
    r"(?P<indent> *)```(?P<language>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A fenced block: where it is, in which language, its text, and the remark that stands before it."""

    page: Path
    line: int
    language: str
    text: str
    mark: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def unrun(self) -> bool:
        """Whether it says why it is not run: <!-- not run: … -->, or is run as a step of its page."""
        return self.mark.startswith(("not run: ", "step"))


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of a page, in order."""
    text = page.read_text()
    for found in FENCE.finditer(text):
        inner = re.sub(f"^{found['indent']}", "", found["text"], flags=re.MULTILINE)
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found["language"].strip(), inner, found["mark"] or "")


ALL_BLOCKS = tuple(block for page in PAGES for block in blocks(page))
TYPED = tuple(block for block in ALL_BLOCKS if block.language == "sh" and not block.mark)
"""The blocks of commands that are typed as they stand."""
