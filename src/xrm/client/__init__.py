"""How a Python program signs in and asks. Knows nothing of the server's insides.

aio, sync       the two shells: AsyncClient, and Client generated from it
flow            a Flow is a generator: it yields steps (requests, pauses, sign-ins), gets answers
credentials/    one file per way to sign in: a Flow that ends in a token
services/       what is said to each service: requests built, answers read, nothing sent
soap/           Organization.svc and Discovery.svc; messages/ their messages, generated
discovery       where to sign in, learnt from a 401 and believed only of trusted hosts
retry           patience: 429 and 503, lost connections, never a doubtful POST twice
cache           tokens by account, one sign-in at a time
connection_string, origin, tls   what the user wrote, checked; errors, advice   what went wrong
transports/     HTTP by httpx2 behind two methods

A call: shell > services (build) > retry > sign-in > transport > services (read).
"""
