"""The pages people see: a plain record in, a finished answer out. They decide nothing.

shown      the records, one for each page
render     answer(page) -> Response, with every header a page has
assets     asset(path) -> Response: style sheet, icon and the few scripts, under /assets/
templates  Jinja2, one for each record; layout.html and parts.html hold what they share
The style sheet, the skeleton of every page and its headers are those of xrm.wire.html.
To add a page: a record in shown, its line in render.LOOKS, a template, a sample in
tests/support/sample_pages.py, by which it is tested and drawn (tools/pages.py).
"""

from xrm.sts.faces.pages.assets import asset
from xrm.sts.faces.pages.render import answer

__all__ = ["answer", "asset"]
