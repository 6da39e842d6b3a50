"""Names of exporters: one name in every spelling and under each word for its legal form, and what is another."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.legal_names import names

EQUAL = [
    ("ALTYN DAN LLP", "Altyn Dan LLP"),
    ("Altyn  Dan\tLLP", "Altyn Dan LLP"),
    ('LLP "Altyn-Dan"', "LLP «Altyn Dan»"),
    ("Altyn Dan, LLP.", "Altyn Dan LLP"),
    ("Altyn Da\u0308n", "Altyn Dän"),
    ("Altyn Dan LLP", "Altyn Dän LLP"),
    ("ТОО «АЛТЫН ДӘН»", "ТОО Алтын дән"),
    ("Ａｌｔｙｎ", "Altyn"),
    ("ТОО «Алтын Дән»", "Altyn Dan LLP"),
    ("TOO Altyn Dan", "«Алтын Дән» ЖШС"),
    ("ZhShS Altyn Dan", "ТОО «Алтын Дан»"),
    ("Товарищество с ограниченной ответственностью «Жібек Киіз»", "Zhibek Kiiz LLP"),
    ("«Жібек Киіз» жауапкершілігі шектеулі серіктестігі", "Jibek Kiiz Limited Liability Partnership"),
    ("Т.О.О. «Жібек Киіз»", "Zhibek Kiiz L.L.P."),
    ("Zhibek Kiiz LLC", "ТОО «Жибек Киіз»"),
    ("«Ертіс Ферроқорытпа» АҚ", "JSC Yertis Ferrokorytpa"),
    ("АО «Ертіс Ферроқорытпа»", "Ertis Ferroqorytpa Joint-Stock Company"),
    ("Акционерное общество «КазМунайГаз»", "KazMunayGaz JSC"),
    ("AO KazMunaiGaz", "ҚазМұнайГаз АҚ"),
    ("Ақ Бидай ЖШС", "ТОО Ак Бидай"),
    ("ТОО «Ақ»", "Ақ ЖШС"),
    ("ИП Сәрсенбаев Нұрлан", "IE Sarsenbayev Nurlan"),
    ("Сәрсенбаев Нұрлан ЖК", "Индивидуальный предприниматель Сарсенбаев Нурлан"),
    ("К/Х «Береке»", "Bereke Peasant Farm"),
    ("«Береке» шаруа қожалығы", "Крестьянское хозяйство «Береке»"),
    ("СПК «Егінжай»", "«Егінжай» АӨК"),
    ("Қостанай Дән Экспорт ЖШС", "Kostanay Dan Export LLP"),
    ("Qostanai Dän Export JŞS", "ТОО «Костанай Дан Экспорт»"),
    ("TОО «Алтын»", "ТОО «Алтын»"),  # the T is Latin
    ("Аltyn LLP", "Altyn LLP"),  # the first letter is Cyrillic
    ("АВС Trade LLP", "ABC Trade LLP"),  # three Cyrillic capitals
    ("ТОО «Агро-1»", "Agro 1 LLP"),
    ("ТОО «АгроЭкспорт»", "Agro Export LLP"),
    ("ТОО «Алтын» / Altyn LLP", "Altyn LLP / ТОО «Алтын»"),
    ("Altyn LLP (ТОО «Алтын»)", "«Алтын» ЖШС"),
    ("Großmühle", "GROSSMÜHLE"),
]

MINOR = [
    ("Altyn Dna LLP", "Altyn Dan LLP"),
    ("ТОО «Алтын Даан»", "Altyn Dan LLP"),
    ("Kostanai Dan Exprot LLP", "Қостанай Дән Экспорт ЖШС"),
    ("Turkestan Miya LLP", "Түркістан Мия ЖШС"),
    ("Altyn Dan", "Altyn Dan LLP"),
    ("Dan Altyn LLP", "Altyn Dan LLP"),
]

SERIOUS = [
    ("Altyn Dan JSC", "Altyn Dan LLP"),
    ("ИП Алтын", "ТОО Алтын"),
    ("Altyn Dna JSC", "Altyn Dan LLP"),
    ("Ақ Бидай", "«Бидай» АҚ"),
    ("ТОО «Агро-1»", "ТОО «Агро-2»"),
    ("ТОО «Агро 2000»", "ТОО «Агро 2001»"),
    ("ТОО «Арна»", "ТОО «Арман»"),
    ("Altyn Dan LLP", "Kumis Dan LLP"),
    ("Altyn Dan LLP", "Altyn Dan Trade LLP"),
    ("Altyn (Kazakhstan) LLP", "Kazakhstan LLP"),
    ("ЖШС", "ТОО Алтын"),
    ("«»", "Altyn"),
    ("阿斯塔纳", "Altyn"),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_one_name_in_two_spellings_is_one_name(one: str, other: str) -> None:
    assert names(one, other).severity == "none"
    assert names(one, other) == names(other, one)


@pytest.mark.parametrize(("one", "other"), MINOR)
def test_a_typing_error_another_order_or_no_legal_form_is_minor(one: str, other: str) -> None:
    assert names(one, other).severity == "minor"
    assert names(one, other) == names(other, one)


@pytest.mark.parametrize(("one", "other"), SERIOUS)
def test_another_name_number_or_legal_form_is_serious(one: str, other: str) -> None:
    assert names(one, other).severity == "serious"
    assert names(one, other) == names(other, one)


def test_the_words_say_what_differs() -> None:
    assert names("Altyn JSC", "Altyn LLP").words == "differs from the one in REX by its legal form (JSC, LLP)"
    assert names("Altyn", "Altyn LLP").words == "is the one in REX, but one of the two has no legal form"
    assert names("altyn llp", "Altyn LLP").words == "is the one in REX"
    assert names("Алтын ТОО", "Altyn LLP").words == "is the one in REX, spelled another way"


OTHERS = """Қазақмыс, Қазхром, Қазмырыш, КазМунайГаз, КазТрансОйл, КазТрансГаз, Казцинк, Казфосфат, Рахат, Рахмет,
    Актюбинский завод ферросплавов, Аксуский завод ферросплавов, Арал Тұз, Орал Тұз, Баян Сулу, Алтын Дән, Алтын Дала,
    Алтын Бидай, Ақ Бидай, Ақ Бұлақ, Агро-Союз, АгроЦентр, Агро Центр Астана, Агромир, Степь, Степной, Жібек Жолы,
    Жібек Киіз, Арна, Арман, Нұр, Нұрлы, Нур-Агро, Азия Авто, Азия Агро"""


def test_the_names_of_different_exporters_are_never_one() -> None:
    pairs = combinations(OTHERS.split(","), 2)
    found = [(one, other) for one, other in pairs if names(f"{one} ЖШС", f"ТОО {other}").severity != "serious"]
    assert found == [(" Арал Тұз", " Орал Тұз")]  # One letter: minor, as it may be a typing error.


LETTERS = "аәбвгғдежзиклмнңоөпрстуұүфшыі"
ROOTS = st.lists(st.text(LETTERS, min_size=2, max_size=8), min_size=1, max_size=4).map(" ".join)
BGN = str.maketrans(
    {**dict(zip("аәбвгдезиклмноөпрстуұүфыі", "aabvgdeziklmnooprstuuufyi", strict=True)), "ж": "zh", "ш": "sh"}
    | {"ғ": "gh", "ң": "ng"}
)
NATIONAL = str.maketrans(dict(zip("аәбвгғдежзиклмнңоөпрстуұүфшыі", "aäbvgğdejziklmnñoöprstuūüfşyi", strict=True)))


@settings(max_examples=60, deadline=None)
@given(ROOTS, st.sampled_from([BGN, NATIONAL]), st.sampled_from(["{} LLP", "ТОО «{}»", "{}  ЖШС", "LLP “{}”."]))
def test_whatever_the_name_it_equals_itself_in_another_script_case_and_form(
    root: str, system: dict[int, str], form: str
) -> None:
    assert names(f"ТОО «{root.title()}»", form.format(root.translate(system).upper())).severity == "none"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_texts_are_compared_the_same_both_ways(one: str, other: str) -> None:
    assert names(one, other) == names(other, one)
    assert names(one, one).severity == names(one, f"  {one}\n").severity == "none"


def test_a_text_without_end_is_compared_at_once() -> None:
    assert names("Altyn " * 50_000, "ALTYN " * 50_000).severity == "none"
    assert names("Altyn " * 50_000, "Алтын " * 50_000).severity == "serious"
