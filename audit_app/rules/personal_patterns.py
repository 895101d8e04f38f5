"""How personal data is written: the shapes that :mod:`audit_app.rules.personal_data` looks for."""

from __future__ import annotations

import re

#: A blank as people and word processors write it inside a number, never a new line.
_GAP = r"[ \t\u00a0\u2007\u2009\u202f]"
_DASH = r"[\-\u2010-\u2015]"
_BETWEEN = rf"(?:{_GAP}{{0,2}}{_DASH}{_GAP}?|{_GAP}{{1,2}}|\.)"

#: Ten digits in one run, or 3-3-4 as the NHS prints them, or with one of its gaps forgotten.
NHS_NUMBER = re.compile(
    rf"(?<![\w/])(?<!\d[.,\-])(?P<digits>\d{{10}}"
    rf"|\d{{3}}{_BETWEEN}\d{{3}}{_BETWEEN}\d{{4}}"
    rf"|\d{{3}}{_BETWEEN}\d{{7}}|\d{{6}}{_BETWEEN}\d{{4}})(?![\w/])(?![.,\-]\d)"
)

#: Ten digits in any groups, where the words before say what they are.
NHS_NUMBER_NAMED = re.compile(
    rf"\bNHS\b[^\d\n]{{0,25}}(?P<digits>\d(?:{_BETWEEN}?\d){{9}})(?!\w)", re.IGNORECASE
)

#: Two letters, six digits and a last letter. Which prefixes are not given out: HMRC, National
#: Insurance Manual NIM39110.
NATIONAL_INSURANCE = re.compile(
    rf"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z]{_GAP}?[A-CEGHJ-NPR-TW-Z]"
    rf"(?:{_BETWEEN}?\d{{2}}){{3}}{_BETWEEN}?[A-D](?!\w)",
    re.IGNORECASE,
)

#: A check letter and twelve signs, of which the last may be a letter.
PUPIL_NUMBER = re.compile(r"(?<!\w)[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z](?!\w)", re.IGNORECASE)

EMAIL = re.compile(
    r"[^\W_](?:[\w.!#$%&'’*+/=?^`{|}~\-]{0,62}[\w+\-])?@[^\W_](?:[\w.\-]{0,250}[^\W_])?"
)

#: The areas there are, so that a clause or a room number is no postcode.
_AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT "
    "DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD "
    "LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK "
    "SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
_AREA = "|".join(sorted(_AREAS.split(), key=len, reverse=True))

#: The inward part's letters leave out C, I, K, M, O and V. “S1 2nd” and “B2 1yr” are no postcodes.
POSTCODE = re.compile(
    rf"(?<![\w\-])(?i:{_AREA})(?:\d[\dA-Za-z]?)(?:{_GAP}{{0,2}})"
    r"\d(?!(?:st|nd|rd|th|yr|hr)(?!\w))(?i:[ABD-HJLNP-UW-Z]{2})(?!\w)"
)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:(?:19|20)\d{2}|\d{2})"

#: A day, a month and a year.
DATE = re.compile(
    rf"(?<![\w/])(?:{_DAY}[ ]?[/.\-][ ]?(?:0?[1-9]|1[0-2])[ ]?[/.\-][ ]?{_YEAR}"
    r"|(?:19|20)\d{2}[/.\-](?:0[1-9]|1[0-2])[/.\-](?:0[1-9]|[12]\d|3[01])"
    rf"|{_DAY}(?:st|nd|rd|th)?[ \-](?:of[ ])?{_MONTH},?[ \-]{_YEAR}"
    rf"|{_MONTH}[ ]{_DAY}(?:st|nd|rd|th)?,?[ ](?:19|20)\d{{2}})(?![\w/])(?!\.\d)",
    re.IGNORECASE,
)

NEAR_BEFORE = 48
NEAR_AFTER = 30

_LABEL = r"\b(?:d\.?[ ]?o\.?[ ]?b\b\.?|date[ -]of[ -]birth|birth[ -]?date|birthday)"
#: What happens on dates beside which somebody’s birth is only mentioned.
_ELSE = (
    r"(?:review|visit|seen|meeting|conference|audit|plan|order|assess\w*|referr?al|referred|before"
    r"|after|since|until|when|moved|placed|started|closed|allocated)"
)
_SAME_SENTENCE = rf"(?:(?!\b{_ELSE})[^\d.;!?\n])"

BIRTH_BEFORE = re.compile(rf"(?:{_LABEL}|\bborn\b){_SAME_SENTENCE}{{0,36}}$", re.IGNORECASE)
BIRTH_AFTER = re.compile(
    rf"{_SAME_SENTENCE}{{0,15}}?(?:{_LABEL}|\bborn\b)",
    re.IGNORECASE,
)

#: What a text must hold at all before it is worth a closer look, which takes ten times as long.
MANY_DIGITS = re.compile(r"(?:\d\D{0,3}){9}")
SIX_DIGITS = re.compile(r"(?:\d\D{0,4}){6}[A-Da-d]")
INWARD = re.compile(r"\d[A-Za-z]{2}(?!\w)")
OF_BIRTH = re.compile(r"born|birth|d\.?[ ]?o\.?[ ]?b", re.IGNORECASE)

#: A number of this country, in its plan or not: mistyped, or one of those kept for drama.
UK_PHONE = re.compile(
    r"(?<![\w/.+\-])(?:(?:\+|00)44[\s.\-]{0,2}(?:\(0\))?[\s.\-]{0,2}|\(?0)"
    rf"[127](?:(?:{_GAP}|[()\-.\u2010-\u2013]){{0,2}}\d){{9}}(?!\w)"
)
#: A telephone number is said in few groups; more are a list of numbers.
MOST_GROUPS = 6

_LETTER = r"[^\W\d_]"
_NAME = rf"{_LETTER}(?:{_LETTER}|['’\-](?={_LETTER})|\u0301)+"
#: Particles of a surname, as in “Mr van der Berg”.
_PARTICLES = r"(?:(?:van|von|der|den|de|da|di|du|del|la|le|el|al|bin|ibn|ter|ten|dos|st)[ ])*"
TITLED = re.compile(
    r"(?<!\w)(?:Mrs|Mr|Miss|Ms|Mx|Dr|Professor|Prof|Reverend|Rev|Sir|Dame|MRS|MR|MISS|MS|DR)\.?"
    rf"{_GAP}{{1,2}}(?:{_LETTER}\.?{_GAP})?{_PARTICLES}(?P<name>{_NAME})"
)
#: Words that follow a title in a sentence and are no name.
NOT_NAMES = frozenset(
    {"He", "She", "They", "The", "This", "That", "It", "We", "And", "But", "If", "When", "In"}
)
