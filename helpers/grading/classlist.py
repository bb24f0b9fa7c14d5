"""Read a class list as teachers have it: a CSV file out of Excel, Moodle or Canvas.

The encoding, the separator and the names of the columns are found out; what cannot be is said with the number of
its line. Columns are known by their names in English, German, French and Spanish.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

_MOST_BYTES = 32 << 20
_MOST_LETTERS = 128  # that the gradebook keeps of a field
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"))
_BYTE_ORDER_MARKS = (  # that of UTF-32 begins as that of UTF-16 does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = (
    (b"PK\x03\x04", "an Excel or OpenDocument workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
)

# What each column may be called, without accents, signs and capitals. The first one that is there counts; a row
# that has nothing in it is looked for in the next.
_COLUMNS = {
    "id": (
        "student id", "studentid", "sis login id", "sis anmelde id", "sis anmeldekennung",
        "identifiant de connexion sis", "id de inicio de sesion sis", "id de inicio de sesion de sis",
        "sis user id", "sis benutzer id", "id utilisateur sis", "id de usuario sis",
        "id de usuario de sis", "id number", "idnumber", "id nummer", "matrikelnummer",
        "matrikel nr", "matriculation number", "numero d identification", "numero d etudiant",
        "numero etudiant", "numero de id", "numero de identificacion", "matricula",
        "username", "user name", "login", "login id", "anmeldename", "benutzername",
        "nutzername", "kennung", "nom d utilisateur", "identifiant", "nombre de usuario", "usuario",
    ),
    "first_name": ("first name", "firstname", "given name", "vorname", "prenom", "nombre", "nombres"),
    "last_name": (
        "last name", "lastname", "surname", "family name", "nachname", "familienname",
        "nom de famille", "nom", "apellido s", "apellidos", "apellido",
    ),
    "full_name": (
        "full name", "fullname", "student", "student name", "name", "vollstandiger name",
        "studierende", "studierende r", "student in", "nom complet", "etudiant", "etudiant e",
        "nombre completo", "estudiante",
    ),
    "email": (
        "email", "e mail", "email address", "e mail address", "mail", "e mail adresse",
        "mailadresse", "adresse de courriel", "adresse e mail", "adresse electronique", "courriel",
        "correo electronico", "direccion de correo", "direccion de correo electronico",
        "direccion email", "correo",
    ),
    "lms_user_id": ("lms user id", "lms id", "canvas user id", "canvas id"),
}  # fmt: skip
_ANONYMOUS = re.compile(
    r"(?:participant(?:\(?e\)?)?|teilnehmer(?:/-?in|\*in|:in)?|participante)\s*\d+", re.I
)
_NO_STUDENT = {
    "points possible", "mogliche punkte", "points possibles", "puntos posibles",
    "student, test", "test student",
}  # rows that Canvas adds  # fmt: skip
_ROUNDED = re.compile(r"\d[.,]\d+e\+\d+", re.I)


class ClassListError(ValueError):
    """A file is no class list that could be read; the words say what to do."""


@dataclass(frozen=True)
class Student:
    """One member of the class, with the fields of nbgrader's gradebook; "" where nothing is known."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    def known(self) -> dict[str, str]:
        """Return what is known beside the id, by field."""
        named = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "id"}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class ClassList:
    """What a file says.

    Attributes:
        students: in the order of the file, each id once.
        problems: a sentence for each line that could not be taken; begins with the line's number.
        remarks: what was made of the file that is worth knowing.
    """

    students: tuple[Student, ...]
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def decode(content: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 and UTF-32 with or without a byte-order mark, else Windows-1252.

    Raises:
        ClassListError: it is no text.
    """
    if len(content) > _MOST_BYTES:
        raise ClassListError("the file is larger than 32 MB: no class is so large")
    for start, kind in _NO_TEXT:
        if content.startswith(start):
            raise ClassListError(f"the file is {kind}: save it as CSV (in Excel: CSV UTF-8)")
    encodings = [name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)][:1]
    if not encodings and b"\0" in content[:400]:
        even, odd = content[:400:2].count(0), content[1:400:2].count(0)
        encodings = ["utf-16-be" if even > odd else "utf-16-le"]
    for encoding in encodings or ["utf-8", "cp1252", "latin-1"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ClassListError("the file is no text: save it as CSV (in Excel: CSV UTF-8)")


def read_class_list(content: bytes) -> ClassList:
    """Read a class list.

    Args:
        content: of a CSV file whose first line names the columns.

    Raises:
        ClassListError: it is no class list as a whole.
    """
    text, skipped = _without_preamble(decode(content))
    separator = _separator(text)
    rows = _rows(text, separator, skipped)
    line, header = next(rows, (0, []))
    if not isinstance(header, list):
        raise ClassListError(f"line {line}: {header}")
    columns = _columns(header)
    if not {"id", "email", "lms_user_id"} & set(columns):
        named = ", ".join(filter(None, map(_clean, header)))[:200] or "nothing"
        raise ClassListError(
            f"no column holds ids or e-mail addresses; the first line names {named}. "
            "Write a first line such as id,first_name,last_name,email"
        )
    return _read(rows, header, columns)


def _without_preamble(text: str) -> tuple[str, int]:
    """Take away empty lines and Excel's `sep=;` before the header; say how many lines these were."""
    lines = list(io.StringIO(text, newline=""))
    skipped = 0
    for line in lines:
        bare = line.strip().strip('"').casefold()
        if bare.strip(";,\t |") and not re.fullmatch(r"sep=.?", bare):
            break
        skipped += 1
    return "".join(lines[skipped:]), skipped


def _separator(text: str) -> str:
    """Return what separates columns: that with which the first line names the most that are known."""

    def known(separator: str) -> tuple[int, int]:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
        return len(_columns(header)), len(header)

    try:
        return max(",;\t|", key=known)
    except csv.Error as error:
        raise ClassListError(f"the first line cannot be read: {error}") from None


def _rows(text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str] | str]]:
    """Give each row with the number of the line where it begins, or what is wrong there."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = skipped + reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                yield line, "a quotation mark is opened here and never closed"
                return
            yield line, f"it cannot be read as CSV ({error})"
            continue
        yield line, row


def _columns(header: list[str]) -> dict[str, tuple[int, ...]]:
    """Return where each field stands, the most trusted column first."""
    names = [_plain(name) for name in header]
    found = {
        field: tuple(names.index(name) for name in known if name in names)
        for field, known in _COLUMNS.items()
    }
    if "id" in names:
        # In Canvas' tables it is the number of the account, and what the school calls a student stands beside it.
        canvas = any("sis" in name.split() for name in names) or {"student", "section"} <= {*names}
        where = "lms_user_id" if canvas else "id"
        found[where] = (names.index("id"), *found[where])
    return {field: places for field, places in found.items() if places}


def _read(
    rows: Iterable[tuple[int, list[str] | str]],
    header: list[str],
    columns: Mapping[str, tuple[int, ...]],
) -> ClassList:
    taken: dict[str, tuple[int, Student]] = {}
    folded: dict[str, str] = {}
    problems, remarks = [], []
    made = 0
    for line, row in rows:
        if isinstance(row, str):
            problems.append(f"line {line}: {row}")
            continue
        cells = [_clean(cell) for cell in row]
        if not any(cells):
            continue
        if _plain_name(cells[0]) in _NO_STUDENT:
            remarks.append(f"line {line} is no student: {cells[0]}")
            continue
        student = _student(cells, columns)
        wrong = _wrong(student, cells, header)
        before = taken.get(student.id)
        if not wrong and before:
            if before[1] == student:
                remarks.append(f"line {line} says again what line {before[0]} says")
                continue
            wrong = f"the id {student.id} stands in line {before[0]} too, with other entries"
        if not wrong and folded.get(student.id.casefold(), student.id) != student.id:
            other = folded[student.id.casefold()]
            wrong = f"the id {student.id} differs from {other} by capital letters alone"
        if wrong:
            problems.append(f"line {line}: {wrong}")
            continue
        made += not _of(cells, columns.get("id", ()))
        taken[student.id] = line, student
        folded[student.id.casefold()] = student.id
    if made:
        remarks.append(f"{made} ids were made from the e-mail address or the number in the LMS")
    return ClassList(tuple(s for _, s in taken.values()), tuple(problems), tuple(remarks))


def _student(cells: list[str], columns: Mapping[str, tuple[int, ...]]) -> Student:
    got = {field: _of(cells, places) for field, places in columns.items()}
    first, last = got.get("first_name", ""), got.get("last_name", "")
    full = got.get("full_name", "")
    if first and not last:
        last = full.removeprefix(first).strip()  # a column "Name" beside "Vorname"
    elif not first and not last:
        last, comma, first = (part.strip() for part in full.partition(","))
        if not comma:
            first, _, last = last.rpartition(" ")
    email = got.get("email", "")
    lms = got.get("lms_user_id", "")
    return Student(got.get("id", "") or email.partition("@")[0] or lms, first, last, email, lms)


def _of(cells: list[str], places: tuple[int, ...]) -> str:
    values = (cells[place] for place in places if place < len(cells))
    return next((v for v in values if v and not _ANONYMOUS.fullmatch(v)), "")


def _wrong(student: Student, cells: list[str], header: list[str]) -> str:
    """Return why a row cannot be taken, or ""."""
    if any(cells[len(header) :]):
        return f"{len(cells)} columns where the first line names {len(header)}"
    if not student.id:
        return "neither an id nor an e-mail address"
    if student.email and not re.fullmatch(r"[^@\s]+@[^@\s]+", student.email):
        return f"{student.email} is no e-mail address"
    for value in (student.id, *student.known().values()):
        if len(value) > _MOST_LETTERS:
            return f"{value[:20]}… is longer than {_MOST_LETTERS} characters"
    if _ROUNDED.fullmatch(student.id):
        return f"the id {student.id} was rounded by a spreadsheet: format its column as text"
    return unfit(student.id)


def unfit(student_id: str) -> str:
    """Return why an id cannot be the name of a student's folder, or ""."""
    if not student_id or student_id.strip() != student_id:
        return f"the id {student_id!r} is empty, or begins or ends with a space"
    if "/" in student_id or not student_id.isprintable():
        return (
            f"the id {student_id!r} holds a slash or a sign that cannot be seen: it names a folder"
        )
    if student_id.startswith("."):
        return f"the id {student_id} begins with a dot, so that its folder would be hidden"
    if len(student_id) > _MOST_LETTERS or len(student_id.encode()) > 200:
        return f"the id {student_id[:20]}… is too long"
    return ""


