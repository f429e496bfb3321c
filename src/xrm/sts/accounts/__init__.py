"""Whether a person is who they say: by name and password.

passwords  what is kept of a password and how one is compared
attempts   how often it went wrong, by account and by address, and when that is enough
proof      the check itself, which the pages and the password grant share
"""
