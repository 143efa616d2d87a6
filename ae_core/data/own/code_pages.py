"""Which code page makes words of names: the one with which they are likeliest in some language.

What a letter costs is about the bits that it has in a text: few where it is frequent in what its page
is written with, many where it stands in no such text. The bits of all letters are added up.
"""

from __future__ import annotations

import unicodedata

# The letters of the languages that a page is for, the most frequent ones first.
_WEST = "éáãçíóõöüäêñàôâèåøúæßìîïòùûœë"
_CENTRE = "áéíőłąęóśżčřšžűäâăćçďěëîĺľńňôöŕşťţúůüýźß"
_TURKISH = "ıüşçğöiâîû"
_EAST = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґ"
_GREEK = "αοιετσνρκυπληςμδγωθχφβξζψάέήίόύώ"
_HEBREW = "יוהלאמרתשבנחדקעפגסטצזכםןךףץ"
_ARABIC = "اليمنوترهبعدفسكقحجشصضطخذغزثظئءآأإةىؤ"
_THAI = "านรอกเงมยลวดทสต่ิ้ีะปคบหแจัพชขใไโถผธซณศภญษฟฉฎฐุู์็ๆำ"
# Page -> those letters, or a script; the more usual pages first.
PAGES = {
    "cp850": _WEST,
    "cp437": _WEST,
    "cp1252": _WEST,
    "cp932": "CJK",
    "gbk": "CJK",
    "cp949": "HANGUL",
    "cp866": _EAST,
    "cp1251": _EAST,
    "big5": "CJK",
    "cp852": _CENTRE,
    "cp1250": _CENTRE,
    "cp857": _TURKISH,
    "cp1254": _TURKISH,
    "cp737": _GREEK,
    "cp1253": _GREEK,
    "cp862": _HEBREW,
    "cp1255": _HEBREW,
    "cp1256": _ARABIC,
    "cp874": _THAI,
}
_FREQUENT = 15  # letters of an alphabet that most words are written with
# The signs that everybody knows, as the page's bytes; level 1 of the standard behind it.
_KNOWN = {
    "cp932": (0x889F, 0x9872),
    "gbk": (0xB0A1, 0xD7F9),
    "cp949": (0xB0A1, 0xC8FE),
    "big5": (0xA440, 0xC67E),
}
_LOOKED_AT = 200  # names
_SIMPLE_ENDS = "\u11a8\u11ab\u11af\u11b7\u11b8\u11bc"  # of Korean syllables: most have one of these
_FIRST, _OTHER, _ACCENT = 4.0, 6.5, 2.0  # bits of a letter; more for an accented one
_KANA, _HALF, _SYLLABLE, _SIGN_OF_WORD = 6.0, 9.0, 8.5, 9.6
_RARE, _STRANGE = 6.0, 14.0  # more for a rare one; of what is in no word of these languages
_NONE = 40.0  # of what is in no word at all
_BREAK = 8.0  # more where the script changes in a word, or a capital follows a small letter
_LESS_USUAL = 0.2  # more for all names together, for each page that is more usual
_TOGETHER = 3.0  # more for an accented letter right after another


def likeliest(names: list[bytes]) -> list[str]:
    """Return the code pages that names can be read with, the likeliest first; UTF-8 before all.

    Of very many names some are looked at: the others may still be in none but a later page.
    """
    some = list(dict.fromkeys(part for name in names for part in name.split(b"/")))
    some = [part for part in some if not part.isascii()][:_LOOKED_AT]
    pages = [page for page in ("utf-8", *PAGES) if decoded(some, page) is not None]

    def bits(page: str) -> float:
        if page == "utf-8":
            return -1.0
        usual = _LESS_USUAL * list(PAGES).index(page)
        return usual + sum(_bits(part.decode(page, "replace"), page) for part in some)

    return sorted(pages, key=bits)


def decoded(names: list[bytes], page: str) -> list[str] | None:
    """Return names as a code page reads them, None where it does not, or where there is none."""
    try:
        return [name.decode(page) for name in names]
    except (UnicodeDecodeError, LookupError):
        return None


def _bits(name: str, page: str) -> float:
    found, before = 0.0, " "
    for letter in unicodedata.normalize("NFC", name):
        found += _of_letter(letter, page)
        if _script(before) and _script(letter):
            found += _BREAK * (_script(before) != _script(letter))
            found += _BREAK * (before.islower() and letter.isupper())
            accented = _script(letter) == "LATIN" and not (letter.isascii() or before.isascii())
            found += _TOGETHER * accented
        before = letter
    return found


def _of_letter(letter: str, page: str) -> float:
    script, theirs = _script(letter), PAGES[page]
    if letter.isascii():
        return _FIRST
    if unicodedata.category(letter) in ("Co", "Cn", "Cc"):
        return _NONE
    if theirs not in ("CJK", "HANGUL"):
        place = theirs.find(letter.lower())
        found = _STRANGE if place < 0 else _FIRST if place < _FREQUENT else _OTHER
        return found + _ACCENT * (script == "LATIN")
    name = unicodedata.name(letter, "")
    if name.startswith("HALFWIDTH"):
        return _HALF
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return _KANA if page == "cp932" else _STRANGE
    if script != theirs:  # also Chinese signs in a Korean name
        return _SIGN_OF_WORD + _RARE if script == "CJK" else _STRANGE
    low, high = _KNOWN[page]
    code = letter.encode(page)
    known = low <= int.from_bytes(code) <= high and (page in ("cp932", "big5") or code[1] >= 0xA1)
    if script == "CJK":
        return _SIGN_OF_WORD + _RARE * (not known)
    end = unicodedata.normalize("NFD", letter)[2:]
    return _SYLLABLE + _RARE * (not known) + _RARE * (bool(end) and end not in _SIMPLE_ENDS)


def _script(letter: str) -> str:
    """Return the script of a letter, "" for a sign or a figure."""
    if not letter.isalpha() and unicodedata.category(letter) != "Mn":  # signs above letters in Thai
        return "CJK" if letter == "\u30fc" else ""
    first = unicodedata.name(letter, "").split(" ")[0].split("-")[0]
    return "CJK" if first in ("HIRAGANA", "KATAKANA", "HALFWIDTH") else first
