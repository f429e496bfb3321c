"""What values a record takes and what follows from them.

validation  lengths, ranges, choices
states      state and status
stamps      created and modified, by and on
names       computed full names
"""
