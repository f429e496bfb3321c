"""The servers under load: `ours` starts and fills xrm, `peers` installs and starts the others.

`processes` starts any of them on the servers' core and stops it again.
"""
