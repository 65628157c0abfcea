"""Room for deep calls.

CPython keeps frames in pieces of 16 kB, and gives a piece back to the system as soon as the last
frame in it returns. A call that happens to lie at the end of a piece asks for a new one each time:
below pytest's own calls, that takes up to two fifths of the time of a request. A frame that wants
much room gets a larger piece, and whatever it calls has room in the rest of it.
"""

from collections.abc import Callable

#: What the frame asks for, in values of eight bytes. A piece is the next power of two, here 256 kB,
#: so half of it is left.
WANTED = 16_500


def with_room[Answer](call: Callable[[], Answer]) -> Answer:
    """Call a function where the calls below it have room."""
    return call()


with_room.__code__ = with_room.__code__.replace(co_stacksize=WANTED)
