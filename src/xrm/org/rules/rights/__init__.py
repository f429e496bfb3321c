"""Whose record it is, and whether a caller's rights reach it.

reach      whether a record is within a right's reach
ownership  owner and owning business unit
lookups    the records pointed to exist and may be appended to
"""
