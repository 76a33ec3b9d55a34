from __future__ import annotations

from dataclasses import replace

import pytest

from rnn_intent.cli import progress_bar
from rnn_intent.cli.progress_bar import Bar
from rnn_intent.training.progress import Progress

FIRST = Progress(epoch=1, epochs=3, step=1, steps=4, loss=2.0, valid_accuracy=None)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each move is drawn, and does not wait for a tenth of a second to pass."""
    import tqdm

    real = tqdm.tqdm
    monkeypatch.setattr(tqdm, "tqdm", lambda **given: real(**given, mininterval=0))


def test_the_bar_says_epoch_loss_and_validation_accuracy(shown, capsys):
    with Bar(shown=True) as bar:
        bar.step(FIRST)
        bar.step(replace(FIRST, epoch=2, step=2, loss=1.234, valid_accuracy=0.876))
    told = capsys.readouterr().err
    assert "epoch 2/3" in told
    assert "6/12" in told
    assert "loss 1.234, validation 87.6%" in told


def test_one_bar_at_a_time_each_with_its_own_clock(shown, capsys, monkeypatch: pytest.MonkeyPatch):
    import tqdm

    begun, begin = [], tqdm.tqdm
    monkeypatch.setattr(tqdm, "tqdm", lambda **given: begun.append(begin(**given)) or begun[-1])
    with Bar(shown=True) as bar:
        bar.step(FIRST, "minilm")
        bar.step(replace(FIRST, step=2), "minilm")
        bar.count("words read", 5, 9)
        bar.count("words read", 9, 9)
        bar.step(FIRST)
        bar.step(replace(FIRST, stage="refit"))
        bar.step(replace(FIRST, stage="refit", step=3))
        bar.step(replace(FIRST, stage="refit"))  # of the next seed
        assert [one.total for one in begun] == [12, 9, 12, 12, 12]
        assert [one.n for one in begun] == [2, 9, 1, 3, 1]
        assert {one.pos for one in begun} == {0}
    told = capsys.readouterr().err
    for part in ("minilm, epoch 1/3", "words read", "all rows, epoch 1/3"):
        assert part in told


def test_a_line_stands_above_the_bar(shown, capsys):
    with Bar(shown=True) as bar:
        bar.say("before")
        bar.step(FIRST)
        bar.say("between")
    told = capsys.readouterr().err
    assert told.startswith("rnn-intent: before\n")
    assert "rnn-intent: between\n" in told
    assert told.rindex("epoch 1/3") > told.index("between")


def test_no_bar_without_a_terminal(capsys):
    with Bar(shown=False) as bar:
        bar.step(FIRST)
        bar.count("words read", 5, 9)
    assert capsys.readouterr().err == ""


def test_without_a_terminal_a_line_says_every_half_minute_how_far_it_is(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress_bar, "monotonic", lambda: now[0])

    def told(quiet: bool) -> list[str]:
        with Bar.on_standard_error(quiet) as bar:
            for epoch in (1, 2, 3):
                for step in (1, 2, 3, 4):
                    bar.step(replace(FIRST, stage="teacher", epoch=epoch, step=step, valid_accuracy=0.5))
                    now[0] += 5
            bar.labelled(1_000, 60_000)
            bar.labelled(60_000, 60_000)
            bar.step(FIRST)
            now[0] += 31
            bar.step(replace(FIRST, step=2))
        return capsys.readouterr().err.splitlines()

    assert told(quiet=False) == [
        "rnn-intent: teacher, epoch 2/3, loss 2.000, validation 50.0%",
        "rnn-intent: 1,000 of 60,000 sentences labelled",
        "rnn-intent: epoch 1/3, loss 2.000",
    ]
    assert told(quiet=True) == []
