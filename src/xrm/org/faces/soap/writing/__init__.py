"""What messages answer, as the data contracts have it.

results      the results of a message, by the types its declaration names
collections  rows of a query, their page and its cookie
definitions  definitions of tables and what hangs from them
refusals     errors of the organization as faults
"""
