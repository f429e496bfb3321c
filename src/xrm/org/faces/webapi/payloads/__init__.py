"""What stands in a request's body.

bodies       a body into JSON, and the error for one that does not fit
entities     JSON into an Entity; URLs into the records they name
parameters   parameters by the types a message declares;  results: what it answers, alike
expressions  QueryExpression as JSON into a Query
"""
