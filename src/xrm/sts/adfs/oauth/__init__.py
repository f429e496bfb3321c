"""A farm as an OAuth server: what the engine is given in place of Entra ID's registry and words.

directory  the directory as a farm sees it: its own clients, relying parties as resources
clients    registering clients, their secrets and certificates
realms     home realm discovery, before people are asked who they are
guests     people of a claims provider, who have no account at the farm
tokens     what access and id tokens say, by issuance rules
wording    refusals by their MSIS numbers
"""
