"""WS-Federation: signing in and out of web sites by redirects and forms (WS-Federation 1.2, 13).

messages     the passive messages: parameters of an address or a form, read and written
results      the answer of a token service, a token in a RequestSecurityTokenResponse
description  what federation metadata says of a token service or a relying party
metadata     federation metadata: written and signed;  metadata_reading  read
"""
