from __future__ import annotations

import pytest

from benchmarks.tables import markdown, summaries, table

TITLES = {"bi-gru": "BiGRU", "svm": "SVM"}


def row(model: str = "bi-gru", seed: int = 13, accuracy: float = 0.9, **more: object) -> dict[str, object]:
    base = {"set": "clinc", "model": model, "per_intent": None, "seed": seed, "accuracy": accuracy, "macro_f1": 0.8}
    return {**base, "training_cpu_seconds": 12.34, "sentences_per_second": 12345.6, "megabytes": 4.5, **more}


def cells(text: str, start: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| {start}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_runs_of_one_model_become_a_mean_with_their_spread():
    (entry,) = summaries([row(seed=13, accuracy=0.90), row(seed=14, accuracy=0.92), row(seed=15, accuracy=0.94)])
    assert entry["runs"] == 3
    assert entry["accuracy"]["mean"] == pytest.approx(0.92)
    assert entry["accuracy"]["spread"] == pytest.approx(0.02)


def test_a_single_run_claims_no_spread():
    assert summaries([row()])[0]["accuracy"] == {"mean": 0.9, "spread": None}
    assert "±" not in markdown([row()], TITLES)


def test_shares_are_shown_in_percent_with_their_spread():
    text = markdown([row(seed=13, accuracy=0.931), row(seed=14, accuracy=0.945)], TITLES)
    assert cells(text, "BiGRU") == ["BiGRU", "93.8 ± 1.0"]


def test_the_overview_has_a_column_for_each_set_and_leaves_open_what_was_not_run():
    text = markdown([row(), row("svm", accuracy=0.5), row(set="snips", accuracy=0.99)], TITLES)
    assert cells(text, "model") == ["model", "clinc", "snips"]
    assert cells(text, "BiGRU") == ["BiGRU", "90.0", "99.0"]
    assert cells(text, "SVM") == ["SVM", "50.0", ""]


def test_out_of_scope_columns_stand_only_where_such_rows_exist():
    assert "AUROC" not in markdown([row()], TITLES)
    text = markdown([row(auroc=0.951, fpr95=0.2), row("svm")], TITLES)
    full = text.split("### clinc")[1]
    assert cells(full, "BiGRU")[3:5] == ["95.1", "20.0"]
    assert cells(full, "SVM")[3:5] == ["", ""]


def test_accuracy_with_typos_has_an_overview_and_a_column_where_it_was_measured():
    assert "typo" not in markdown([row()], TITLES)
    text = markdown([row(typo_accuracy=0.853), row("svm"), row(set="snips")], TITLES)
    overview = text.split("## Test accuracy, %, with a typo in each sentence\n\n")[1].split("\n\n")[0]
    assert cells(overview, "model") == ["model", "clinc"]
    assert cells(overview, "BiGRU") == ["BiGRU", "85.3"]
    assert "SVM" not in overview
    assert cells(text.split("### clinc")[1], "BiGRU")[:4] == ["BiGRU", "90.0", "80.0", "85.3"]
    assert cells(text.split("### clinc")[1], "SVM")[:4] == ["SVM", "90.0", "80.0", ""]


def test_few_rows_per_intent_are_a_section_of_their_own():
    text = markdown([row(), row(per_intent=10, accuracy=0.7)], TITLES)
    assert cells(text.split("## Test accuracy, %, 10 rows per intent")[1], "BiGRU") == ["BiGRU", "70.0"]
    assert "### clinc, 10 rows per intent" in text


def test_a_model_that_is_no_longer_known_keeps_its_name():
    assert cells(markdown([row("old-idea")], TITLES), "old-idea") == ["old-idea", "90.0"]


def test_columns_line_up_in_the_source():
    lines = table(["model", "n"], [["a", "1"], ["longer name", "1,000"]]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1].endswith(":|") or lines[1].endswith(": |")


def test_figures_of_an_earlier_recipe_are_marked():
    text = markdown([row(recipe="a", earlier=True), row("svm", earlier=False)], TITLES)
    assert cells(text, "BiGRU")[1] == "90.0 ¹"
    assert cells(text, "SVM")[1] == "90.0"
    assert text.endswith("¹ measured with an earlier recipe\n")
    assert "¹" not in markdown([row(earlier=False)], TITLES)
