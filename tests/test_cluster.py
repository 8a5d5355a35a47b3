"""On a cluster the marks are those of one machine, whatever happens to its workers."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from dask_cluster import QUIET, LocalCluster
from distributed import Client
from hypothesis import given
from hypothesis import strategies as st
from test_bulk import HANGS, KINDS, classroom  # noqa: F401  # a fixture
from test_cli import GRADE, RIGHT, ROOT, course, grade  # noqa: F401  # `course` is a fixture

from grader import cargo, keys, remote
from grader.cluster import Address
from grader.errors import ServerError, UsageError
from grader.mnist import DataFile, Mnist

EXPECTED = {f"{kind}{number}": points for kind, (_, points) in KINDS.items() for number in range(2)}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    """A scheduler and two workers."""
    folder = tmp_path / "dask"
    folder.mkdir()
    with LocalCluster(folder, 2) as started:
        yield started


def bulk(course: Path, address: object, *more: object) -> subprocess.CompletedProcess[str]:  # noqa: F811 - a fixture
    place = "class", "--course", course, "--cluster", address
    return grade("bulk", *place, *more, cwd=course.parent, **QUIET)


def begin(course: Path, address: object) -> subprocess.Popen[str]:  # noqa: F811 - a fixture
    """The command in the background."""
    kept = {**os.environ, **QUIET, "HOME": str(course.parent), "XDG_STATE_HOME": str(course.parent / ".state")}
    command = [*GRADE, "bulk", "class", "--course", str(course), "--cluster", str(address), "--csv", "marks.csv"]
    return subprocess.Popen(
        command, cwd=course.parent, env=kept, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background ignores it
    )  # fmt: skip


def marks(folder: Path) -> dict[str, int]:
    with (folder / "marks.csv").open(encoding="utf-8", newline="") as lines:
        return {row["student"]: int(row["points"]) for row in csv.DictReader(lines)}


def workers_left() -> set[str]:
    """Worker processes that a cluster's worker has started."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            command, status = (entry / "cmdline").read_bytes(), (entry / "status").read_text()
            parent = re.search(r"PPid:\s(\d+)", status)
            above = Path(f"/proc/{parent[1] if parent else 0}/cmdline").read_bytes()
        except OSError:
            continue
        if b"from grader.cli import work" in command and b"dask" in above:
            found.add(entry.name)
    return found


def until(done: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_marks_are_those_of_one_machine(cluster: LocalCluster, course: Path, classroom: Path) -> None:  # noqa: F811
    """Right, wrong and hostile work gets on a cluster what it gets without one, and nothing is left there."""
    before = workers_left()
    done = bulk(course, cluster.address, "--csv", "marks.csv")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 workers, 2 submissions at a time" in done.stdout and "Warning" not in done.stdout
    assert marks(course.parent) == EXPECTED
    assert list((course.parent / "dask").rglob("grade-*")) == [] and workers_left() <= before
    again = bulk(course, cluster.file)
    assert again.returncode == 0 and "at a time" not in again.stdout  # all of it is known


def test_a_worker_that_dies_loses_nothing(cluster: LocalCluster, course: Path, classroom: Path) -> None:  # noqa: F811
    """With a worker killed in the middle everybody has the right marks all the same."""
    for number in range(20):
        work = classroom / f"more{number}" / "doubling.py"
        work.parent.mkdir()
        work.write_text(f"{RIGHT}# {number}\n")
    process = begin(course, cluster.file)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("[2/30]"):
            cluster.workers[0].send_signal(signal.SIGKILL)
            break
    rest = process.stdout.read()
    assert process.wait() == 0, rest
    assert marks(course.parent) == EXPECTED | {f"more{number}": 3 for number in range(20)}


def test_what_takes_two_machines_along_is_ungradable(cluster: LocalCluster, course: Path) -> None:  # noqa: F811
    """A submission whose machine is lost twice is not tried a third time, and has no mark; the others have theirs."""
    for name, source in (("hangs", HANGS), ("right", RIGHT)):
        work = course.parent / "class" / name / "doubling.py"
        work.parent.mkdir(parents=True)
        work.write_text(source)
    file = course / "doubling" / "exercise.toml"
    file.write_text(file.read_text() + "\n[limits]\ncpu_s = 60\nwall_s = 60\n")
    process = begin(course, cluster.file)
    assert process.stdout is not None
    assert any(line.startswith("[1/2] right") for line in process.stdout)
    with Client(cluster.address, set_as_default=False) as client:
        for times in (1, 2):
            until(lambda times=times: times in begun(client))
            cluster.lose_workers()
            cluster.add()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 3 and "1 could not be graded" in output, output
    with (course.parent / "marks.csv").open(encoding="utf-8", newline="") as lines:
        verdicts = {row["student"]: row["verdict"] for row in csv.DictReader(lines)}
    assert verdicts == {"hangs": "ungradable", "right": "passed"}


def begun(client: Client) -> list[int]:
    """How often each submission was begun."""
    metadata = client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.task_metadata)
    return [times for runs in metadata.values() for times in runs.values()]


