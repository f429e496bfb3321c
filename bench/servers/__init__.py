"""The servers under load: `ours` starts xrm, `peers` installs and starts the others.

`processes` starts any of them on the servers' core and stops it again. `kept` keeps data that takes
long to make; `filling` makes that of xrm.
"""
