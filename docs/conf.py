"""How the documentation is built: `make docs`, pages in build/docs."""

from __future__ import annotations

project = "noshowd"
author = "The noshowd authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
master_doc = "index"
html_theme = "alabaster"
html_theme_options = {"description": "Notices that somebody has not turned up", "page_width": "1080px"}
html_show_sourcelink = False
html_show_copyright = False
myst_heading_anchors = 3
# diagrams are shown as their text; links to files of the repository lead to the repository
suppress_warnings = ["misc.highlighting_failure", "myst.xref_missing"]
