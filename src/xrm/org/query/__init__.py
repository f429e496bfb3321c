"""From a Query to rows: bind (names to columns, values to storage), then compile (to SQL).

patterns   `like` wildcards as each engine spells them
bind       Query + metadata -> Shape (hashable, no values) + parameters
compile    Shape -> Plan: one SQL text with what decodes its rows, cached by shape
"""
