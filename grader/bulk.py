"""`grade bulk`: from what an instructor has on disk to a folder of results, without stopping half-way.

Read is what lies there (`intake`), known is what was graded before (`results`, by content), and only what is new goes
to the workers (`pool`). Results are written by this process alone, one submission at a time, as they come: whatever
ends it, at most what was running is lost, and the same command goes on from there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from grader import cargo, cluster, course, data, intake, keys, notebooks, submissions
from grader.bulk_view import Shown, say, show_plan, summary
from grader.errors import UsageError
from grader.intake import Item
from grader.pool import Order, Pool
from grader.results import CheckRow, Planned, Results, key_of
from grader.values import Exercise, Submission, Verdict
from grader.worker import Task

CHANGED = "Its file was changed while others were graded. Run the command again."
EXPOSED = "Warning: {where} is not encrypted. Whoever reaches it can read what was handed in and run programs."
LOOK_S = 10.0  # how often to look whether there is anybody to grade
MOST_IGNORED = 20  # files that are named
HANGS_S = 300.0  # a worker that takes so much longer than all checks of a submission may take hangs


@dataclass(frozen=True)
class Bulk:
    """What the command line decided. `plant` makes the folders of images that these notebooks ask for."""

    where: Path
    out: Path
    course: Path
    exercise: str | None
    jobs: int
    only: str
    fresh: bool
    dry_run: bool
    plain: bool
    console: Console
    storage: Path
    environment: Mapping[str, str]
    data: Path | None
    key: bytes | None = field(repr=False)
    device: str
    seed: int
    full: bool
    plant: Callable[[Sequence[bytes]], str]
    cluster: cluster.Address | None = None


class Engine(Protocol):
    """What grades: worker processes here (`Pool`), or those of a cluster."""

    reasons: tuple[str, ...]

    def submit(self, task: Task) -> Future[list[Any]]:
        """The future answer: ["graded", …], or ["lost", why]."""

    def room(self) -> int:
        """How many submissions may be handed out at a time."""

    def trouble(self) -> str:
        """Why nothing is graded at the moment, if that is so."""


@dataclass
class Work:
    """One content to grade for one exercise, and whose it is."""

    item: Item
    sha256: str
    keys: dict[str, str]
    task: Task


@dataclass(frozen=True)
class Seen:
    """What is noted of a file while it is read for its digest: its bytes are let go of."""

    item: Item
    sha256: str
    notebook: bool
    plots: bool
    trees: bytes


def run(bulk: Bulk) -> int:
    """Grade what is new; returns the exit code: 0, 3 where something could not be graded, 130 when it was stopped."""
    exercises = _exercises(bulk)
    plan = intake.plan(bulk.where, list(exercises.values()), bulk.only)
    if bulk.dry_run:
        show_plan(bulk.console, plan, exercises, bulk.jobs)
        return 0
    for ignored in plan.ignored[:MOST_IGNORED]:
        say(bulk.console, f"ignored: {ignored.path} {ignored.why}.")
    if len(plan.ignored) > MOST_IGNORED:
        say(bulk.console, f"ignored: {len(plan.ignored) - MOST_IGNORED} more; --dry-run lists them all.")
    seen, unread = read(plan.items)
    for _, why in unread:
        say(bulk.console, f"cannot be read: {why}")
    if not seen and not unread:
        raise UsageError(f"There is no submission in {bulk.where}, and results are as they were. --dry-run says more.")
    with Results.open(bulk.out) as results:
        partly = bool(bulk.only or unread)  # whoever is not among these keeps the mark there is
        results.plan([_planned(one) for one in seen], list(exercises.values()), partly=partly)
        work = new_work(bulk, results, exercises, [one for one in seen if one.item.counts])
        stopped = bool(work) and _grade(bulk, results, exercises, work, seen)
        ungraded = summary(bulk.console, results, exercises, bulk.out)
    return 130 if stopped else 3 if ungraded or unread else 0


def _exercises(bulk: Bulk) -> dict[str, Exercise]:
    if bulk.exercise is not None:
        found = [course.find_exercise(bulk.course, bulk.exercise)]
    else:
        found = course.exercises(bulk.course)
    if not found:
        raise UsageError(f"There is no exercise in {bulk.course}.")
    return {exercise.id: exercise for exercise in found}


def read(items: Sequence[Item]) -> tuple[list[Seen], list[tuple[Item, str]]]:
    """Each file's digest, and what could not be read with the reason."""
    seen, unread = [], []
    for item in items:
        try:
            source = item.read()
        except UsageError as error:
            unread.append((item, str(error)))
            continue
        plots = any(word in source for word in submissions.PLOTS)
        trees = b" ".join(word for word in (b"untar_data", b"URLs.MNIST ") if word.strip() in source)
        notebook = notebooks.is_named(item.path)
        digest = hashlib.sha256(source).hexdigest()
        seen.append(Seen(item, digest, notebook, notebook and plots, trees if notebook else b""))
    return seen, unread


