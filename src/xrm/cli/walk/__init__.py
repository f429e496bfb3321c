"""A walk through every sign-in there is, with clients written by others, against a real server.

signins   the ways to sign in: each gets a token and reads leads; one function and one row each
child     runs them in a process of its own, where their environment variables can do no harm
show      starts that process and prints a line as each sign-in ends

To add a sign-in: a function in `signins` and its row in SIGN_INS.
"""
