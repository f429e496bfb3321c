"""The verbs about what an organization holds, and about organizations themselves.

organizations    org: create, list, show, disable, enable, delete
app_users        app-user: the users of applications
roles            role: what roles grant, and who has them
alternate_keys   key: alternate keys of tables
languages        language: those people may choose

inside is what all but organizations share: which organization a verb works in.
"""

from xrm.cli.verbs.org import alternate_keys, app_users, languages, organizations, roles

__all__ = ["alternate_keys", "app_users", "languages", "organizations", "roles"]
