"""The four column types of storage; everything else is converted before it is bound."""

from sqlalchemy import BigInteger, Double, LargeBinary, Text
from sqlalchemy import Integer as SmallInteger

Integer = BigInteger().with_variant(SmallInteger(), "sqlite")
"""64-bit integers: numbers, booleans, scaled decimals, microseconds, days."""

String = Text().with_variant(Text(collation="C"), "postgresql")
"""Text compared by code point on both engines (the meaning of text lies in the fold key)."""

Bytes = LargeBinary()
"""Byte strings, compared byte by byte: identifiers in their visible order."""

Float: Double[float] = Double()
"""Binary floating point, only where the service itself stores it so."""
