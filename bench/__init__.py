"""Measure `xrm serve` beside bare cryptography and beside servers others wrote: `python -m bench`.

`__main__` reads the options and goes the whole way: `machine` (cores, CPU seconds, conditions),
`servers` (starts `xrm serve`; installs and starts the scripts in the folder `peers`; makes the data
of either and keeps it), `leads` (the rows both sides serve), `exchange` (one kind of request),
`records` (what is asked of the leads, and what a sane answer is; likewise `soap`, `people` and
`claims`), `load` (one burst: wrk, or `generator` where wrk is missing), `bare` (the bare
baselines), `rounds` (alternating bursts, ratios round by round), `report` (the tables and
docs/performance.md).

A figure is work done per CPU second of a server's whole process group, user and system: other
tenants of a machine hardly move it. To add a peer: a script in `peers`, a method in
`servers/peers.py`, a `Comparison` in `report.py`.
"""
