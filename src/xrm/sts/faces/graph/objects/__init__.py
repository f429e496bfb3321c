"""The objects of a directory, as calls read and change them: `Call -> Response` each.

applications   registrations;  keys: their secrets and certificates
principals     applications as the tenant has them
grants         consent to scopes, assignments of roles
users          people, their licences and directory roles
tenant         the organization, its products, its directory roles
"""
