"""What others hold of a sign-in until they come back with it.

sealing   text only this service can read, given away to be kept
codes     authorization codes: sealed, redeemed once
refresh   refresh tokens: sealed, of a family that can be ended
devices   device codes: kept, since a person and a device meet over them
secrets   random texts and their digests
"""
