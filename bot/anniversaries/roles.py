"""What a release is to an anniversary, told by its title: first a word, then what is to come,
then what has been."""

from __future__ import annotations

import re
from enum import StrEnum


class Role(StrEnum):
    """What a release is to an anniversary, in the order they are shown."""

    STATEMENT = "statement"
    EVENT = "event"
    COVERAGE = "coverage"


# Recordings and reports are coverage of whatever it was, a statement included.
_RECORD = re.compile(
    r"\brecordings?\b|\bphotos?\b|\bphotograph(?:s|y)?\b|\bvideos?\b|\bfootage\b|\bin pictures\b"
    r"|\btranscripts?\b|\bhighlights\b|\bmedia coverage\b|\bwatch\b|\blisten\b|\bpress review\b"
    r"|\bобзор\b|\breports? (?:from|on)\b"
    r"|\b(?:видео|аудио)?запис[ьи]\b|\bфото\w*|\bвидео\w*|\bрепортаж\w*|\bстенограмм\w*"
    r"|\benregistrement\w*|\bphotographies\b|\breportage\b|\bimages de\b"
    r"|\baufzeichnung\w*|\bfotos?\b|\bbilder\b|\bmitschnitt\w*"
)
# What asks people to come.
_INVITES = re.compile(
    r"\binvit\w+|\bmedia advisory\b|\bsave the date\b|\bjoin us\b|\brsvp\b|\bregist(?:er|ration)\b"
    r"|\bto be (?:held|led|shown|\w+ed)\b|\bwill (?:be|host|hold|lead"
    r"|speak|open|take|gather|mark|meet|screen|show|present|honou?r|commemorate|"
    r"host|join|address|discuss|remember)|\btakes? place\b"
    r"|\b(?:programme|program|schedule|agenda|announcement|tickets|upcoming)\b"
    r"|\bприглаша\w+|\bприглашени\w+|\bанонс\w*|\bпрограмма\b"
    r"|\bсостоится\b|\bпройд[уе]т\b|\bбуд[уе]т\b|\bоткроется\b|\bпочтят\b|\bсоберутся\b|\bпокажут\b"
    r"|\b(?:aura|auront) lieu\b|\bse tiendra\b|\borganise\w*|\bprogramme\b|\bsera\b"
    r"|\beinladung\w*|\bladt\b|\bladen\b|\bfinde[nt]\w* .*\bstatt\b|\bwird\b|\bwerden\b"
    r"|\bprogramm\b"
)
_WORD = re.compile(
    r"\b(?:statements?|message|open letter|letter|remarks|appeal|tribute|declaration|speech|address"
    r"|заявлени\w+|обращени\w+|письмо|слово|речь|послание|declarations?|communique|message|lettre"
    r"|erklarung|stellungnahme|botschaft|ansprache|rede)\b"
)
# What has been: told in the past, or of others.
_PAST = re.compile(
    r"\b(?:held|(?<!to )holds?|marked|(?<!today )marks(?! (?:[a-z0-9]+[ -]){1,3}years?)"
    r"|honou?red|gathered|gathers?|commemorated|took place|attend(?:s|ed)|paid"
    r"|lit|light|lights|laid|mothers?|mom|widow|slams?|slammed|no one|observed|hosted|screened"
    r"|unveiled|drew)\b"
    r"|\bотме(?:тил|чал|чают|чено)\w*"
    r"|\bпрош(?:ел|ла|ли)\b(?! (?:[а-я0-9]+ ){0,3}(?:лет|год|года?)\b)"
    r"|\bсостоял\w+|\bпочтил\w*|\bсобрал\w*|\bвспомнил\w*|\bвозложил\w*|\bпровели\b"
    r"|\bмат(?:ь|ери|ерью)\b"
    r"|\bмама\b|\bвдов[аы]\b|\b(?:a|ont) eu lieu\b|\b(?:a|ont) (?:rendu|marque|commemore)\b"
    r"|\bs'est tenue?\b|\bmere\b|\bveuve\b|\bfand(?:en)?\b|\bmutter\b|\bwitwe\b|\bgedachten?\b"
    r"|\bbegingen\b|\bbeging\b|\berinnerten?\b|\bversammelten\b"
)
_GATHERING = re.compile(
    r"\b(?:to (?:lead|speak|address|discuss|meet|stage|mark|commemorate|honou?r|host|hold|open"
    r"|attend|gather|present|screen|chair)"
    r"|panels?|conference|seminar|evening|vigil|screening|premiere|concert|exhibition|lecture"
    r"|debate"
    r"|rally|reception|launch|discussion|roundtable|round table|memorial service|ceremony|hosts?"
    r"|briefing)\b"
    r"|\bвечер\b|\bвечера\b|\b(?:пресс-)?конференци\w+|\bмитинг\w*|\bпикет\w*|\bпанихид\w+"
    r"|\bконцерт\w*"
    r"|\bвыставк\w+|\bпоказ\b|\bпремьер\w+|\bкругл\w+ стол\w*|\bлекци\w+|\bшестви\w+|\bсеминар\w*"
    r"|\bдискусси\w+"
    r"|\bсвеч\w+|\bconference\b|\bsoiree\b|\bveillee\b|\bcolloque\b|\bprojection\b"
    r"|\brassemblement\b"
    r"|\bdebat\b|\btables? rondes?\b|\bexposition\b|\bkonferenz\b|\w*veranstaltung\b|\b\w*abend\b"
    r"|\w*diskussion\b"
    r"|\bpodium\w*|\bmahnwache\b|\bvorfuhrung\b|\bgedenkfeier\b|\bausstellung\b|\bkundgebung\b"
)


def role_of(title: str) -> Role:
    """The role of the release with this title, in plain form."""
    if _RECORD.search(title) and not re.search(r"\bphoto exhibition\b|\bфотовыставк", title):
        return Role.COVERAGE
    if re.search(r"\bto be remembered\b", title) or _INVITES.search(title):
        return Role.EVENT
    if _WORD.search(title):
        return Role.STATEMENT
    if _PAST.search(title):
        return Role.COVERAGE
    return Role.EVENT if _GATHERING.search(title) else Role.STATEMENT
