"""The face of the old online chain, which clients of before 2016 speak.

realm       GetUserRealm.srf: where a name signs in, as XML or JSON
trust       RST2.srf: WS-Trust of February 2005, its own way
"""
