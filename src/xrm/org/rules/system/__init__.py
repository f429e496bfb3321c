"""The records an organization is built on: its users, units, teams and roles.

founding  what every organization needs and nobody may take away
settings  the settings of each user
users     what the platform fills in and keeps for services and people
roles     names, assignment and privileges of security roles
teams     default teams, their members, owned records that move
pairs     users with roles, teams with roles and members
"""
