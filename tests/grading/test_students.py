"""Class lists as teachers have them, and what of them is entered into the gradebook."""

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.api import Gradebook

from helpers.grading.classlist import ClassListError, Roll, Student, read_class_list, unfit
from helpers.grading.students import StudentsApp, changes, enter, in_gradebook, plan
from helpers.notebooks import ROOT

ZOE = Student("zoe7", "Zoë", "Öztürk-Ñandú", "zoe@uni.example")
PLAIN = "id,first_name,last_name,email\nzoe7,Zoë,Öztürk-Ñandú,zoe@uni.example\n"


def read(text: str, encoding: str = "utf-8"):
    return read_class_list(text.encode(encoding))


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"],
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encoding_separator_and_line_ends_are_found_out(encoding, separator, line_end):
    text = PLAIN.replace(",", separator).replace("\n", line_end)
    assert read(text, encoding).students == (ZOE,)


@pytest.mark.parametrize(
    ("header", "row", "student"),
    {
        "nbgrader": (
            "id,first_name,last_name,email,lms_user_id",
            "a,Ada,Byron,a@x.org,7",
            Student("a", "Ada", "Byron", "a@x.org", "7"),
        ),
        "moodle participants": (
            "First name,Last name,Email address,Groups",
            "Ada,Byron,ada.b@x.org,",
            Student("ada.b", "Ada", "Byron", "ada.b@x.org"),
        ),
        "moodle in German": (
            "Vorname;Nachname;ID-Nummer;E-Mail-Adresse",
            "Ada;Byron;00123;a@x.org",
            Student("00123", "Ada", "Byron", "a@x.org"),
        ),
        "moodle in French": (
            "Prénom,Nom de famille,Numéro d’identification,Adresse de courriel",
            "Ada,Byron,7,a@x.org",
            Student("7", "Ada", "Byron", "a@x.org"),
        ),
        "moodle in Spanish": (
            "Nombre,Apellido(s),Número de ID,Dirección de correo",
            "Ada,Byron Lovelace,7,a@x.org",
            Student("7", "Ada", "Byron Lovelace", "a@x.org"),
        ),
        "moodle's grading table": (
            "Identifier,Full name,Email address,Status,Grade",
            "Participant 991,Ada Byron,a@x.org,Submitted,-",
            Student("a", "Ada", "Byron", "a@x.org"),
        ),
        "moodle's grading table in German": (
            "ID,Vollständiger Name,E-Mail-Adresse,Status",
            "Teilnehmer/in991,Ada Byron,a@x.org,-",
            Student("a", "Ada", "Byron", "a@x.org"),
        ),
        "canvas": (
            "Student,ID,SIS User ID,SIS Login ID,Section,Lesson 1 (44)",
            '"Byron, Ada",5521,S-9,ab12,DL,',
            Student("ab12", "Ada", "Byron", "", "5521"),
        ),
        "canvas without ids of the school": (
            "Student,ID,Section",
            '"Byron, Ada",5521,DL',
            Student("5521", "Ada", "Byron", "", "5521"),
        ),
        "a list by hand": (
            "Name;Vorname;Matrikel-Nr.;Mail",
            "Byron;Ada;0007;a@x.org",
            Student("0007", "Ada", "Byron", "a@x.org"),
        ),
        "username before nothing else": (
            "Username,Name",
            'abyron,"Byron, Ada King"',
            Student("abyron", "Ada King", "Byron"),
        ),
        "a formula that keeps zeros": ("id;name", '"=""0042""";Ada Byron', Student("0042", "Ada", "Byron")),
    }.values(),
)  # fmt: skip
def test_columns_are_known_by_the_names_that_programs_give_them(header, row, student):
    assert read(f"{header}\n{row}\n").students == (student,)


def test_what_surrounds_the_rows_is_no_student():
    text = "sep=;\r\n\r\nid;first_name\r\n  ada \u00a0;\u200b Ada\r\n;\r\n\r\n  \r\nbob;Bob\r\n"
    assert read(text, "utf-16").students == (Student("ada", "Ada"), Student("bob", "Bob"))


def test_what_canvas_adds_is_no_student():
    found = read(
        "Student,ID,SIS Login ID,Section\n    Points Possible,,,\n"
        '"Student, Test",9,,DL\n"Student, Testa",10,st,DL\n'
    )
    assert found.students == (Student("st", "Testa", "Student", "", "10"),)
    assert not found.problems


def test_a_line_that_cannot_be_taken_is_named_by_its_number():
    found = read(
        "sep=,\nid,first_name,email\nada,Ada,a@x.org\n"
        'bob,"Bob\nof two lines",b@x.org\n\n'
        ",No id,\n"
        "ada,Another,z@x.org\n"
        "ada,Ada,a@x.org\n"
        "ADA,Ada,\n"
        "a/b,Slash,\n"
        ".x,Dot,\n"
        "1.23E+11,Excel,\n"
        "eve,Eve,not an address\n"
        "fay,Fay,f@x.org,one more\n"
        'gil,"Gil"x,\n'
        "hal,Hal,h@x.org\n"
    )
    assert [s.id for s in found.students] == ["ada", "bob", "hal"]
    numbers = [int(p.split(":")[0].removeprefix("line ")) for p in found.problems]
    assert numbers == [7, 8, 10, 11, 12, 13, 14, 15, 16]
    assert "line 3" in found.problems[1]
    assert any("line 9" in r and "line 3" in r for r in found.remarks)


