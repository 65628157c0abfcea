"""A comma between day and hour, as in a sentence; no line breaks between a day and its month."""

DATE_FORMAT = "j.\u00a0F Y"
DATETIME_FORMAT = "j.\u00a0F Y, H:i\u00a0\\U\\h\\r"
SHORT_DATETIME_FORMAT = "d.m.Y, H:i"
