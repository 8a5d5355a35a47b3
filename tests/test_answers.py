"""Whatever a guest says becomes an outcome of known form, or is Malformed: never points, never another exception."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.answers import body, call_back, callbacks_of, load_outcome, outcome_of, tag
from grader.guest.wire import Callback, Malformed
from grader.values import Call, Loaded, Missing, Raised, Returned

WORDS = st.sampled_from(
    ["returned", "raised", "missing", "answer", "callback", "hello", "loaded", "failed", "confined"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.binary(max_size=4) | WORDS
    | st.just(torch.zeros(2)) | st.just(np.ones(3)) | st.just(torch.tensor(1)),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip
FRAMES = VALUES | st.tuples(WORDS, st.lists(VALUES, max_size=5)).map(lambda pair: [pair[0], *pair[1]])


@settings(max_examples=400, deadline=None)
@given(answer=FRAMES)
def test_any_answer_is_an_outcome_or_malformed(answer: object) -> None:
    """An arbitrary value read as an answer is Returned, Raised, Missing, or Malformed."""
    try:
        assert isinstance(outcome_of(answer), (Returned, Raised, Missing))
    except Malformed:
        pass


@settings(max_examples=400, deadline=None)
@given(answer=FRAMES, serial=st.integers(0, 3))
def test_any_frame_is_read_or_malformed(answer: Any, serial: int) -> None:
    """Tags, bodies, load outcomes and callbacks of arbitrary frames raise nothing but Malformed."""
    call = Call("call", "f", (Callback(0, "f", lambda x: x + 1),))
    for read in (tag, load_outcome, lambda frame: body(frame, serial), lambda frame: call_back(frame, call)):
        try:
            read(answer)
        except Malformed:
            pass


def test_an_answer_to_another_call_is_malformed() -> None:
    """An old answer, or one made before the call, does not count for this one."""
    assert body(["answer", 3, "returned", 1, []], 3) == ["returned", 1, []]
    with pytest.raises(Malformed):
        body(["answer", 2, "returned", 1, []], 3)
    with pytest.raises(Malformed):
        body(["answer", True, "returned", 1, []], 1)


def test_a_callback_is_evaluated_on_what_was_passed() -> None:
    """A callback's value or its complaint goes back; one that was never given is Malformed."""
    call = Call("call", "f", ([Callback(5, "half", lambda x: x / 2)],))
    assert call_back(["callback", 5, [3.0]], call) == ["value", 1.5]
    assert call_back(["callback", 5, ["text"]], call)[0] == "error"
    with pytest.raises(Malformed):
        call_back(["callback", 6, [3.0]], call)
    assert [found.number for found in callbacks_of(call.args)] == [5]


def test_loading_tells_lines_or_what_was_raised() -> None:
    """The two known outcomes of loading."""
    told: dict[str, object] = {"places": {"f": [2, 3, 0], "g": "x"}, "versions": {"f": [1, 2]}, "others": 4}
    told["foreign"] = {"h": "lib", "i": 3}
    expected = Loaded({"f": (2, 3, 0)}, {"f": (1, 2)}, {"h": "lib"})
    assert load_outcome(["loaded", told]) == (None, expected)
    failure, loaded = load_outcome(["raised", ["ValueError", "Exception"], "no", [["a.py", 2, "f", "x"]]])
    assert failure is not None and failure.names[0] == "ValueError" and failure.frames[0].line == 2
    assert loaded == Loaded()
