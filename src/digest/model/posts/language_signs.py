"""What tells languages apart: their scripts, their own letters, their small words.

A table and no more: a language is added by a row. Small words are the commonest of
a language that mean least, those that a neighbour writes in the same way among them.
"hr" stands for Bosnian and Serbian in Latin letters too, "nb" for both of Norway's.
"""

# ruff: noqa: RUF001 - letters of other languages that look like ours

from collections.abc import Mapping

# Whose each script is (ISO 15924); a script of one language alone names it.
SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "Latn": (
        *("af", "ca", "cs", "cy", "da", "de", "en", "es", "et", "eu"),
        *("fi", "fr", "ga", "gd", "ha", "hr", "hu", "is", "it", "ku"),
        *("lt", "lv", "mt", "nb", "nl", "pl", "pt", "ro", "sk", "sl"),
        *("so", "sq", "sv", "sw", "tl", "tr", "vi", "yo"),
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
        "sr": "ђћ" * 3 + "љњј",
        "mk": "ѓќѕ" * 3 + "љњј",
    },
}
# All the letters that the languages of a script write, where others have more.
ALPHABETS: Mapping[str, frozenset[str]] = {
    "Cyrl": frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяёђѓєѕіїјљњћќўџґѐѝ"),
}

_WORDS = {
    "af": "die van en in het is nie te om vir met op aan dat wat sal kan word deur"
    " hulle ons jy julle ek was as of hierdie tot by sy haar alle enige moet"
    " 'n",
    "be": "і ў у не на што з па як гэта яго для да ад але або пры за яшчэ усе так"
    " быць быў была мы вы яны ён яна калі таксама можа толькі ужо мае ці каб"
    " іх",
    "bg": "и в не на че с по как това за от да се е са при или но си като към до"
    " бъде той тя те ние вие ако също може само вече през което който ще без",
    "ca": "a i o de la el en un els les una del dels al als amb per que és són no"
    " es com més si ha han aquest aquesta pel pels seva seu tots totes també"
    " molt ser sense entre qualsevol pot poden cada altre altra ni només"
    " segons durant aquí on mentre ja això cap fins perquè seves seus hi",
    "cs": "a i v s k z o u se je na že do za po pro od ve ze při jsou jsme jste byl"
    " byla bylo být bude budou má mají může nebo ale ani aby jako jak když"
    " který která které co to ten ta tento toto tato však také není už jen nás"
    " vás své jeho mohl mohou musí nesmí svou svůj těchto všech všichni každý"
    " každého nikdo byly byli tím ji jej jím nich pokud podle mezi proti bez",
    "cy": "yn yr y a ac i o ar mae a'r i'r o'r wedi eich ein eu ei gyda chi gyfer"
    " gan oedd bydd neu hefyd ydych dyma ddim sydd bod fod pob pawb mewn na"
    " neb un hyn hwn fel os wrth hyd heb rhwng rydym mae'r i'w mae'n sy'n"
    " gallwch gall rhaid cael cyn trwy drwy gennym gennych fydd byddwn eisiau"
    " ni nid nad hwnnw",
    "da": "og at i det som en et er på for med af til den ikke har om vi de du kan"
    " skal fra eller så var når ved sig men din alle denne dette efter også"
    " under over mod uden hos jer deres jeres nogle noget meget blev bliver"
    " mellem gennem mere hvad hvis selv anden andet igen være været kunne"
    " skulle ville hver hvor nogen enhver enkelt eftersom ligesom navn således",
    "de": "der die das und in ist nicht mit für auf ein eine sie wir ich von dem"
    " den zu auch werden wird bei oder sind im am zum zur es er dass als wie"
    " nur noch aber wenn durch aus nach über um haben hat kann einen einem"
    " einer jeder sich ihr ihre",
    "en": "a an in the and of to is for you we with that are it this on be have at"
    " your our from will can was they or as by not",
    "es": "a de la en un no el lo los las que y o una por con para del al se su sus"
    " es como más está son nuestra pero también todo todos toda ser ha han"
    " esta este estas sin sobre entre hasta cuando muy le cual cualquier nadie"
    " contra puede pueden tiene tienen hay esto así cada otro otra otros sólo"
    " solo según durante aquí nos les",
    "et": "ja on ei või et see selle seda mis kes kui ka oma meie teie nad ta oli"
    " olla peab saab kõik iga ning aga siis veel juba ainult koos kuni kohta"
    " pole tema nende välja sellest nii kus võib tuleb mille sellel ilma poolt"
    " vastu enda eest teha sest ole võtta",
    "eu": "eta da du ez edo ere den dira dute bere hau honetan izan egin dituzte"
    " zen batean gabe bat baino baina izango hori horiek duen dela bai batek"
    " eskubidea pertsona orok ezin inor edozein haien berek nahiz egiten duten"
    " dituen diren arte ondoren artean aurka",
    "fi": "ja on ei se että tai kun kuin myös mutta jos ovat oli olla ole voi tämä"
    " tämän tässä joka jotka jonka mitä mukaan kanssa sekä niin vain jo hän"
    " hänen he me te meidän teidän kaikki kaikkien hänellä hänelle häntä ilman"
    " vastaan saa pitää tulee siihen niiden jokaisella ketään kaikilla ellei"
    " tällä kuten siitä ovatko toisen",
    "fr": "a à de la en un il ils le les des et est une pour dans que qui sur avec"
    " vous nous pas du au aux ce ces sont votre cette ou ne se son sa ses leur"
    " par plus tout tous toute ont être si mais comme sans entre",
    "ga": "agus ar an na a i is do de le go leis tá bhí seo sin sé atá ach chun"
    " raibh níl dom féin nó mar nach bheith bhfuil gach den don faoi idir gan"
    " uile aon bhíonn ní níos bith duine leo acu againn agam orainn siúd eile"
    " faoin sna san ó",
    "gd": "agus air an na a is tha bha anns ann airson seo sin gu chan le iad sibh"
    " thu dhan bho far aig gach neo no mar do gun nach eile",
    "ha": "da a na ta ya ba ko wanda cewa kuma su za ga daga kowane yin cikin domin"
    " wani waɗanda ne an shi",
    "hr": "i u na da se je su za od do s sa o po iz ne ili ako kao koji koja koje"
    " što ima imaju biti bio bila bilo bi će nije nisu sve svi samo već kada"
    " kako može mogu pri ali nego bez gdje ovaj ova ovo svatko nitko njegov"
    " njegova njihova tko prema između bude budu treba mora moraju tako ovoga"
    " ovim toga tome tim drugih tijekom",
    "hu": "a az és hogy nem is egy van volt vagy már csak mint ha meg ez azt ezt de"
    " nincs kell lehet lesz minden amely aki ami között után előtt által"
    " szerint valamint sem még ki joga személynek mindenki senki senkit vele"
    " neki olyan ilyen ezek azok nélkül ellen illetve lett legyen kellett"
    " amelyek valamely akkor így",
    "is": "og að í er á sem til um ekki það við fyrir með af en hann hún þeir þau"
    " þú eru var verður hafa hefur eða þess þessi þetta því frá þar eftir"
    " allir skal",
    "it": "a la un e o in il lo i le che di da gli della dei degli delle per non"
    " una con sono nel nella nei alla al ai dal dalla anche più come questo"
    " questa è ha hanno ed ad si se tutti ogni essere stato sua suo loro ma",
    "ku": "û ku li ji bi de di ya yê ên her yek an jî ne ew tu kes divê xwe heye bo"
    " wî wê vê vî hemû dike bike",
    "lt": "ir į iš su bei ar arba kad kaip yra buvo bus būti tai šis šio tas jo jų"
    " jos mes jūs mūsų jūsų nuo iki už apie per prie po be dėl taip bet tik"
    " jau ne nėra turi gali visi kai jei savo kiekvienas būtų šiuo kurie kuri"
    " kuris kurių jokia joks niekas negali kita kiti ten čia dabar tarp prieš"
    " pagal laisvai",
    "lv": "un ir uz no ar par pie pēc līdz vai ka kā kas šis šī šo šajā tas tā to"
    " viņa viņu mēs jūs mūsu jūsu nav bija būs būt tiek var arī bet tikai jau"
    " lai savu savā visi kad kur bez pret starp jebkuru neviens nevienu katram"
    " katrs ikviens ikvienam drīkst nedrīkst viņam vairāk šeit tad tādēļ kura"
    " kuras kurš jābūt",
    "mk": "и во не на да е се за од со како што кој која кое или ако но по до при"
    " би биде сите само веќе кога може ќе го ја ги беше без",
    "mt": "u li ta' għal minn huwa hija hu jew għandu għandha għandhom dan din dawn"
    " kull bħala biex jekk imma ma jkun kien tkun permezz fuq tiegħu tagħhom"
    " b'mod kif",
    "nb": "og at i det som en et er på for med av til den ikke har om vi de du kan"
    " skal fra eller så var når ved seg men din vår alle denne dette etter"
    " også under over mot uten hos dere å ble blir ikkje frå dei eit ein noen"
    " noe mye mellom gjennom mer hva hvis selv annen annet igjen være vært"
    " kunne skulle ville hver hvor enhver ettersom likesom navn slik dersom",
    "nl": "de het een van en is in niet dat zijn voor met op aan ook wij bij naar"
    " deze dit te om of als door tot uit over heeft hebben wordt worden zal"
    " kan die er geen u uw jullie zich maar",
    "pl": "a i w z o u na nie się jest do że jak dla oraz lub są to ten ta te tego"
    " przez od po czy może będzie nas państwa który która które jego jej ich"
    " ma mają być był było aby ale ani za bez jako wszystkich już tylko gdy"
    " swoje nikt nikogo wszyscy wszystkie każdy każda każdego wolno tych tymi"
    " nim niej nich niego innych sobie siebie jednak tak kiedy gdzie",
    "pt": "a o e de um é no na os as ou que não uma para com em do da dos das por"
    " mais são você nossa como também está ao à aos pelo pela seu sua se mas"
    " foi ser tem têm este esta todos toda sem entre até qualquer pode podem"
    " cada outro outra nem só segundo durante aqui onde enquanto já isto às"
    " duma num numa pelos ninguém",
    "ro": "de o a un și în la nu cu pe este sunt pentru care din mai sau să vă noi"
    " că fi prin se sa al ale ca fie au are lor lui său orice acest această"
    " toate după fără până nici dar sub",
    "ru": "и в не на что с по как это его для к от из но или при за у же все так"
    " быть был была мы вы они он она если также может только уже без их",
    "sk": "a i v s k z o u sa je na že do za po pre od vo zo pri sú sme ste bol"
    " bola bolo byť bude budú má majú môže alebo ale ani aby ako keď ktorý"
    " ktorá ktoré čo to ten tá tento toto táto však tiež nie už len nás vás"
    " jeho mohol môžu musí nesmie svoju svoj týchto všetkých všetci každý"
    " každého nikto boli tým ju ho ním nich pokiaľ podľa medzi proti bez"
    " všetky",
    "sl": "in v na da je se za so s z ki ne ali kot pri po od do iz o bi biti bil"
    " bila bilo lahko tudi ter če ko kako ima imajo bo bodo sem smo ste to ta"
    " te vse vsi samo še že pa ni med pred brez svoje vsakdo nihče njegov"
    " njegova katerem kateri katera kjer proti mora morajo tako tega tem"
    " drugih vsakega pravico njih",
    "so": "waa iyo ka ku in oo ay waxaa waxa uu soo leh aad la si kale waxay dadka"
    " u ah qof ama inuu inay wuxuu loo lagu ee karo kasta kala ha",
    "sq": "dhe në të i e së për një nuk është me më që nga janë ose si kjo ky do ju"
    " ka kanë edhe por këtë çdo pa mund duhet tij saj tyre jemi ishte nën",
    "sr": "и у не на да је се за од са као што који која које или ако али су до из"
    " по при би бити није све само већ када може ће о без",
    "sv": "och att i det som en ett är på för med av till den inte har om vi de du"
    " ni kan ska skall från eller så var när vid sig men din er vår alla denna"
    " detta efter också under över mot utan hos några något mycket blev blir"
    " mellan genom mer vad själv annan annat igen vara varit kunde skulle"
    " ville varje envar hur inga ingen icke sin sitt",
    "sw": "na ya wa kwa ni za la katika cha hii huu hiyo yake wake kila watu au"
    " kama kuwa lakini pia hivyo sana baada ili ambao yo",
    "tl": "ang ng sa na mga at ay hindi kung para may ito siya kami tayo sila ni si"
    " nang din rin lang ka mo ko kanyang bawat isang ano walang o",
    "tr": "ve bir bu için ile çok olarak da de ki ne daha gibi var değil olan her"
    " sizin veya ya kadar sonra göre hiç bütün tüm biz siz en olduğu ise mi"
    " herkesin herkesi karşı hakkı vardır böyle şekilde arasında içinde"
    " tarafından gerekir edilir edilen olmayan eğer sadece değildir yapılan"
    " kullanılan dosya bunun onun herhangi bulunan",
    "uk": "і в у не на що з по як це його для до від із але або при за й та ще всі"
    " так бути був була ми ви вони він вона якщо також може тільки вже є має"
    " їх",
    "vi": "và của là có không được cho các người trong một những với này để bạn"
    " chúng mọi đều do bị như theo hay về đã sẽ phải tại đến cũng khi từ",
    "yo": "ní tí àti láti ó àwọn a tó sí tàbí ti jẹ́ wọn ṣe sì pé fún kò bá kí rẹ̀"
    " nínú gbọdọ̀ yóò lè náà yìí",
    "hi": "है में के की और का को से हैं पर यह लिए आप भी ने हम नहीं कर",
    "mr": "आहे आणि या आहेत तर साठी मध्ये आपण हे ही तुम्ही नाही करा होते व किंवा अथवा सर्व ज्या त्या"
    " अशा म्हणून असे तो ती ते जे यांच्या काही पाहिजे आपल्या आपला न",
    "ne": "छ हो मा र लाई छन् हामी तपाईं गर्न पनि यो हुन्छ भएको छैन वा तथा गर्ने कुनै लागि सबै यस"
    " उसको हुने हुनेछ भन्ने प्रति एक न",
    "am": "ነው እና ላይ ውስጥ ጋር ናቸው ወደ ግን ይህ እንደ ሁሉም",
    "ti": "እዩ ናይ ኣብ ምስ እዮም ካብ ድማ ናብ ከም ኩሉ ወይ እዚ ይኹን ነዚ ክሳብ ብዘይ ከምኡ ኣለዎ ኩሎም",
}


def _languages_of_words() -> Mapping[str, frozenset[str]]:
    languages: dict[str, set[str]] = {}
    for tag, words in _WORDS.items():
        for word in words.split():
            languages.setdefault(word, set()).add(tag)
    return {word: frozenset(tags) for word, tags in languages.items()}


# By each of the small words the languages that have it.
WRITTEN_BY = _languages_of_words()
