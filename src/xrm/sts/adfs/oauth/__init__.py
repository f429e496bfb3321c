"""A farm as an OAuth server: what the engine is given in place of Entra ID's registry and words.

directory  the directory as a farm sees it: its own clients, relying parties as resources
clients    registering clients, their secrets and certificates
tokens     what access and id tokens say, by issuance rules
wording    refusals by their MSIS numbers
"""
