"""Where people meet: one noun a file."""

from events.models.arrival import Arrival
from events.models.event import Event, EventTranslation
from events.models.export_log import ExportLog
from events.models.message import Message
from events.models.move import EventMove
from events.models.programme import ProgrammeItem, ProgrammeItemTranslation
from events.models.question import (
    EventQuestion,
    EventQuestionTranslation,
    RegistrationAnswer,
)
from events.models.registration import Registration
from events.models.release import ProgrammeChange, ProgrammeRelease, ReleasedItem
from events.models.series import EventSeries
from events.models.speaker import Appearance, Speaker, SpeakerTranslation
from events.models.stall import Pitch, PitchAssignment, StallApplication
from events.models.stop import VenueStop
from events.models.venue import Venue, VenueTranslation
from events.models.vocabulary import StallFormat

__all__ = [
    "Appearance",
    "Arrival",
    "Event",
    "EventMove",
    "EventQuestion",
    "EventQuestionTranslation",
    "EventSeries",
    "EventTranslation",
    "ExportLog",
    "Message",
    "Pitch",
    "PitchAssignment",
    "ProgrammeChange",
    "ProgrammeItem",
    "ProgrammeItemTranslation",
    "ProgrammeRelease",
    "Registration",
    "RegistrationAnswer",
    "ReleasedItem",
    "Speaker",
    "SpeakerTranslation",
    "StallApplication",
    "StallFormat",
    "Venue",
    "VenueStop",
    "VenueTranslation",
]
