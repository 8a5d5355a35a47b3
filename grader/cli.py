"""The command line: the only place that prints, reads the environment or exits."""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from grader import __version__
from grader.errors import GraderError, UsageError

COURSE = click.option("--course", type=click.Path(path_type=Path), help="A folder of exercises; ours by default.")
NO_COLOR = click.option("--no-color", is_flag=True, help="No colours; the environment variable NO_COLOR does the same.")
PLAIN = click.option(
    "--plain", is_flag=True, help="One line per check, no symbols. The default when not in a terminal."
)
VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Show every failure in full, and what the code printed.")


@dataclass(frozen=True)
class Start:
    """What the first start of the command leaves to the one that it executes: the descriptor where it put the
    environment aside, and the folder with images for notebooks."""

    environment: int
    trees: str = ""


def main(start: Start | None = None) -> NoReturn:
    """The console script; with a `start`, the process that student code may be forked from."""
    _force_utf8()
    code = 0
    try:
        code = cli.main(standalone_mode=False, prog_name="grade", obj=start) or 0
    except click.ClickException as error:
        error.show()
        code = 2
    except click.exceptions.Exit as error:
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        code = 130
    except GraderError as error:
        from grader.terminal import clean, defuse

        click.echo(f"grade: {defuse(clean(str(error)))}", err=True)
        code = error.exit_code
    except BrokenPipeError:
        code = 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        code = 3  # where this was to be written there is no room for a message either
    _leave(code)


def work(descriptor: int) -> NoReturn:
    """A worker of `grade bulk`: grades what it hears on this socket."""
    import socket

    from grader import worker

    worker.serve(socket.socket(fileno=descriptor), lambda environment: os.environ.update(environment))
    os._exit(0)


def _leave(code: int) -> NoReturn:
    """Flush and go: taking torch apart at exit costs a tenth of a run."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(code)


def _force_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


class _Group(click.Group):
    """`grade exercise3 …` is `grade check exercise3 …`: what is no command is an exercise."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = next((arg for arg in args if not arg.startswith("-")), None)
        asks_for_help = any(arg in ("--help", "-h", "--version") for arg in args)
        if first not in self.commands and not (first is None and asks_for_help):
            args = ["check", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="grade")
def cli() -> None:
    """Grade homework on the first steps in neural networks.

    \b
      grade                 every exercise found in this folder, and the next one to work on
      grade exercise3       check exercise3.py in this folder
      grade exercise3 FILE  check another file

    Exit codes: 0 passed, 1 not passed, 2 called wrongly, 3 could not be graded.
    """


@cli.command(hidden=True, name="check")
@click.argument("exercise", required=False)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--json", "json_to", metavar="FILE|-", help="Write the report as JSON; with - nothing else is printed.")
@click.option("--seed", type=int, default=0, help="Meet other examples. Never for marks of record.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", help="Where tensors live.")
@click.option("--data", type=click.Path(path_type=Path), help="A folder with MNIST (exercise8: Kaggle's TGS data).")
@click.option("--plots", type=click.Path(path_type=Path), help="A folder for pictures of a training run, as PNG.")
@click.option(
    "--only-definitions/--all-cells",
    default=None,
    help="Of a notebook run what definitions need (the default), or everything (the default with --executed).",
)
@click.option("--executed", type=click.Path(path_type=Path), help="A folder for the notebook with its new outputs.")
@click.option("--course-key", type=click.Path(path_type=Path), help="A file with the key that training data come from.")
@COURSE
@NO_COLOR
@PLAIN
@VERBOSE
@click.pass_obj
def check(start: Start | None, /, exercise: str | None, path: Path | None, **options: Any) -> int:
    """Check one exercise, or all that are found in this folder."""
    from grader import checking

    return checking.run(_checking(start, options, exercise, path), exercise, path)


@cli.command()
@click.argument("exercise", required=False)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@COURSE
@NO_COLOR
@PLAIN
@VERBOSE
@click.pass_obj
def watch(start: Start | None, /, exercise: str | None, path: Path | None, **options: Any) -> int:
    """Check again at every save, until Ctrl-C."""
    from grader import watching

    return watching.run(_checking(start, options, exercise, path), exercise, path)


@cli.command()
@click.argument("exercise", required=False)
@click.option("--to", type=click.Path(path_type=Path), default=Path(), help="Where to put the files. [here]")
@click.option("--reset", is_flag=True, help="Bring the original text back; your file is kept beside it as .old.")
@click.option("--notebook", is_flag=True, help="As notebooks: exercise3.ipynb, graded from inside by %grade.")
@COURSE
def start(exercise: str | None, to: Path, reset: bool, notebook: bool, course: Path | None) -> int:
    """Put the exercises' starting files here. Files that exist are left alone."""
    from grader import starting, submissions

    for found in _exercises(course, exercise):
        copied = starting.copy(found, to, reset, notebook)
        words = {"written": "new", "kept": "kept, it was there", "reset": f"new; yours is now {copied.backup}"}
        click.echo(f"{copied.path}: {words[copied.what]}")
        taken = submissions.found(found.id, to)
        if taken != copied.path:
            click.echo(
                f"  `grade {found.id}` takes {taken.name}; to grade this one: grade {found.id} {copied.path.name}"
            )
    return 0


