"""The catalogues of errors: what is constant about each; the raise site adds the sentence.

signin    AADSTS numbers with OAuth code and HTTP status
service   organization codes (0x8004....) with name and HTTP status
"""
