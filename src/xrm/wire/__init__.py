"""How it is spelled: readers and writers of every format, both directions. No I/O, no decisions.

http        Request, Response, Route: plain values between a face and whatever serves HTTP
oauth       token requests and answers, error documents, discovery documents (RFC 6749, OIDC)
jose        JSON Web Tokens and keys (RFC 7515, 7517, 7519)
assertion   client assertions: an application proving itself by a certificate (RFC 7523)
challenge   the 401 challenge of Dynamics, written and read
odata4/     Web API: URLs, filters, payloads, records (OData 4.0);  odata2/: OData 2.0
fetchxml/   FetchXML into the query model, paging cookies, conditions of either language
soap/       envelopes, data contracts, faults, WSDL;  xml: XML within limits
saml/       assertions;  xmldsig/, xmlenc: signed, encrypted;  wssecurity/, wstrust/, wsfed/: sent
html/       pages people see: their look, headers and cookies

Both halves of the project share this package, so a fault here is invisible to our own round
trips: captured exchanges and clients written by others are its judges.
"""
