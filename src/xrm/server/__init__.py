"""Settings, composition, TLS, HTTP: one process or several, two origins, one data directory.

A request: process/listening (granian, TLS) > adapter (head, Host, body, lane) > app (the routing
table) > a face of sts or org > adapter. A start: serving > addresses > estate > process.

settings      every setting: flag, environment, file
folder        the data directory: private files, locks, the sealing key
estate        tenant and organization opened, for the server and the command line alike
organizations several of them: created, found, opened, disabled, deleted
demonstration the demonstration tenants and their organization; tls: local authority, certificate
addresses     where to listen and what is published
published     the facts of running servers, and how those on one directory know of each other
app           the routing table;  adapter: ASGI to Request and back;  trust: sts seen by org
controls      the control API, with --test-controls only
process/      listeners, lanes, one process or supervised workers
"""
