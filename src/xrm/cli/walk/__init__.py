"""A walk through every sign-in there is, with clients written by others, against a real server.

signins   the ways to sign in, one row each;  asking, libraries: what they have in common
by_secret, by_certificate, by_person, by_claims, registering   their functions: each gets a token,
          reads leads
by_browser  the samples in Chromium;  browsing: a person at the pages without one
child     runs them in a process of its own, where their environment variables can do no harm
show      starts that process and prints a line as each sign-in ends

To add a sign-in: a function beside its like and a row of SIGN_INS.
"""
