"""What the directory's sentences must not do."""

import re

import pytest

from ssoe_portal.common.messages import read

#: Names that may end in a full stop of their own: "Beispiel Sprachtreff Karow e. V."
NAMES = re.compile(r"%\((organisation|item)\)s[”“]?\.")


def test_no_sentence_ends_in_the_name_of_an_organisation():
    doubled = [
        text
        for message in read("actors", "de")
        for texts in (message.id, message.string)
        for text in ([texts] if isinstance(texts, str) else texts)
        if NAMES.search(text)
    ]
    assert doubled == []


@pytest.mark.parametrize("text", ["geht an %(organisation)s.", "by %(organisation)s. Please"])
def test_such_a_sentence_would_be_found(text):
    assert NAMES.search(text)
