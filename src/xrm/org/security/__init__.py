"""Who may do what: a caller's privileges, and the row filters they put into a query.

caller    Caller: a user of the organization with the reach of its privileges
reach     Reach: the rows one privilege reaches; Scope: what of it decides a statement's text
access    criterion (rows a reach holds, as SQL) and the checks before a write
"""
