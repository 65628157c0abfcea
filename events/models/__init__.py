"""Where people meet: one noun a file."""

from events.models.arrival import Arrival
from events.models.event import Event, EventTranslation
from events.models.export_log import ExportLog
from events.models.group import GroupRegistration
from events.models.item_sign_up import ItemSignUp
from events.models.message import Message
from events.models.move import EventMove
from events.models.my_programme import MyProgramme
from events.models.picture import EventPicture
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
from events.models.subscription import ProgrammeSubscription
from events.models.venue import Venue, VenueTranslation
from events.models.vocabulary import StallFormat

__all__ = [
    "Appearance",
    "Arrival",
    "Event",
    "EventMove",
    "EventPicture",
    "EventQuestion",
    "EventQuestionTranslation",
    "EventSeries",
    "EventTranslation",
    "ExportLog",
    "GroupRegistration",
    "ItemSignUp",
    "Message",
    "MyProgramme",
    "Pitch",
    "PitchAssignment",
    "ProgrammeChange",
    "ProgrammeItem",
    "ProgrammeItemTranslation",
    "ProgrammeRelease",
    "ProgrammeSubscription",
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
