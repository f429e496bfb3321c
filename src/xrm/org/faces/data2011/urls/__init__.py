"""What a request's URL says.

resources  a path into what it names
asked      the query options into a Query, and what is shown of its rows
names      properties to columns
paging     where a next page starts
"""