@cli.command()
@click.argument("exercise")
@COURSE
def hint(exercise: str, course: Path | None) -> int:
    """A hint for the next function to mend; a further one at each call."""
    from grader import progress

    found = _exercises(course, exercise)[0]
    function, text, left = progress.next_hint(progress.state_folder(), found, Path.cwd())
    click.echo(f"{function}: {text}" if function else text)
    if left:
        click.echo(f"({left} more: call this again)")
    return 0


@cli.command()
@click.argument("word", nargs=-1)
def explain(word: tuple[str, ...]) -> int:
    """What a WORD of the course means; without a word, which ones there are."""
    from grader import glossary

    click.echo(glossary.explain(" ".join(word)) if word else glossary.overview())
    return 0


@cli.command()
@click.option("--data", type=click.Path(path_type=Path), help="A folder that holds the files already.")
@NO_COLOR
def data(data: Path | None, no_color: bool) -> int:
    """Fetch the full MNIST set and verify it (needed from exercise 4 on)."""
    from grader import fetching

    return fetching.run(data or _data_folder(), _console(no_color))


@cli.command()
@click.argument("exercise", required=False)
@click.option("--mutants/--no-mutants", default=True, help="Also try small changes of the reference solution.")
@click.option("--solutions", type=click.Path(path_type=Path), help="The folder of reference solutions.")
@COURSE
@NO_COLOR
@VERBOSE
@click.pass_obj
def audit(start: Start | None, /, exercise: str | None, mutants: bool, solutions: Path | None, **options: Any) -> int:
    """For authors: do the checks pass what is right and catch what is wrong?"""
    from grader import auditing

    setting = _checking(start, {**options, "plain": False})
    return auditing.run(setting, exercise, solutions, mutants)


