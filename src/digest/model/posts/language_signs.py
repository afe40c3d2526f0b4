"""What tells languages apart: their scripts, their own letters, their small words.

A table and no more: a language is added by a row. Small words are the commonest of
a language that mean least, those that a neighbour writes in the same way among them.
"""

from collections.abc import Mapping

# Whose each script is (ISO 15924); a script of one language alone names it.
SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "Latn": (
        *("cs", "cy", "de", "en", "es", "fr", "ga", "gd", "hu", "it", "lt", "nl"),
        *("pl", "pt", "ro", "so", "sq", "tr", "vi"),
    ),
    "Arab": ("ar", "ckb", "fa", "ps", "ur"),
    "Hebr": ("he",),
    "Syrc": ("syr",),
    "Thaa": ("dv",),
    "Nkoo": ("nqo",),
    "Adlm": ("ff-Adlm",),
    "Cyrl": ("be", "bg", "mk", "ru", "sr", "uk"),
    "Grek": ("el",),
    "Armn": ("hy",),
    "Geor": ("ka",),
    "Ethi": ("am", "ti"),
    "Deva": ("hi", "mr", "ne"),
    "Beng": ("bn",),
    "Guru": ("pa",),
    "Gujr": ("gu",),
    "Orya": ("or",),
    "Taml": ("ta",),
    "Telu": ("te",),
    "Knda": ("kn",),
    "Mlym": ("ml",),
    "Sinh": ("si",),
    "Thai": ("th",),
    "Laoo": ("lo",),
    "Mymr": ("my",),
    "Khmr": ("km",),
    "Tibt": ("bo",),
    "Kore": ("ko",),
    "Hani": ("zh",),
    "Jpan": ("ja",),
}
SCRIPT_OF_LANGUAGE: Mapping[str, str] = {
    language: script
    for script, languages in SCRIPTS.items()
    for language in languages
    if "-" not in language
} | {"ks": "Arab", "sd": "Arab", "ug": "Arab", "yi": "Hebr", "as": "Beng"}

# Letters that one of the languages of a script writes, and the others seldom do; one
# that counts more stands there more often. Belarusian has the letters of its two
# neighbours together, so that in each of theirs they count for these twice.
LETTERS: Mapping[str, Mapping[str, str]] = {
    "Arab": {
        "ar": "ةيكى",
        "fa": "پچژگکی",
        "ur": "ٹڈڑںےہھ",
        "ps": "ټډړږښېۍځڅ",
        "ckb": "ڵۆێڕە",
    },
    "Cyrl": {
        "uk": "їєґі" * 2,
        "be": "ў" * 3 + "іыэё",
        "ru": "ыэё" * 2,
        "bg": "ъщ",
        "sr": "ђћљњј",
        "mk": "ѓќѕ" * 3,
    },
}

_WORDS = {
    "cs": "je se na že jsou které nebo který jako pro jsme bude také není jste při",
    "cy": "yn yr y mae a'r i'r wedi eich ein gyda chi ar gyfer gan oedd bydd neu"
    " hefyd ydych dyma ddim sydd bod",
    "de": "der die das und ist nicht mit für auf ein eine sie wir ich von dem den zu"
    " auch werden bei oder sind",
    "en": "a an in the and of to is for you we with that are it this on be have at"
    " your our from will can was they or as by not",
    "es": "de la en un no el los las que y una por con para del se su es como más"
    " está son nuestra pero también",
    "fr": "de la en un il ils le les des et est une pour dans que qui sur avec vous"
    " nous pas du au ce sont votre aux cette",
    "ga": "agus ar an na go leis tá bhí seo ag sé atá ach chun raibh níl dom féin is",
    "gd": "agus air tha bha anns airson seo gu chan le iad sibh thu dhan bho far",
    "hu": "és hogy nem egy van az azt is meg ez vagy már csak volt mint ha lesz",
    "it": "la un e in a il che di gli della per non una con sono nel dei alla anche"
    " più come questo delle è",
    "lt": "ir yra kad iš su bei mes jūs mūsų arba taip buvo apie kaip",
    "nl": "de het een van en is niet dat zijn voor met op aan ook wij bij naar deze"
    " worden jullie",
    "pl": "i w na nie się jest do że z jak dla oraz są to przez od po czy może będzie"
    " nas państwa który",
    "pt": "de um é no na a as o os que e não uma para com em do da dos das por mais"
    " são você nossa como também está",
    "ro": "de o a un și în la nu cu pe este sunt pentru care din mai sau să vă noi că"
    " fi prin",
    "so": "waa iyo ka ku in oo ay waxaa uu soo leh aad la si kale waxay dadka",
    "sq": "dhe në të për një nuk është me që nga janë ose si kjo do ju",
    "tr": "ve bir bu için ile çok olarak da ne daha gibi var değil olan her sizin",
    "vi": "và của là có không được cho các người trong một những với này để bạn chúng",
    "hi": "है में के की और का को से हैं पर यह लिए आप भी ने हम नहीं कर",
    "mr": "आहे आणि या आहेत तर साठी मध्ये आपण हे ही तुम्ही नाही करा होते",
    "ne": "छ हो मा र लाई छन् हामी तपाईं गर्न पनि यो हुन्छ भएको छैन",
    "am": "ነው እና ላይ ውስጥ ጋር ናቸው ወደ ግን ይህ እንደ ሁሉም",
    "ti": "እዩ ናይ ኣብ ምስ እዮም ካብ ድማ ናብ ከም ኩሉ",
}
FUNCTION_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split()) for language, words in _WORDS.items()
}
