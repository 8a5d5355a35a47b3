"""`grade explain` knows every word of the course, and what its examples show is true."""

from __future__ import annotations

import doctest
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import course, glossary
from grader.errors import UsageError

PROMISED = """
tensor, array, axis, rank, shape, scalar, vector, matrix, broadcasting, L1 norm, RMSE, parameter,
activation, layer, linear and nonlinear layer, activation function, ReLU, sigmoid, loss, metric,
gradient, forward pass, backward pass, gradient descent, SGD, optimization step, learning rate,
mini-batch, epoch, Dataset, DataLoader, validation set, transfer learning
"""
WORDS = [word.strip() for word in PROMISED.split(",")]
ENTRIES = glossary.entries()
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.word)


def test_the_words_are_those_of_the_course() -> None:
    """The glossary holds exactly the words the course promises, each once."""
    assert sorted(entry.word for entry in ENTRIES) == sorted(WORDS)


def test_no_name_stands_for_two_words() -> None:
    """A name, however spelt, leads to one entry only."""
    names = [re.sub(r"[\s_-]", "", name).casefold() for entry in ENTRIES for name in (entry.word, *entry.also)]
    assert sorted(names) == sorted(set(names))


@each_entry
def test_an_example_gives_what_it_says(entry: glossary.Entry) -> None:
    """Each example runs, and prints what stands below it."""
    test = doctest.DocTestParser().get_doctest(entry.example, {"torch": torch, "np": np}, entry.word, None, 0)
    assert test.examples
    runner = doctest.DocTestRunner(verbose=False)
    said: list[str] = []
    runner.run(test, out=said.append)
    assert not said, "".join(said)


@each_entry
def test_an_entry_leads_on(entry: glossary.Entry) -> None:
    """Related words are words of the glossary, not the word itself, and the exercises named exist."""
    assert entry.related
    assert set(entry.related) <= set(WORDS) - {entry.word}
    assert set(entry.exercises) <= {exercise.id for exercise in course.exercises(course.default_course())}


@each_entry
def test_an_explanation_is_short_and_fits(entry: glossary.Entry) -> None:
    """Two to five sentences, then the example, the related words and the exercises, in lines that fit a terminal."""
    assert 2 <= len(re.findall(r"[.?!][)\"]*(?=\s|$)", entry.text)) <= 5
    said = glossary.explain(entry.word)
    assert said.startswith(f"{entry.word}\n")
    assert all(word in said for word in (*entry.related, *entry.exercises))
    assert all(line.strip() in said for line in entry.example.splitlines())
    assert max(len(line) for line in said.splitlines()) <= 88


@settings(deadline=None)
@given(st.sampled_from(ENTRIES), st.sampled_from(["-", "_", " ", ""]), st.sampled_from(["", "s"]), st.booleans())
def test_spelling_does_not_matter(entry: glossary.Entry, joint: str, ending: str, upper: bool) -> None:
    """Capitals, hyphens, underscores, spaces and a plural's s are ignored."""
    spelt = re.sub(r"[ -]", joint, entry.word) + ending
    assert glossary.lookup(spelt.upper() if upper else spelt) == entry


@pytest.mark.parametrize(
    ("spelt", "word"),
    [
        *(("axes", "axis"), ("matrices", "matrix"), ("losses", "loss"), ("batches", "mini-batch")),
        *(("L1", "L1 norm"), ("lr", "learning rate"), ("linear layers", "linear and nonlinear layer")),
        *(("stochastic gradient descent", "SGD"), ("data-loader", "DataLoader"), ("accuracies", "metric")),
    ],
)
def test_other_names_are_known(spelt: str, word: str) -> None:
    """Irregular plurals and usual other names lead to the word."""
    assert glossary.lookup(spelt).word == word


@pytest.mark.parametrize(("spelt", "word"), [("tensro", "tensor"), ("bradcasting", "broadcasting"), ("optim", "step")])
def test_an_unknown_word_is_answered_with_the_nearest(spelt: str, word: str) -> None:
    """A word that is not there is a UsageError that names near ones."""
    with pytest.raises(UsageError, match=f"{spelt}' is not in the glossary. Did you mean .*{word}"):
        glossary.explain(spelt)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_word_is_explained_or_refused(word: str) -> None:
    """Whatever is asked for, the answer is text or a UsageError of one readable line."""
    try:
        assert glossary.explain(word)
    except UsageError as error:
        assert "grade explain" in str(error)
        assert len(str(error).splitlines()) == 1
        assert len(str(error)) < 1200


def test_the_overview_names_every_word() -> None:
    """Without a word, all words are listed under their groups."""
    said = glossary.overview()
    assert all(re.search(rf"(^|[\s,]){re.escape(word)}($|[\s,])", said) for word in WORDS)
    assert all(entry.group in said.splitlines() for entry in ENTRIES)