@cli.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results"), help="The folder of results. [results]"
)
@click.option("--exercise", help="Only this exercise; otherwise each file's name or content decides.")
@click.option("--jobs", type=click.IntRange(1, 512), default=os.cpu_count() or 1, help="How many at once. [all cores]")
@click.option("--only", metavar="STUDENT", default="", help="Only this student.")
@click.option("--fresh", is_flag=True, help="Grade again what is known already.")
@click.option("--dry-run", is_flag=True, help="Show what would be graded, what is ignored and why, and for how long.")
@click.option("--csv", "csv_to", type=click.Path(path_type=Path), help="Write the marks as CSV.")
@click.option("--json", "json_to", type=click.Path(path_type=Path), help="Write marks and checks as JSON.")
@click.option("--pseudonyms", is_flag=True, help="Random keys for students in --csv and --json.")
@click.option("--cluster", metavar="ADDRESS", help="Grade on a Dask cluster: tls://host:8786, or a scheduler's file.")
@click.option("--tls-ca-file", type=click.Path(path_type=Path), help="For --cluster: the authority's certificate.")
@click.option("--tls-cert", type=click.Path(path_type=Path), help="For --cluster: our certificate.")
@click.option("--tls-key", type=click.Path(path_type=Path), help="For --cluster: the key of our certificate.")
@click.option("--weak-sandbox", is_flag=True, help="Run even where the full sandbox cannot be had: students may cheat.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", help="Where tensors live.")
@click.option("--data", type=click.Path(path_type=Path), help="A folder with MNIST (exercise8: Kaggle's TGS data).")
@click.option("--course-key", type=click.Path(path_type=Path), help="A file with the key that training data come from.")
@click.option("--seed", type=int, default=0, help="Meet other examples. Never for marks of record.")
@COURSE
@NO_COLOR
@PLAIN
def bulk(submissions: Path, csv_to: Path | None, json_to: Path | None, pseudonyms: bool, **options: Any) -> int:
    """Grade all SUBMISSIONS: a folder, a download of Canvas or Moodle, or a list in CSV.

    Run the same command again to go on where it was stopped: what is known is not graded twice.
    """
    from grader import bulk as running
    from grader import cluster, course, exporting, fetching, progress

    console = _console(options["no_color"])
    data = options["data"] or _data_folder()
    files = [options[name] for name in ("tls_ca_file", "tls_cert", "tls_key")]
    kept = ("HOME", "PATH", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
    setting = running.Bulk(
        where=submissions,
        out=options["out"],
        course=(options["course"] or course.default_course()).absolute(),
        exercise=options["exercise"],
        jobs=options["jobs"],
        only=options["only"],
        fresh=options["fresh"],
        dry_run=options["dry_run"],
        plain=options["plain"],
        console=console,
        storage=progress.hypothesis_folder(),
        environment={name: os.environ[name] for name in kept if name in os.environ},
        data=data.absolute() if data is not None else None,
        key=_course_key(options["course_key"]),
        device=options["device"],
        seed=options["seed"],
        full=not options["weak_sandbox"],
        plant=lambda sources: fetching.plant(console, sources, data),
        cluster=cluster.Address(options["cluster"], *files) if options["cluster"] else None,
    )
    code = running.run(setting)
    if not setting.dry_run:
        exporting.export(setting.out, csv_to, json_to, pseudonyms)
    return code


@cli.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.argument("student")
def forget(results: Path, student: str) -> int:
    """Remove a STUDENT from RESULTS, a folder that `grade bulk` made: names, work, marks, everything."""
    from grader.results import Results

    with Results.open(results, create=False) as opened:
        removed = opened.forget(student)
    click.echo(f"{student} is removed from {results}: {removed} rows, and nothing of them is left in its file.")
    return 0


@cli.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.argument("old", type=click.Path(path_type=Path))
def diff(results: Path, old: Path) -> int:
    """Which marks differ between RESULTS and an OLD folder of results, check by check, and why."""
    from grader import exporting

    lines = exporting.differences(results, old)
    for line in lines:
        click.echo(line)
    click.echo(f"{len(lines)} checks differ." if lines else "No mark differs.")
    return 0


@cli.command()
@NO_COLOR
def doctor(no_color: bool) -> int:
    """Python, torch, device, data, and which layers of the sandbox are active here."""
    from grader import doctor as examination

    return examination.run(_console(no_color), _data_folder())


def _checking(
    start: Start | None, options: dict[str, Any], exercise: str | None = None, path: Path | None = None
) -> Any:
    """The setting for commands that run student code: in a process with an empty environment, which this one becomes if
    it is not. The environment is read back only once the server is forked."""
    from grader import launch
    from grader.checking import Setting

    if start is None:
        trees = _trees(options, [path] if path else _notebooks(exercise))
        launch.with_empty_environment(dict(os.environ), trees)

    def restore() -> None:
        if start is not None:
            os.environ.update(launch.read_environment(start.environment))

    def console() -> Any:
        return _console(options.get("no_color", False), to_stderr=options.get("json_to") == "-")

    return Setting(
        course=options.get("course"),
        console=console,
        restore=restore,
        clean=start is not None,
        trees=start.trees if start is not None else "",
        plain=bool(options.get("plain")),
        verbose=bool(options.get("verbose")),
        json_to=options.get("json_to"),
        write=lambda text: click.echo(text),
        seed=int(options.get("seed") or 0),
        device=str(options.get("device") or "cpu"),
        data=lambda: options.get("data") or _data_folder(),
        key=lambda: _course_key(options.get("course_key")),
        plots=options.get("plots"),
        whole=_whole(options.get("only_definitions"), options.get("executed")),
        executed=options.get("executed"),
    )


def _notebooks(exercise: str | None) -> list[Path]:
    """The notebooks in this folder that may be graded."""
    return sorted(Path().glob(f"{exercise or '*'}.ipynb"))


def _trees(options: dict[str, Any], paths: list[Path]) -> str:
    """The folder with images that these notebooks ask for, made if need be."""
    files = [path for path in paths if path.suffix == ".ipynb" and path.is_file()]
    sources = (file.read_bytes() for file in files)
    asking = [source for source in sources if b"untar_data" in source]
    if not asking:
        return ""
    from grader import fetching

    console = _console(options.get("no_color", False), to_stderr=True)
    return fetching.plant(console, asking, options.get("data") or _data_folder())


def _whole(only_definitions: bool | None, executed: Path | None) -> bool:
    """Whether all cells of a notebook are run."""
    return executed is not None if only_definitions is None else not only_definitions


def _console(no_color: bool, to_stderr: bool = False) -> Any:
    from grader import terminal

    stream = sys.stderr if to_stderr else sys.stdout
    colour = False if no_color or os.environ.get("NO_COLOR") else None
    columns = os.environ.get("COLUMNS", "")
    return terminal.console(stream, colour=colour, width=int(columns) if columns.isdigit() else None)


def _data_folder() -> Path | None:
    folder = os.environ.get("MNIST_DIR")
    return Path(folder) if folder else None


def _course_key(path: Path | None) -> bytes | None:
    """The content of the key's file, without the line's end."""
    if path is None:
        return None
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise UsageError(f"--course-key {path} cannot be read: {error.strerror}.") from None
    if len(key) < 16:
        raise UsageError(f"--course-key {path} holds {len(key)} bytes; a key that nobody guesses has at least 16.")
    return key


def _exercises(folder: Path | None, exercise: str | None) -> list[Any]:
    from grader import course

    where = folder or course.default_course()
    if exercise is not None:
        return [course.find_exercise(where, exercise)]
    found = course.exercises(where)
    if not found:
        raise UsageError(f"There is no exercise in {where}.")
    return found
