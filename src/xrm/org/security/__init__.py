"""Who may do what: a caller's privileges, and the row filters they put into a query.

caller    Caller: a user of the organization with the depths of its privileges
access    criterion (rows a depth reaches, as SQL) and the checks before a write
"""
