"""One training at a time in a run folder, and no lock that outlives its owner."""

import json
import os
import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from nursery import talking

from rnn_intent import processes
from rnn_intent.errors import DataError, TrainingError, UsageError
from rnn_intent.files import replacing
from rnn_intent.lock import held, holder
from rnn_intent.opening import opened
from rnn_intent.runs import RunFolder

HOLDING = """
import sys
from pathlib import Path
from rnn_intent.opening import opened
from rnn_intent.runs import RunFolder
with opened(RunFolder(Path(sys.argv[1])), resume=True, force=False):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "运行 a")
    folder.path.mkdir()
    return folder


def another_process(run: RunFolder) -> subprocess.Popen:
    process = talking(HOLDING, str(run.path))
    assert process.stdout.readline() == b"held\n"
    return process


def lock_of(run: RunFolder, **changes) -> None:
    """A lock file as this very process would write it, but for the changes."""
    pid = os.getpid()
    values = {"pid": pid, "started": processes.start_of(pid), "host": platform.node()}
    run.lock.write_text(json.dumps(values | changes), encoding="utf-8")


def test_a_second_training_is_refused_with_the_process_of_the_first_until_that_is_dead(run):
    first = another_process(run)
    for options in (
        {"resume": False, "force": False},
        {"resume": True, "force": False},
        {"resume": False, "force": True},
    ):
        run.history.write_text("", encoding="utf-8")  # the folder of a training under way is not empty
        with pytest.raises(UsageError, match=f"process {first.pid} is training"), opened(run, **options):
            pass
    assert holder(run).pid == first.pid
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert run.lock.exists()
    with opened(run, resume=True, force=False):
        assert holder(run).pid == os.getpid()
    assert not run.lock.exists()


def test_the_end_of_a_training_frees_the_folder_whatever_the_end(run):
    for error in (KeyboardInterrupt, ValueError):
        with pytest.raises(error), held(run):
            raise error
        assert os.listdir(run.path) == []


def test_a_process_that_asks_for_what_it_holds_is_refused_and_goes_on_holding_it(run):
    with held(run):
        with pytest.raises(UsageError, match=f"process {os.getpid()}"), held(run):
            pass
        assert holder(run).pid == os.getpid()


def test_a_number_that_the_system_gave_out_again_holds_nothing(run):
    lock_of(run)
    assert holder(run) is not None
    lock_of(run, started="before this one")
    assert holder(run) is None
    with held(run):
        pass


def test_a_process_of_another_machine_is_respected_and_the_way_out_is_named(run):
    lock_of(run, host="elsewhere\x1b[2J", pid=2**31 - 1)
    with pytest.raises(UsageError, match=r"delete .*lock") as caught, held(run):
        pass
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "content",
    [b"", b'{"pid": 1', b"[]", b"\xff", b'{"pid": "1"}', b'{"pid": -1, "started": "", "host": ""}', b"[" * 4000],
)
def test_a_lock_that_names_nobody_holds_nothing(run, content):
    run.lock.write_bytes(content)
    with held(run):
        assert holder(run).pid == os.getpid()


def test_a_lock_that_another_took_meanwhile_is_left_alone(run):
    with held(run):
        lock_of(run, pid=1)
    assert json.loads(run.lock.read_bytes())["pid"] == 1


def test_of_many_that_find_a_dead_lock_one_takes_it(run):
    """Each process says whether it got through, and holds on until all have spoken."""
    lock_of(run, pid=2**31 - 1)
    code = HOLDING.replace("with opened", "try:\n  with opened").replace("\n    ", "\n      ")
    code += "except Exception as error:\n  print(type(error).__name__, flush=True)\n"
    many = [talking(code, str(run.path)) for _ in range(5)]
    told = sorted(process.stdout.readline() for process in many)
    for process in many:
        process.communicate(b"")
    assert told == [*[b"UsageError\n"] * 4, b"held\n"]


def test_a_process_has_one_start_as_long_as_it_lives():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = processes.start_of(process.pid)
    assert started
    assert started == processes.start_of(process.pid)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and not asked for yet
    assert processes.start_of(process.pid) is None
    process.wait()
    assert processes.start_of(process.pid) is None


@pytest.mark.skipif(sys.platform == "win32", reason="ps")
def test_where_there_is_no_proc_ps_tells(monkeypatch, tmp_path):
    monkeypatch.setattr(processes, "PROC", tmp_path)
    started = processes.start_of(os.getpid())
    assert started
    assert processes.start_of(os.getpid()) == started
    assert processes.start_of(2**22 + 12345) is None
    monkeypatch.setattr(processes.subprocess, "run", lambda *_args, **_options: exec("raise FileNotFoundError"))
    assert processes.start_of(os.getpid()) == "unknown"
    assert processes.start_of(2**22 + 12345) is None


def test_a_folder_that_holds_no_file_of_a_run_is_as_good_as_new(run):
    run.checkpoint.mkdir()
    lock_of(run, pid=2**31 - 1)
    for left in (run.path / ".rnn-intent-abc", run.path.parent / ".rnn-intent-1-00000000-abc"):
        left.write_bytes(b"half a file")
    with opened(run, resume=False, force=False):
        assert sorted(os.listdir(run.path)) == ["checkpoint", "lock"]
        assert os.listdir(run.path.parent) == [run.name]
    run.history.write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="--resume to go on"), opened(run, resume=False, force=False):
        pass


def test_what_a_living_process_is_writing_beside_the_run_stays(run):
    with replacing(run.path.parent / "latest") as file:
        file.write(b"another run\n")
        with opened(run, resume=False, force=False):
            pass
    assert (run.path.parent / "latest").read_bytes() == b"another run\n"


def test_a_disk_that_fills_up_is_a_training_error_that_names_the_folder(run):
    with pytest.raises(TrainingError, match="No space left on device; what was there is untouched"):  # noqa: SIM117
        with opened(run, resume=True, force=False):
            raise OSError(28, "No space left on device")
    assert not run.lock.exists()


def test_a_lock_that_the_disk_does_not_take_is_not_left_behind(run, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UsageError, match="cannot be written: No space"), opened(run, resume=True, force=False):
        pass
    assert not run.lock.exists()


def refused_for_its_data(run: RunFolder) -> None:
    with opened(run, resume=False, force=False):
        run.checkpoint.mkdir(exist_ok=True)
        raise DataError("rows.tsv: no such file")


@pytest.mark.parametrize("there", [False, True])
def test_a_run_folder_made_for_nothing_does_not_stay(tmp_path: Path, there: bool) -> None:
    run = RunFolder(tmp_path / "run")
    if there:
        run.path.mkdir()
    with pytest.raises(DataError):
        refused_for_its_data(run)
    assert run.path.exists() == there
    run.path.mkdir(exist_ok=True)
    (run.path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError):
        refused_for_its_data(run)
    assert (run.path / "notes.txt").exists()