def test_a_lost_scheduler_is_one_sentence(cluster: LocalCluster, course: Path, classroom: Path) -> None:  # noqa: F811
    """Without its scheduler the run ends with exit code 3 and says what to do; what was graded is kept."""
    (classroom / "hangs").mkdir()
    (classroom / "hangs" / "doubling.py").write_text(HANGS)
    file = course / "doubling" / "exercise.toml"
    file.write_text(file.read_text() + "\n[limits]\ncpu_s = 60\nwall_s = 60\n")
    process = begin(course, cluster.file)
    assert process.stdout is not None
    assert any(line.startswith("[10/11]") for line in process.stdout)
    cluster.scheduler.kill()
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 3 and "The scheduler was lost" in rest and "Traceback" not in rest
    (classroom / "hangs" / "doubling.py").write_text(RIGHT)
    done = grade("bulk", "class", "--course", course, "--csv", "marks.csv", cwd=course.parent)
    assert done.returncode == 0 and "[1/1]" in done.stdout
    assert marks(course.parent) == EXPECTED | {"hangs": 3}


def test_a_scheduler_that_is_not_there_is_one_sentence(course: Path, classroom: Path) -> None:  # noqa: F811
    """No scheduler, no grading: exit code 3, and the address is named."""
    done = bulk(course, "tcp://127.0.0.1:9")
    assert done.returncode == 3 and "No scheduler answers at tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_finishes_what_runs_there(cluster: LocalCluster, course: Path, classroom: Path) -> None:  # noqa: F811
    """Ctrl-C ends the run with exit code 130, and what was handed out is graded."""
    process = begin(course, cluster.file)
    assert process.stdout is not None
    assert any(line.startswith("[1/10]") for line in process.stdout)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "Stopping" in rest and "Traceback" not in rest
    assert bulk(course, cluster.file, "--csv", "marks.csv").returncode == 0
    assert marks(course.parent) == EXPECTED


GUIDE = re.findall(r"^    (openssl .*)$", (ROOT / "grader" / "clusters.md").read_text(encoding="utf-8"), re.M)


def test_certificates_of_the_guide_encrypt_everything(tmp_path: Path, course: Path, classroom: Path) -> None:  # noqa: F811
    """With the certificates that the guide's commands make, scheduler, workers and we speak TLS; without them nobody
    gets in."""
    folder = tmp_path / "tls"
    folder.mkdir()
    for line in GUIDE:
        subprocess.run(["bash", "-c", line], cwd=folder, check=True, capture_output=True)
    names = {"--tls-ca-file": folder / "ca.pem", "--tls-cert": folder / "cert.pem", "--tls-key": folder / "key.pem"}
    flags = [str(word) for pair in names.items() for word in pair]
    with LocalCluster(folder, 1, *flags, protocol="tls") as started:
        assert started.address.startswith("tls://")
        done = bulk(course, started.address, *flags, "--csv", "marks.csv")
        assert done.returncode == 0, done.stdout + done.stderr
        assert marks(course.parent) == EXPECTED
        stranger = bulk(course, started.address, "--fresh")
        assert stranger.returncode == 3 and "No scheduler answers" in stranger.stderr
    missing = bulk(course, "tls://127.0.0.1:9", "--tls-cert", "none.pem", "--fresh")
    assert missing.returncode == 2 and "none.pem" in missing.stderr