def _planned(one: Seen) -> Planned:
    item = one.item
    return Planned(
        student=item.student, name=item.name, email=item.email, exercise=item.exercise, path=item.path,
        sha256=one.sha256, late=item.late, when=item.when, attempt=item.attempt, counts=item.counts,
    )  # fmt: skip


def new_work(bulk: Bulk, results: Results, exercises: Mapping[str, Exercise], seen: Sequence[Seen]) -> list[Work]:
    """What is not known yet, each content once, in the plan's order."""
    under = keys.conditions(bulk.device, bulk.seed, bulk.key)
    wanted = {
        name: {one.id: key_of(one.text, one.setting) for one in keys.outlines(exercise, under)}
        for name, exercise in exercises.items()
    }
    work: dict[tuple[str, str], Work] = {}
    for one in seen:
        item, checks = one.item, wanted[one.item.exercise]
        if (one.sha256, item.exercise) in work:
            continue
        missing = list(checks) if bulk.fresh else results.missing(one.sha256, item.exercise, checks)
        if not missing:
            results.settle(one.sha256, item.exercise, checks)
            continue
        known = {} if bulk.fresh else results.checks_of(one.sha256, item.exercise, checks)
        told = tuple((check, row.verdict, row.title) for check, row in known.items() if check not in missing)
        limit_s = HANGS_S + exercises[item.exercise].limits.wall_s * 2 * (len(checks) + 1)
        task = Task(item.exercise, _label(item.path), b"", tuple(missing) if told else (), told, limit_s)
        work[one.sha256, item.exercise] = Work(item, one.sha256, checks, task)
    return list(work.values())


def _grade(
    bulk: Bulk, results: Results, exercises: Mapping[str, Exercise], work: list[Work], seen: Sequence[Seen]
) -> bool:
    """Grade the work; whether it was stopped."""
    needed = [exercises[name] for name in sorted({one.item.exercise for one in work})]
    preload, asked = _preload(needed, seen), sorted({one.trees for one in seen if one.trees})
    made = _cluster(bulk, needed, preload, asked) if bulk.cluster is not None else None
    with made or _pool(bulk, preload, asked, len(work)) as engine, Shown(bulk.console, bulk.plain, len(work)) as shown:
        for reason in engine.reasons:
            shown.say(f"Sandbox: not the full one ({reason}).")
        return _run(engine, results, work, shown)


def _pool(bulk: Bulk, preload: tuple[str, ...], asked: Sequence[bytes], count: int) -> Pool:
    order = Order(
        course=bulk.course, preload=preload, storage=bulk.storage, environment=dict(bulk.environment),
        trees=bulk.plant(asked), data=bulk.data, key=bulk.key, device=bulk.device, seed=bulk.seed, full=bulk.full,
    )  # fmt: skip
    return Pool(order, min(bulk.jobs, count))


