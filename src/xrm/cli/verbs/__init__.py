"""The verbs, one module for each group: `add(app)` puts them into the command.

serving         serve;  walking: walk
tenants         init, tenant create, list, show, domain
adfs/           adfs show, party, client, provider
app/            app create, list, show and more; app secret, certificate, permission, manifest
org/            org create, list and more; app-user, role, key, language of one organization
people/         user create, list, show and more; user role, user license
keys            keys list, rotate
asking          whoami, query;  tokens: token get, decode
trust           ca path, env
audit           log

A verb reads its arguments, calls one function that does the work, and prints what came of it,
for people or with --json. To add a group: a module here, its line in `xrm.cli.GROUPS`.
"""
