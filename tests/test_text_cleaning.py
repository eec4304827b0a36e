"""Situations: what identifies leaves a text, what describes stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanroom.clean.text import TextCleaner

STUDY = frozenset(
    {
        ("person", "SMITH^JOHN^PAUL^Dr."),
        ("person", "Müller^Jörg"),
        ("person", "Li^Wei"),
        ("person", "HEAD^JOHN"),
        ("person", "Smitherson^Anne"),
        ("person", "Щербаков^Пётр"),
        ("person", "Παπαδόπουλος"),
        ("person", "Grant^Will"),
        ("person", "Long^Amy"),
        ("person", "Sørensen^Åge"),
        ("person", "Wałęsa^Lech"),
        ("person", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("person", "van der Berg^Maria"),
        ("person", "Hong^Gildong=洪^吉洞=홍^길동"),
        ("person", "สมชาย^ใจดี"),
        ("person", "שרון^דבורה"),
        ("id", "00123-456"),
        ("id", "AB1234"),
        ("id", "4711"),
        ("id", "19600312"),
        ("date", "19600312"),
        ("date", "20190102"),
        ("phone", "+49 6221 561234"),
        ("place", "Charité University Hospital Springfield"),
        ("place", "MR Center"),
        ("device", "AWP45557"),
    }
)
CLEANER = TextCleaner(STUDY)
DESCRIPTIONS = [
    "T1 MPRAGE SAG 1.0mm iso 12ch p2", "ep2d_diff_3scan_trace_p2_ADC", "Thorax  1.0  Br40  3", "PTV_5040",
    "CTV1_54Gy", "Head 5.0 H30s", "WB 3D MAC", "PET WB Corrected", "t2_tse_dixon_cor_320",
    "Abd^ABD_ROUTINE (Adult)", "AX T2 FLAIR 5/1.5", "1-2-3", "b=1000", "0018,0010", "TE 30/60/90",
    "L 10/12 ribs", "5x5x5", "512x512", "0.9375\\0.9375", "TR2000", "1.5T", "CT HEAD", "Lens_L", "Parotid_R",
    "Head^01_Head_Customized (Adult)", "1A TRAUMA/PLAIN HEAD DM /Head", "XR C Spine Comp Min 4 Views",
    "12 in 16,range -2048 to +2047,signed,mono2", "10:20:30", "90Y SIRT", "iMAR 2.0 B30s", "University",
    "MR", "Cine long axis", "1.2.840.10008.5.1.4.1.1.2", "*tse2d1_19", "mocoMEMPRAGE_220FOV RMS", "3D MAR",
    "Acq 2 of 5", "Gadovist 7.5 ml", "FDG 350 MBq 60 min p.i.", "li", "wei", "left hand", "MD FA ADC",
    "DR Chest PA", "syngo.via VB40A", "No lesion seen by MRI", "80 y", "Rücken T2 sag",
    "Опухоль", "胸部CT", "R HEAD", "J HEAD", "kV 120 mAs 200",
]  # fmt: skip
REMOVALS = [
    ("MPRAGE ADNI for SMITH^JOHN 12/03/1960", "MPRAGE ADNI for"),
    ("20190101_fMRI_run-01", "fMRI_run-01"),
    ("smith, john brain", "brain"),
    ("John Smith", ""),
    ("SMITHJOHN", ""),
    ("JSMITH T1", "T1"),
    ("SMITH_J", ""),
    ("J. P. Smith", ""),
    ("Smith's brain", "brain"),
    ("head_SMITHERSON2", "head"),
    ("BRAINSMITH", "BRAIN"),
    ("XSmith", ""),
    ("SmithJohnBrain", "Brain"),
    ("SMITH^JOHN^PAUL^Dr.", ""),
    ("Jorg Mueller", ""),
    ("JOERG MUELLER", ""),
    ("Sorensen Aage", ""),
    ("SOERENSEN", ""),
    ("walesa", ""),
    ("Shcherbakov", ""),
    ("Schtscherbakow", ""),
    ("ЩЕРБАКОВ T1", "T1"),
    ("Papadopoulos", ""),
    ("CT 山田 head", "CT head"),
    ("山田太郎", ""),
    ("たろう", ""),
    ("ﾀﾛｳ T1", "T1"),
    ("홍길동 MRI", "MRI"),
    ("นายสมชาย", "นาย"),
    ("דבורה שרון", ""),
    ("Mu\u0308ller T1", "T1"),
    ("Li Wei", ""),
    ("LI^WEI", ""),
    ("Li T2", "T2"),
    ("WEI head", "head"),
    ("HEAD John", ""),
    ("John Head", ""),
    ("Head, John", ""),
    ("T1 Long", "T1"),
    ("Will's scan", "scan"),
    ("van der Berg", ""),
    ("MRN:00123-456", ""),
    ("T1 123456 sag", "T1 sag"),
    ("id 123 456", "id"),
    ("0000123456", ""),
    ("AB-1234 x", "x"),
    ("scan 4711", "scan"),
    ("12MAR1960", ""),
    ("March 12th, 1960", ""),
    ("12. März 1960", ""),
    ("120360", ""),
    ("T2 06221/561234", "T2"),
    ("0049 6221 56 12 34", ""),
    ("Charite T1", "T1"),
    ("brain, Springfield", "brain"),
    ("MR Center brain", "brain"),
    ("awp-45557", ""),
    ("(SMITH)", ""),
    ("brain (Smith, contrast) post", "brain (contrast) post"),
    ("scan,SMITH,brain", "scan,brain"),
    ("a-SMITH-b", "a-b"),
    ("Pt John 92 y", ""),
    ("XR CHEST for Douglas Davidson", "XR CHEST for"),
    ("read by Dr. Unknownson, MD. No lesion.", "read by. No lesion."),
    ("call 555-123-4567 now", "call now"),
    ("a@b.org T1", "T1"),
    ("1.3.12.2.1107.5.2.43.166088 ref", "ref"),
    ("line 1 Smith\r\nline 2", "line 1\r\nline 2"),
    ("Smith\\brain", "\\brain"),
    ("Smith ^", ""),
]


@pytest.mark.parametrize("text", DESCRIPTIONS)
def test_a_description_stays_as_it_is(text: str) -> None:
    assert CLEANER.cleaned(text) is text
    assert CLEANER.cleaned(text, technical=True) is text


@pytest.mark.parametrize(("text", "expected"), REMOVALS)
def test_what_identifies_goes_and_nothing_else(text: str, expected: str) -> None:
    assert CLEANER.cleaned(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        f"{day}{s}{month}{s}{year}"
        for s in "-/._ "
        for year in ("1960", "60")
        for day, month in (("12", "03"), ("03", "12"), ("12", "MAR"))
    ]
    + [
        "1960-03-12",
        "1960.3.12",
        "19600312",
        "1960 Mar 12",
        "120360",
        "600312",
        "12. 3. 1960",
        "12 mars 1960",
    ]
    + ["12 de marzo de 1960", "12 marzo 1960", "12 de março de 1960", "12 maart 1960", "Mar 12, 1960"],
)
def test_the_birth_date_goes_even_from_a_technical_text_where_dates_stay(text: str) -> None:
    cleaner = TextCleaner(STUDY, frozenset({"date"}))
    assert cleaner.cleaned(f"FC21 {text} x", technical=True) == "FC21 x"


def test_a_technical_text_loses_only_the_studys_own_identities() -> None:
    assert CLEANER.cleaned("Ver 20010925 Dr. Other", technical=True) == "Ver 20010925 Dr. Other"
    assert CLEANER.cleaned("FC21 Smith 4711", technical=True) == "FC21"


def test_what_the_profile_keeps_stays() -> None:
    study = STUDY | {("device", "123456789"), ("place", "12 Elm Street")}
    text = "scan 2019-01-02 of 20170506 at Springfield on AWP45557 and 123456789, 12 Elm Street"
    assert TextCleaner(study, frozenset({"date", "place", "device"})).cleaned(text) is text
    assert TextCleaner(study).cleaned(text) == "scan of at on and"


@pytest.mark.parametrize(
    "value", ["SMITH", "smith_john", "JSMITH", "123456", "0123456", "123456.0", "AB1234"]
)
def test_a_code_string_or_number_that_is_an_identity(value: str) -> None:
    assert CLEANER.names_somebody(value)


@pytest.mark.parametrize("value", ["HEAD", "ORIGINAL", "4711", "512", "M", "", "NONE", "T1", "1960"])
def test_a_code_string_or_number_that_is_none(value: str) -> None:
    assert not CLEANER.names_somebody(value)


WORDS = [
    "SMITH",
    "John",
    "Li",
    "Wei",
    "Head",
    "T1",
    "brain",
    "12/03/1960",
    "123456",
    "Dr. Who",
    "山田",
    "4711",
]
WORDS += [
    "AB1234",
    "Müller",
    "Springfield",
    "van der",
    "Berg",
    "0.9375",
    "1.3.12.2.1107.5.2.43.1",
    "MR Center",
]
GLUE = st.sampled_from([" ", "_", "^", ", ", "-", "", "(", ")", "\r\n", "\\", ".", " / ", "'s "])
TEXTS = st.lists(st.tuples(st.sampled_from(WORDS), GLUE), max_size=8).map(
    lambda parts: "".join(word + glue for word, glue in parts)
)


@given(st.one_of(TEXTS, st.text(max_size=30)))
def test_cleaning_again_changes_nothing(text: str) -> None:
    for technical in (True, False):
        once = CLEANER.cleaned(text, technical)
        assert CLEANER.cleaned(once, technical) == once


@given(TEXTS)
def test_no_long_name_stays_as_a_word(text: str) -> None:
    left = CLEANER.cleaned(text).casefold()
    assert not any(name in left.replace("_", " ").split() for name in ("smith", "müller", "springfield"))


@given(TEXTS, st.sampled_from(["T1", "brain"]))
def test_lines_and_values_are_as_many_as_before(text: str, rest: str) -> None:
    left = CLEANER.cleaned(f"{rest} {text} {rest}")
    assert left.count("\\") == text.count("\\")
    assert left.count("\n") == text.count("\n")


@given(TEXTS)
def test_nothing_is_added(text: str) -> None:
    rest = iter(text.replace("\n", " "))
    assert all(letter in rest for letter in CLEANER.cleaned(text) if letter.isalnum())