def _cluster(
    bulk: Bulk, needed: Sequence[Exercise], preload: tuple[str, ...], asked: Sequence[bytes]
) -> cluster.Cluster:
    assert bulk.cluster is not None
    mnist = data.locate(bulk.data) if asked or any(exercise.needs_data for exercise in needed) else None
    if bulk.cluster.exposed():
        say(bulk.console, EXPOSED.format(where=bulk.cluster.where))
    made = cluster.connect(
        bulk.cluster, bulk.out, preload=preload, key=bulk.key, device=bulk.device, seed=bulk.seed, full=bulk.full,
        versions=keys.conditions(bulk.device, bulk.seed, bulk.key), asked=tuple(asked),
        cargo=cargo.pack(bulk.course, mnist),
    )  # fmt: skip
    try:
        if made.trouble():
            say(bulk.console, made.trouble())
        made.wait_ready()
    except BaseException:
        made.close()
        raise
    workers, threads = made.size()
    say(bulk.console, f"{bulk.cluster.where}: {workers} workers, {threads} submissions at a time.")
    return made


def _run(engine: Engine, results: Results, work: list[Work], shown: Shown) -> bool:
    waiting, running = iter(work), dict[Future[list[Any]], Work]()
    stopping, trouble = False, ""
    while True:
        try:
            taken = 0
            for one in _take(waiting, 0 if stopping else engine.room() - len(running)):
                taken += 1
                future = _submit(engine, one, results, shown)
                if future is not None:
                    running[future] = one
            if not running and taken:
                continue  # all of these were changed meanwhile; who comes after them is not
            if not running:
                return stopping
            shown.running([one.item for one in running.values()])
            done = wait(running, LOOK_S, return_when=FIRST_COMPLETED).done
            if not done and engine.trouble() != trouble:
                trouble = engine.trouble()
                shown.say(trouble or "It goes on.")
            for future in done:
                _store(results, running[future], future.result(), shown)
                del running[future]
        except KeyboardInterrupt:
            if stopping:
                return True
            stopping = True
            shown.say("Stopping: what is running is finished. Ctrl-C once more drops it.")
            for future in [future for future in running if future.cancel()]:
                del running[future]


def _label(path: str) -> str:
    """A path as text that travels: a name on disk need not be Unicode."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def _take(waiting: Iterator[Work], most: int) -> Iterator[Work]:
    for _ in range(most):
        one = next(waiting, None)
        if one is None:
            return
        yield one


def _submit(engine: Engine, one: Work, results: Results, shown: Shown) -> Future[list[Any]] | None:
    """Hand it to a worker; None where its file is not any more what it was."""
    try:
        source = one.item.read()
        same = hashlib.sha256(source).hexdigest() == one.sha256
    except UsageError:
        same = False
    if not same:
        _store(results, one, ["lost", CHANGED], shown)
        return None
    task = one.task
    return engine.submit(replace(task, source=source))


def _store(results: Results, one: Work, answer: list[Any], shown: Shown) -> None:
    if answer[0] == "graded":
        _, rows, environment, notes, seconds = answer
        made = [CheckRow(**{**row, "key": one.keys.get(row["id"], "")}) for row in rows]
    else:
        environment, notes, seconds = {}, [], 0.0
        made = [CheckRow("grading", "", "The submission is graded", (), Verdict.UNGRADABLE.value, 0, 0, answer[1])]
    results.store(one.sha256, one.item.exercise, made, environment, seconds, notes, one.keys)
    shown.done(one.item, made)


def _preload(exercises: Sequence[Exercise], seen: Sequence[Seen]) -> tuple[str, ...]:
    wanted = {exercise.id for exercise in exercises}
    modules = [name for exercise in exercises for name in exercise.preload]
    used = [one for one in seen if one.item.exercise in wanted and one.notebook]
    words = b"matplotlib" if any(one.plots for one in used) else b""
    return tuple(dict.fromkeys((*modules, *submissions.modules_for([Submission("", words, "", ())] if used else []))))
