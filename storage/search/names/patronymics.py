"""Patronymics, in both scripts and every case."""

from __future__ import annotations

import re

from storage.search.names.letters import bare

_PATRONYMIC = re.compile(
    r"(ович|евич|овна|евна|ична|инична|ильич|кузьмич|лукич|фомич|никитич|саввич|фокич|минич"
    r"|(андре|серге|никола|алексе|матве|тимофе|евгень|юрь)ич|[а-яё]{3}ыч)"
    r"(а|у|ем|ом|е|ы|ой|ою)?$"
    r"|(овн|евн|ичн)(ы|е|у|ой|ою)$"
    r"|[a-z]{2,}(ovich|evich|ovitch|evitch|owitsch|ewitsch|owicz|ewicz|ovna|evna|owna|ewna"
    r"|ichna|iczna|itschna|yevich|yevna|jewna|jewitsch)$|^(ilyi|ili|ily|luki|kuzmi|fomi|nikiti)ch$"
)


def is_patronymic(word: str) -> bool:
    return len(word) > 4 and _PATRONYMIC.search(bare(word)) is not None
