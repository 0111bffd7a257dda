"""Ordinary words that stand with a capital beside names: forms of address, things called after
somebody, and what is never anybody's given name.
"""

from __future__ import annotations

import re

_TITLES = """
    mr mrs ms miss dr sir lord lady dame baroness baron prof professor judge justice senator
    congressman congresswoman representative minister president mep mp major colonel general
    captain lieutenant investigator prosecutor lawyer herr frau monsieur madame mme pan pani г-н
    г-жа г-ном г-на г-же господин господина госпожа госпожи судья судьи следователь следователя
    майор майора полковник полковника генерал генерала капитан адвокат адвоката сенатор сенатора
    депутат депутата министр министра президент президента прокурор прокурора
    """
ADDRESS = frozenset(_TITLES.split())
# What goes on with what somebody did, said or was.
DOES = re.compile(
    r"ed$|^(said|says|told|tells|was|is|has|had|did|does|will|would|could|can|may|must|died|went"
    r"|came|left|wrote|spoke|gave|took|made|got|held|sat|who|and|also|never|not|himself|herself"
    r"|war|ist|hat|est|fut|dit|и|не|был[аи]?|сам[аи]?|также|тоже|никогда|умер|умерла"
    r"|\w{2,}(л|ла|лся|лась|ет|ит|ют|ят))$"
)
# What is called after somebody.
_THINGS = """
    act acts case cases law laws list lists bill bills affair trial sanctions amendment legislation
    campaign justice report reports foundation fund hearing hearings investigation inquiry prize
    award awards centre center institute committee commission society memorial statute resolution
    rule rules ruling judgment verdict dossier papers file files gesetz liste fall akte preis
    stiftung loi affaire fondation prix rapport
    """
_NAMED = frozenset(_THINGS.split())
_THING = re.compile(
    r"^(дел[аоуе]м?|закон\w{0,3}|законопроект\w{0,2}|спис(ок|к\w{1,2})|акт\w{0,2}|фонд\w{0,2}"
    r"|кампани\w{1,2}|процесс\w{0,2}|преми\w{1,2}|имени|поправк\w{1,2}|досье|институт\w{0,2}"
    r"|центр\w{0,2}|комисси\w{1,2}|доклад\w{0,2}|санкци\w{1,2}|приговор\w{0,2})$"
)
# Words that stand with a capital before a name and are never anybody's given name.
_WORDS = """
    a an the this that these those his her its their our your my and or but if in on at of for from
    with by to as is was are were who when where while after before since why how what which not no
    yes also then later today yesterday tomorrow here there both all only even like about against
    over under between dear re vs lawyer lawyers mother father wife widow son daughter brother
    january february march july august september october november december monday
    tuesday wednesday thursday friday saturday sunday
    court courts been met class line key keys set too path done look need just meet poll live pier
    carry care faith fill pull pool mine tied ties lie eye team born lying valid hub tune
    der die das den dem ein eine und oder le la les un une et ou au aux du des à
    и а но в во на о об от по за из с со у к при для до без под над как что это его её их мой наш
    ваш кто где когда если или также потом позднее затем сегодня вчера завтра вопрос письмо ответ
    уважаемый уважаемая дорогой дорогая адвокат мать отец вдова сын дочь брат
    есть был была были имя день сам сами самого самый любой семь семи мая мае июня июля весной
    """
NEVER = frozenset(_WORDS.split())
_ALSO_GIVEN = frozenset(["bill"])
_PARTICLES = """
    van von vom der den de di da du dos das del della dello degli dal la le ter ten tor zu zum zur
    af av bin ibn ben al el ul san st saint mac ó ní y e
    ван фон дер ден де ди дю дель делла дос ла ле тер тен цу аф бин ибн бен аль эль сен сан оглы
    кызы заде
    """
# Small words between a given name and a surname; who looks for the name may leave them out.
PARTICLES = frozenset(_PARTICLES.split())


def is_thing(word: str) -> bool:
    """Whether things of this kind are called after persons: acts, cases, funds."""
    return word in _NAMED or _THING.match(word) is not None


def is_never_given(word: str) -> bool:
    """Whether the word, in small letters, stands before names but is nobody's given name."""
    return word in NEVER or (is_thing(word) and word not in _ALSO_GIVEN)
