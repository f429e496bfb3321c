"""What the pages load: the files all pages share, and the few scripts here."""

from xrm.wire.html.assets import Assets

ASSETS = Assets(__package__, ("copy.js", "leave.js", "submit.js"))
asset = ASSETS.answer
