"""The sample single-page applications, hosted on an origin of their own.

shelf          the folder of the samples, and which of its files are to be seen
libraries      the libraries they use, unmodified, from npm
configuration  `config.js`: the variables a page is configured by
face           mount(...): an address into a file
"""

from xrm.server.samples.configuration import Configuration
from xrm.server.samples.face import mount
from xrm.server.samples.libraries import fetch, packages
from xrm.server.samples.shelf import Shelf

__all__ = ["Configuration", "Shelf", "fetch", "mount", "packages"]
