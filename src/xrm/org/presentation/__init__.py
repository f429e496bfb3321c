"""Formatted values: records as one user sees them, in that user's language, zone and currency.

page        present: a page of rows, a column at a time
languages   which languages an organization has enabled, and which one a user reads
settings    how the caller is shown dates, numbers and money
references  names of records that lookups point to, where they may be read
currencies  what each row's amounts are in
dates       .NET's patterns of dates and times
numbers     .NET's patterns of numbers and money
calendars   what now, a day and a week are to the caller
zones       the platform's time zone codes (timezones.json)
locales     what a locale sets (locales.json); of_locale for what writes user settings
"""

from xrm.org.presentation.locales import of_locale
from xrm.org.presentation.page import Presented, present

__all__ = ["Presented", "of_locale", "present"]
