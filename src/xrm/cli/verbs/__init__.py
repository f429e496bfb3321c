"""The verbs, one module for each group: `add(app)` puts them into the command.

serving         serve;  walking: walk
tenants         init, tenant create, list, show, domain
app/            app create, list, show and more; app secret, certificate, permission, manifest
users           app-user create, list; role list, assign, remove
people/         user create, list, show and more; user role, user license
keys            keys list, rotate;  alternate_keys: key create, list, delete
languages       language list, enable, disable
asking          whoami, query;  tokens: token get, decode
trust           ca path, env
audit           log

A verb reads its arguments, calls one function that does the work, and prints what came of it,
for people or with --json. To add a group: a module here, its line in `xrm.cli.GROUPS`.
"""