def test_a_quotation_mark_that_is_never_closed_swallows_nobody_in_silence():
    found = read('id,first_name\nada,Ada\nbob,"Bob\ncleo,Cleo\n')
    assert [s.id for s in found.students] == ["ada"]
    assert found.problems == ("line 3: a quotation mark is opened here and never closed",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest", "workbook"),
        (b"\xd0\xcf\x11\xe0", "workbook"),
        (b"", "no column"),
        (b"\n\n", "no column"),
        (b"ada,Ada\nbob,Bob\n", "first line"),
        (b"\x00" * 50, "no text"),
        (b"first_name,last_name\nAda,Byron\n", "ids or e-mail"),
    ],
)
def test_what_is_no_class_list_is_refused_in_words(content, words):
    with pytest.raises(ClassListError, match=words):
        read_class_list(content)


@given(st.binary(max_size=300))
def test_no_file_makes_the_reader_fail_otherwise_than_in_words(content):
    for start in (b"", b"id,email\n", b"\xff\xfei\0d\0\n\0"):
        with contextlib.suppress(ClassListError):
            assert read_class_list(start + content).problems is not None


NAMES = st.text("abXY019 _;,|#%[]&\\üß🦊", min_size=1, max_size=8).filter(lambda t: not unfit(t))
TIDY = NAMES.map(lambda t: " ".join(t.split()))


@given(
    st.dictionaries(TIDY, st.tuples(TIDY, TIDY), min_size=1, max_size=6), st.sampled_from(",;\t")
)
def test_a_table_comes_back_as_it_was_written(rows, separator):
    folded = {key.casefold(): key for key in rows}
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator)
    writer.writerow(["id", "first_name", "last_name"])
    writer.writerows([key, *rows[key]] for key in folded.values())
    found = read(file.getvalue(), "utf-8-sig")
    assert found.students == tuple(Student(key, *rows[key]) for key in folded.values())
    assert not found.problems


ROLL = Roll(
    [
        Student("ada", "Ada", "Byron", "a.byron@x.org", "11"),
        Student("jm", "Jörg", "Müller", "jm@x.org"),
        Student("a1", "Ann", "Lee"),
        Student("a2", "Lee", "Ann"),
    ]
)


@pytest.mark.parametrize(
    ("asked", "student"),
    [
        (ROLL.by_id("ADA"), "ada"),
        (ROLL.by_id("A.Byron@x.org"), "ada"),
        (ROLL.by_id("a.byron"), "ada"),
        (ROLL.by_id(""), ""),
        (ROLL.by_lms("11"), "ada"),
        (ROLL.by_lms(""), ""),
        (ROLL.by_name("Byron Ada"), "ada"),
        (ROLL.by_name("Byron, Ada"), "ada"),
        (ROLL.by_name("Jo\u0308rg MU\u0308LLER"), "jm"),
        (ROLL.by_name("Jorg Muller"), "jm"),
        (ROLL.by_name("Ann Lee"), ""),
        (ROLL.by_name(""), ""),
        (ROLL.by_run_together("mullerjorg"), "jm"),
        (ROLL.by_run_together("byronada"), "ada"),
    ],
)
def test_the_class_is_asked_for_one_student_or_none(asked, student):
    assert asked == student


@pytest.fixture
def gradebook(tmp_path):
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "course") as book:
        yield book


def test_entering_changes_what_is_known_and_empties_and_deletes_nothing(gradebook):
    gradebook.add_student("ada", first_name="A.", last_name="Byron", email="a@x.org")
    gradebook.add_student("old", first_name="Old")
    before = in_gradebook(gradebook)
    new = [Student("ada", "Ada"), Student("bob", "Bob", email="a@x.org")]
    assert changes(new[0], before) == {"first_name": "Ada"}
    lines = plan(new, before)
    assert lines[0].startswith("changed")
    assert "ada in the gradebook has this e-mail address too" in lines[1]
    enter(gradebook, new)
    after = in_gradebook(gradebook)
    assert after["ada"] == Student("ada", "Ada", "Byron", "a@x.org")
    assert set(after) == {"ada", "bob", "old"}
    enter(gradebook, new)
    assert in_gradebook(gradebook) == after
    assert plan(new, after)[0].startswith("as is")


def run(folder, monkeypatch, capsys, text: str, *options: str) -> tuple[int, str, set[str]]:
    """Run the command in a course; returns exit status, what it printed, and who is in the gradebook."""
    if not (folder / "nbgrader_config.py").exists():
        (folder / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text())
    (folder / "list.csv").write_bytes(text.encode("utf-8-sig"))
    monkeypatch.chdir(folder)
    code: int | str | None = 0
    try:
        StudentsApp.launch_instance([*options, "list.csv"])
    except SystemExit as error:
        code = error.code
    finally:
        StudentsApp.clear_instance()
    url = f"sqlite:///{folder}/course/gradebook.db"
    there: set[str] = set()
    if (folder / "course/gradebook.db").exists():
        with Gradebook(url, "deep_learning") as book:
            there = set(in_gradebook(book))
    return int(code or 0), capsys.readouterr().out, there


def test_nothing_is_entered_unless_every_line_is_right(tmp_path, monkeypatch, capsys):
    text = "id,first_name\nada,Ada\n,Nobody\n"
    code, said, there = run(tmp_path, monkeypatch, capsys, text)
    assert (code, there) == (1, set())
    assert "line 3" in said
    assert "nothing was entered" in said
    code, said, there = run(tmp_path, monkeypatch, capsys, text, "--skip-bad")
    assert (code, there) == (1, {"ada"})
    assert "1 line left out" in said
    code, said, there = run(tmp_path, monkeypatch, capsys, "id\nbob\n", "--show")
    assert (code, there) == (0, {"ada"})
    assert "new      bob" in said
    code, said, there = run(tmp_path, monkeypatch, capsys, "id\nbob\n")
    assert (code, there) == (0, {"ada", "bob"})
