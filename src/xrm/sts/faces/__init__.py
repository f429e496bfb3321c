"""How the token service is reached: one folder per dialect, each a mount of plain functions.

entra    Entra ID, v1 and v2 endpoints;  graph: its directory
adfs     farms of AD FS: their mount, OAuth;  wstrust, wsfed: their other protocols
pages    what people see

A face only translates; it decides nothing.
"""
