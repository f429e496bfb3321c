"""What is said to each service: requests built, answers read, nothing sent.

oauth    the token endpoint: the form and its answer (RFC 6749 4.4.2, 5)
webapi   the Web API: records, queries, WhoAmI (OData 4.0)

To add a service: its file here, and methods in `aio` that run its requests.
"""
