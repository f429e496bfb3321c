"""`python -m xrm.cli`: the command, where it is not on the PATH."""

import sys

from xrm.cli import main

sys.exit(main())
