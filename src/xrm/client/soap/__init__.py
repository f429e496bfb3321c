"""SOAP by the client: Organization.svc and Discovery.svc, with the SDK's values in Python.

values, columns   records and references; tables as classes of one's own
queries           QueryExpression and its kin, and how a query goes on to its next page
declared          what a message is: its parameters and its response
contracts/        classes generated from the data contracts; ../messages from the handlers
classes           a contract's class by its name; what Python calls its members
encoding          values of a program to those of wire.soap; decoding: back
refusal           faults as errors, and how long a service that is busy is left alone
organization      Organization.svc as flows; discovery: Discovery.svc, Instances
doors/            how a message reaches its service: with a bearer token, with one of SAML
aio, sync         `org.soap` in both worlds; proxies/ the SDK's proxy classes

Only the last five lines load lxml or HTTP.
"""
