"""The verbs, one module for each group: `add(app)` puts them into the command.

serving         serve
walking         walk
applications    init, app create, list, show, app secret add
users           app-user create, list; role list, assign, remove
asking          whoami, query
tokens          token get, decode
trust           ca path, env
audit           log

A verb reads its arguments, calls one function that does the work, and prints what came of it,
for people or with --json. To add a group: a module here, its line in `xrm.cli.GROUPS`.
"""
