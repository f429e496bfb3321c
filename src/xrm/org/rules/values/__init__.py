"""What values a record takes and what follows from them.

validation  lengths, ranges, choices
defaults    what a new record holds unasked, and what it may not lack
states      state and status
stamps      created and modified, by and on
money       currency, rate, amounts in the base currency
currencies  the currencies themselves
names       computed full names
addresses   computed addresses
activities  kind and planned duration
hierarchies nothing stands above itself
customers   whose an opportunity is
"""
