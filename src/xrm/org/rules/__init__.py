"""What holds for records whatever message writes them; functions return columns to set.

order        every rule in its place
values/      what values a record takes and what follows from them
rights/      whose record it is, and whether a caller's rights reach it
system/      users, units and roles
deletion     what becomes of the records that point to one that goes
concurrency  row versions
"""