def _clean(cell: str) -> str:
    """Return what a cell says: one form of each letter, single spaces, nothing invisible, no `="0012"`."""
    text = " ".join(unicodedata.normalize("NFC", cell).translate(_INVISIBLE).split())
    formula = re.fullmatch(r'="(.*)"', text)
    return formula[1].strip() if formula else text


def _plain_name(text: str) -> str:
    """Return text without accents and capitals."""
    split = unicodedata.normalize("NFKD", text.replace("ß", "ss").translate(_INVISIBLE))
    return "".join(c for c in split if not unicodedata.combining(c)).casefold().strip()


def _plain(name: str) -> str:
    return " ".join(re.findall(r"\w+", _plain_name(name).replace("_", " ")))


def words_of(*names: str) -> tuple[str, ...]:
    """Return the words of a name, in a form in which two spellings and two orders of it are equal."""
    return tuple(sorted(_plain(" ".join(names)).split()))


class Roll:
    """The class, to be asked who is meant.

    An answer is a student's id, or "" where nobody or more than one is meant.
    """

    def __init__(self, students: Iterable[Student]) -> None:
        self.students = tuple(students)
        self._ids = (
            self._index(lambda s: _form(s.id)),
            self._index(lambda s: _form(s.id).casefold()),
            self._index(lambda s: s.email.casefold()),
            self._index(lambda s: s.email.partition("@")[0].casefold()),
        )
        self._numbers = self._index(lambda s: s.lms_user_id)
        self._names = (
            self._index(lambda s: words_of(s.first_name, s.last_name)),
            self._index(lambda s: _exact_words(f"{s.first_name} {s.last_name}")),
        )
        self._together = self._index(lambda s: _letters(f"{s.last_name} {s.first_name}"))

    def __bool__(self) -> bool:
        return bool(self.students)

    def by_id(self, text: str) -> str:
        """Find by id: letter for letter first, then without regard to capitals, then by e-mail address."""
        form = _form(text)
        keys = (form, form.casefold(), form.casefold(), form.casefold())
        found = (index.get(key, "") for index, key in zip(self._ids, keys, strict=True))
        return next(filter(None, found), "")

    def by_lms(self, number: str) -> str:
        """Find by the number of the account in the LMS."""
        return self._numbers.get(number, "")

    def by_name(self, name: str) -> str:
        """Find by first and last name, in any order, with or without accents."""
        plain, exact = self._names
        return plain.get(words_of(name), "") or exact.get(_exact_words(name), "")

    def by_run_together(self, name: str) -> str:
        """Find by a name as Canvas writes it: `byronada`."""
        return self._together.get(_letters(name), "")

    def _index(self, key: Callable[[Student], Hashable]) -> dict[Hashable, str]:
        """Return ids by a key; "" where several students share it."""
        found: dict[Hashable, str] = {}
        for student in self.students:
            this = key(student)
            if this:
                found[this] = "" if this in found else student.id
        return found


def _form(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _exact_words(name: str) -> tuple[str, ...]:
    return tuple(sorted(_form(name).casefold().replace(",", " ").split()))


def _letters(name: str) -> str:
    return "".join(_plain(name).split())
