"""How the site is built: `make docs` reads the repository's own pages, so that links work there and here."""

from pathlib import Path
from runpy import run_path

ROOT = Path(__file__).parents[1]

project = "crmhost"
author = "the authors of crmhost"
project_copyright = author
release = version = run_path(str(ROOT / "host" / "_version.py"))["__version__"]

root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md", "plugins/*/README.md"]
exclude_patterns = [".*", "build", "dist", "host", "src", "tests"]
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
highlight_language = "none"

autodoc_typehints = "description"
autodoc_member_order = "bysource"
add_module_names = False
default_role = "code"  # the docstrings' single backticks are code, as on every page

# `make links` asks for all others; these are nobody's, or are on the reader's own machine.
linkcheck_ignore = [r"https?://([\w-]+\.)*(example\.com|test|localhost|127\.0\.0\.1)(?![\w.-])"]
linkcheck_timeout = 20
linkcheck_anchors = False  # GitHub's are made in the browser

html_theme = "furo"
html_title = f"crmhost {version}"
html_extra_path = ["_site/index.html"]
html_static_path = ["_site/site.css"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
