"""SOAP as the organization speaks it: envelopes, data contracts, faults, and the documents.

values      what an element of a data contract holds; lexical: simple values as text
contract    Contract and Member: the one table reading, writing and schemas follow from
contracts/  the contracts of the SDK, a module for each family
messages    the contracts of a message's request and response, from its declaration
reading     an element to a value
writing     a value to an element; records: whole pages of rows
operations  what the services do: the bodies of requests and responses
operators   the operators of conditions, as the SDK names them
envelope    SOAP 1.1 and 1.2 envelopes, read and written; versions: how these differ
faults      faults, read and written
wsdl/       the descriptions of the services: WSDL, XSD, policies
"""
