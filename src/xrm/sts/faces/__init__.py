"""How the token service is reached: one folder per dialect, each a mount of plain functions.

entra   Entra ID, v1 and v2 endpoints

A face only translates; it decides nothing.
"""
