"""The records an organization is built on: its users, units and roles.

founding  what every organization needs and nobody may take away
users     what the platform fills in and keeps for services and people
roles     names, assignment and privileges of security roles
"""
