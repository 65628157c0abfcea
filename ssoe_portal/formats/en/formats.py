"""English as it is read in Europe: the day first, 24 hours, weeks from Monday.
No line breaks between a day and its month."""

DATE_FORMAT = "j\u00a0F Y"
SHORT_DATE_FORMAT = "j\u00a0M Y"
DATETIME_FORMAT = "j\u00a0F Y, H:i"
SHORT_DATETIME_FORMAT = "j\u00a0M Y, H:i"
MONTH_DAY_FORMAT = "j\u00a0F"
TIME_FORMAT = "H:i"
FIRST_DAY_OF_WEEK = 1
