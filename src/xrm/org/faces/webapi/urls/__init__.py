"""What a request's URL says.

resources  a path into what it names
asked      the query options into a Query, and who writes its answer
names      properties to columns and back
paging     where a next page starts
"""
