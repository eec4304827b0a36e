"""Twenty invented patients, with everything a hospital writes about them."""

import datetime
import unicodedata
from dataclasses import dataclass

CODECS = {
    "": "ascii",
    "ISO_IR 100": "latin-1",
    "ISO_IR 144": "iso8859_5",
    "ISO_IR 126": "iso8859_7",
    "\\ISO 2022 IR 87": "iso2022_jp",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
}
"""Specific Character Set → Python's name for it."""
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


@dataclass(frozen=True)
class Identity:
    """A string that identifies.

    Attributes
    ----------
    text : str
        As it is typed.
    sure : tuple of str
        Its parts that must not come out; the others are ordinary words (Street, General).
    in_header : bool
        Whether a listed attribute of the same file says it too.
    """

    text: str
    sure: tuple[str, ...]
    in_header: bool = True


@dataclass(frozen=True)
class Patient:
    """One invented patient."""

    charset: str
    name: str
    sure: tuple[str, ...]
    latin: tuple[str, ...]
    id: str
    number: int
    birth: datetime.date
    sex: str
    town: str
    hospital: str
    physician: str
    stranger: str

    @property
    def codec(self) -> str:
        """Python's name of the character set."""
        return CODECS[self.charset]

    @property
    def address(self) -> Identity:
        """Where the patient lives."""
        street = f"{self.town[:-3]}gate"
        return Identity(f"{self.number % 97} {street} Street, {self.town}", (street, self.town))

    @property
    def phone(self) -> Identity:
        """The patient's telephone."""
        last = f"96{self.number % 10000:04d}"
        return Identity(f"+44 1632 {last}", (last,))

    @property
    def institution(self) -> Identity:
        """The hospital."""
        return Identity(f"{self.hospital} General Hospital", (self.hospital,))

    @property
    def accession(self) -> str:
        """The stem of the accession numbers."""
        return f"A{self.number % 1000003:07d}"

    def spellings(self) -> list[Identity]:
        """The name as people type it."""
        first = self.name.split("=")[0].split("^")
        family, given = first[0], first[1]
        caret = f"{family}^{given}"
        texts = [caret.upper(), f"{given} {family}", f"{family}, {given}", f"{given} {family}".lower()]
        found = [Identity(text, tuple(part for part in self.sure if _holds(text, part))) for text in texts]
        found += [
            Identity(f"{latin.split()[-1]}, {latin.split()[0]}", tuple(latin.split()), False)
            for latin in self.latin
        ]
        found.append(Identity(family, tuple(part for part in self.sure if _holds(family, part))))
        found += [Identity(group.replace("^", ""), tuple(group.split("^"))) for group in self.name.split("=")[1:]]
        return [item for item in found if item.sure]

    def others(self) -> list[Identity]:
        """Staff, numbers, places."""
        doctor = self.physician.split("^")
        return [
            Identity(self.id, (self.id,)),
            Identity(f"Dr. {doctor[0]}", (doctor[0],)),
            self.institution,
            self.phone,
            Identity(str(self.number), (str(self.number),)),
            Identity(f"{doctor[1]} {doctor[0]}", (doctor[0], doctor[1])),
            self.address,
            Identity(f"Dr. {self.stranger}", (self.stranger,), False),
        ]


def plain(text: str) -> tuple[str, str]:
    """A name without its accents, the German way and by leaving them out."""
    table = str.maketrans({"ł": "l", "Ł": "L", "ğ": "g", "ı": "i"})
    bare = unicodedata.normalize("NFKD", text.translate(table))
    return text.translate(GERMAN), "".join(letter for letter in bare if not unicodedata.combining(letter))


def _holds(text: str, part: str) -> bool:
    return part.casefold() in text.casefold()


def _patient(line: str) -> Patient:
    charset, name, sure, latin, number, birth, sex, town, hospital, doctor, stranger, own = line.split("|")
    accents = [f"{given} {family}" for given, family in (latin_pair.split() for latin_pair in latin.split(";") if latin_pair)]
    return Patient(
        charset, name, tuple(sure.split()), tuple(accents), own or number, int(number),
        datetime.date.fromisoformat(birth), sex, town, hospital, doctor, stranger,
    )  # fmt: skip


