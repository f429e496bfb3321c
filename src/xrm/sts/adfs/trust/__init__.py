"""WS-Trust: what a farm does with a request for a security token, however it was carried.

asked         a request, who sends it and how that was proven; how it is refused
proving       who sends a message: by password, by certificate, by a token of before
certificates  the certificates people sign in with
keys          what the holder of a token proves
delegation    tokens in the name of others: OnBehalfOf, ActAs
presented     tokens that are shown to a farm: believed or not
issuing       Issue;  later: Renew, Validate and Cancel
"""