@pytest.mark.parametrize(
    ("where", "exposed"),
    [
        ("tls://10.0.0.1:8786", False), ("tcp://10.0.0.1:8786", True), ("10.0.0.1:8786", True), ("head:8786", True),
        ("tcp://127.0.0.1:8786", False), ("localhost:8786", False), ("tcp://[::1]:8786", False), ("wss://a:1", False),
    ],
)  # fmt: skip
def test_a_plain_connection_is_warned_of(where: str, exposed: bool) -> None:
    """What is not encrypted and leaves this machine can be read on the way."""
    assert Address(where).exposed() is exposed


@pytest.mark.parametrize(
    ("text", "exposed"), [('{"address": "tcp://10.0.0.1:8786"}', True), ('{"address": "tls://10.0.0.1:8786"}', False)]
)
def test_a_schedulers_file_hides_no_plain_connection(tmp_path: Path, text: str, exposed: bool) -> None:
    """What counts is the address in the file; a file without one is told."""
    file = tmp_path / "scheduler.json"
    file.write_text(text)
    assert Address(str(file)).exposed() is exposed
    file.write_text("[]")
    with pytest.raises(UsageError, match="no file that a Dask scheduler wrote"):
        Address(str(file)).exposed()


def a_worker(folder: Path, versions: str | None = None) -> remote.Grading:
    """The plugin on a worker that is none, with an empty course."""
    (folder / "empty").mkdir()
    wanted = keys.conditions("cpu", 0, None) if versions is None else versions
    told = remote.Told((), None, "cpu", 0, True, wanted, (), cargo.pack(folder / "empty", None))
    plugin = remote.Grading("grade-test", told)
    plugin.setup(SimpleNamespace(state=SimpleNamespace(nthreads=1), local_directory=str(folder)))
    return plugin


def test_other_versions_do_not_grade(tmp_path: Path) -> None:
    """A worker with another torch would give other marks: it says so and what to do."""
    here = keys.conditions("cpu", 0, None)
    plugin = a_worker(tmp_path, re.sub(r"torch .*", "torch 0.0.1", here))
    with pytest.raises(ServerError, match=r"torch .*, not 0\.0\.1.*Install the same versions"):
        plugin.pool()
    plugin.teardown(None)
    assert list(tmp_path.glob("grade-*")) == []
    with pytest.raises(ServerError, match="over"):
        plugin.pool()


@given(
    files=st.dictionaries(
        st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?\.(py|toml)", fullmatch=True), st.binary(), max_size=5
    )
)
def test_a_course_arrives_as_it_was(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every file of a course arrives, and MNIST's with it where it is sent."""
    folder = tmp_path_factory.mktemp("cargo")
    for name, content in files.items():
        (folder / "here" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "here" / name).write_bytes(content)
    (folder / "here" / "__pycache__").mkdir(parents=True)
    (folder / "here" / "__pycache__" / "left.pyc").write_bytes(b"out")
    data = DataFile("images", (1,), "")
    (folder / "images").write_bytes(b"data")
    there, mnist = cargo.unpack(cargo.pack(folder / "here", Mnist(folder, "", (data,))), folder / "there")
    assert {str(path.relative_to(there)): path.read_bytes() for path in there.rglob("*.*")} == files
    assert mnist is not None and (mnist / "images").read_bytes() == b"data"
    assert cargo.unpack(cargo.pack(folder / "here", None), folder / "bare")[1] is None


def test_what_is_no_course_is_not_sent(tmp_path: Path) -> None:
    """A folder with far too much in it is refused before it travels."""
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(cargo.MOST_BYTES + 1)
    with pytest.raises(UsageError, match="too large"):
        cargo.pack(tmp_path, None)
