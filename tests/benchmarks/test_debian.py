import gzip
from pathlib import Path

import pytest

from benchmarks import debian
from rnn_intent.data.readers import read_examples

LONG = "a program that does what its name says and a little more than anybody would have asked for"


def stanza(**fields: str) -> str:
    return "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items()) + "\n"


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    packages, translation = [], []
    for number in range(20):
        for section in ("games", "mail", "libs"):
            name = f"{section}{number}"
            packages.append(stanza(Package=name, Section=section, Tag="role::program,\n use::playing"))
            packages.append(stanza(Package=f"{name}-data", Source=f"{name} (1.2)", Section=section))
            text = f"{section} number {number}\n This is {LONG}.\n .\n It is the {number}th in {section}."
            translation.append(stanza(Package=name, Description_md5="0a", Description_en=text))
            translation.append(stanza(Package=f"{name}-data", Description_en=f"data of {name}\n The same, and {LONG}."))
    packages.append(stanza(Package="tiny", Section="games"))
    translation.append(stanza(Package="tiny", Description_en="tiny game\n It is small."))
    (tmp_path / "Packages").write_text("".join(packages))
    with gzip.open(tmp_path / "Translation-en.gz", "wt") as file:
        file.write("".join(translation))
    return tmp_path


def made(mirror: Path, *options: str) -> dict[str, list[tuple[str, str]]]:
    debian.main([str(mirror / "Packages"), str(mirror / "Translation-en.gz"), str(mirror / "set"), *options])
    splits = ("train", "valid", "test")
    return {name: [(r.text, r.intent) for r in read_examples(mirror / "set" / f"{name}.tsv", "tsv")] for name in splits}


def test_rows_are_descriptions_by_section_one_of_each_source(mirror: Path):
    parts = made(mirror)
    assert {name: len(rows) for name, rows in parts.items()} == {"train": 24, "valid": 4, "test": 12}
    rows = [row for part in parts.values() for row in part]
    assert len(set(rows)) == 40
    assert sections(parts) == {"games", "mail"}  # libs is no topic
    assert (f"This is {LONG}. It is the 7th in mail.", "mail") in rows


def test_synopses_fewer_rows_and_the_same_ones_each_time(mirror: Path):
    parts = made(mirror, "--synopses", "--most", "10")
    assert {name: len(rows) for name, rows in parts.items()} == {"train": 12, "valid": 2, "test": 6}
    assert all(text.startswith(f"{section} number ") for text, section in parts["train"])
    assert made(mirror, "--synopses", "--most", "10") == parts


def test_no_test_row_says_what_another_split_has(mirror: Path):
    with (mirror / "Packages").open("a") as packages, gzip.open(mirror / "Translation-en.gz", "at") as translation:
        for number in range(30):
            packages.write(stanza(Package=f"again{number}", Section=("games", "mail")[number % 2]))
            translation.write(stanza(Package=f"again{number}", Description_en=f"again\n It is {LONG}."))
    texts = {name: [text for text, _ in rows] for name, rows in made(mirror).items()}
    assert texts["train"].count(f"It is {LONG}.") > 1
    assert not set(texts["train"]) & {*texts["valid"], *texts["test"]}
    assert not set(texts["valid"]) & set(texts["test"])


def test_small_sections_are_left_out(mirror: Path):
    few = [f"web{number}" for number in range(10)]
    with (mirror / "Packages").open("a") as packages, gzip.open(mirror / "Translation-en.gz", "at") as translation:
        packages.writelines(stanza(Package=name, Section="web") for name in few)
        translation.writelines(stanza(Package=name, Description_en=f"{name}\n {name} is {LONG}.") for name in few)
    assert sections(made(mirror, "--fewest", "11")) == {"games", "mail"}
    assert sections(made(mirror, "--fewest", "10")) == {"games", "mail", "web"}


def sections(parts: dict[str, list[tuple[str, str]]]) -> set[str]:
    return {section for rows in parts.values() for _, section in rows}