LINES = """
|Quillfeather^Rosamund|Quillfeather Rosamund||48213077|1960-03-12|F|Dunmorrow|Brennockshire|Featherstonhaugh^Imelda|Okonjwo|QX48213
ISO_IR 100|Mühlenbrück^Jörgen|Mühlenbrück Jörgen|Joergen Muehlenbrueck;Jorgen Muhlenbruck|70931652|1947-11-30|M|Oberzwieslach|Wendelsbronn|Gschwandtner^Korbinian|Przybylka|
|van den Berghoutz^Lieke|Berghoutz Lieke||31577209|1971-08-04|F|Noordwoldeveen|Zuidervaarne|Hoogeveenstra^Ruurd|Achterbergh|NL-315772
|O'Shaughnessy-Drummold^Niamh|Shaughnessy Drummold Niamh||64420918|1955-01-25|F|Ballyknocken|Carrigmoyle|Mulcahyne^Diarmuid|Szentgyorgy|
|MacAllenby^Fergus^Iain|MacAllenby Fergus||90217735|1939-06-18|M|Auchterlonie|Strathkinnes|Colquhounne^Elspeth|Tchaikowna|MA902177
|de la Cruzat^Maribel|Cruzat Maribel||55830146|1982-12-07|F|Valdemoriles|Santiponce|Echeverrigaray^Leandro|Ndiayefall|
ISO_IR 144|Охлопков^Дмитрий|Охлопков Дмитрий|Dmitriy Okhlopkov|27764493|1964-02-29|M|Zavolzhinsk|Petrovarezh|Kuznetsovich^Anfisa|Bjornstrand|RU-277644
ISO_IR 126|Παπαναστάσης^Ελευθέριος|Παπαναστάσης Ελευθέριος|Eleftherios Papanastasis|83305921|1950-10-10|M|Kalamitsiou|Thessalokriti|Hadjigeorgiou^Despina|Vanderlinde|
\\ISO 2022 IR 87|Yamazakura^Tatsunori=山桜^辰則|Yamazakura Tatsunori 山桜 辰則||16649038|1968-05-21|M|Fujinomachi|Kitanohama|Sakuragaoka^Mitsuyo|Llewellynne|JP166490
GB18030|Ouyangshe^Zhenlan=欧阳舍^振兰|Ouyangshe Zhenlan 欧阳舍 振兰||42298571|1977-09-15|F|Longquanwan|Baiyunshan|Shangguan^Yifeng|Krzeszowski|
ISO_IR 192|Wójcikiewicz^Świętosława|Wójcikiewicz Świętosława|Swietoslawa Wojcikiewicz|75186604|1958-07-01|F|Krasnobrodek|Zamojszczyce|Brzeczyszczak^Grzegorz|Oyelaranwe|PL751866
|Xu^Qiu|Xu Qiu||29053387|1973-04-14|M|Hollinsclough|Netherwallop|Umunnakwe^Adaeze|Fitzwarine|
|Smithwycke^Johnathan^^Dr^III|Smithwycke Johnathan||61174820|1944-08-23|M|Piddletrent|Ottershawe|Abercrombine^Tobias|Gudmundar|JS-61174
|kowalczuk^marzenka|Kowalczuk Marzenka||38846195|1966-03-03|F|Drohiczynek|Bialowezhe|Jablonowska^Kinga|Thorvaldsen|
ISO_IR 192|Gökçeoğlu^Tuğrul|Gökçeoğlu Tuğrul|Tugrul Gokceoglu|97502263|1951-12-19|M|Karatashova|Sarayonuler|Yildirimoglu^Perihan|Casagrandes|TR975022
ISO_IR 100|Lefèbvrand-Châtelain^Éloïse|Lefèbvrand Châtelain Éloïse|Eloise Lefebvrand|50069714|1979-06-30|F|Montreveille|Saint-Aubrac|Desrochettes^Aurelien|Ivanisevych|
|Ben-Shimolt^Avigdor|Shimolt Avigdor||84731906|1936-10-05|M|Ramat-Tishbi|Carmelithe|Rabinovitsky^Yocheved|Haverbrooke|IL-84731
ISO_IR 192|Hwangbosa^Seongmin=황보사^성민|Hwangbosa Seongmin 황보사 성민||13927458|1983-01-09|M|Gangneunghae|Seorakdong|Namgoongmi^Hyejin|Petrakiotis|
|St. Clairmonte^Beatrix|Clairmonte Beatrix||66285039|1962-11-11|F|Littlehamptor|Queensferrie|Wolstoncroft^Percival|Mbekithole|SC662850
|Abdulrahmanzad^Farshideh|Abdulrahmanzad Farshideh||92410583|1949-04-27|F|Shahrekordan|Mehrshahran|Golestanizadeh^Behnaz|Lindqvistor|
""".strip().splitlines()

PATIENTS = [_patient(line.replace("\\\\", "\\")) for line in LINES]
