"""One profile for every test whose cases are drawn; tests/conftest.py makes it the default.

`XRM_FUZZ_EXAMPLES` sets the number of examples, 300 unless told; the sequence is always the
same, so that a failure seen once is seen again.
"""

import os

from hypothesis import HealthCheck, settings

PROFILE = settings(
    max_examples=int(os.environ.get("XRM_FUZZ_EXAMPLES", "300")),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)
