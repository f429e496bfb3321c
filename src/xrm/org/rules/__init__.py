"""What holds for records whatever message writes them; each function returns columns to set.

validation   lengths, ranges, choices
lookups      the records pointed to exist and may be appended to
reach        whether a record is within a right's depth
ownership    owner and owning business unit
states       state and status
stamps       created and modified, by and on
names        computed full names
founding     what every organization needs and nobody may take away
deletion     what becomes of the records that point to one that goes
users        what the platform fills in and keeps for services and people
roles        names, assignment and privileges of security roles
concurrency  row versions
"""
