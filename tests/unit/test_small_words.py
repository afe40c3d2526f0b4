"""Languages told from their small words, on what nobody here has written.

The texts are the first article of the Universal Declaration of Human Rights, in the
translations that the United Nations publish.
"""

# ruff: noqa: RUF001 - letters of other languages that look like ours

from unicodedata import normalize

import pytest

from digest.model.posts.text_language import told_from

FIRST_ARTICLES = {
    "af": "Alle menslike wesens word vry, met gelyke waardigheid en regte, gebore."
    " Hulle het rede en gewete en behoort in die gees van broederskap teenoor"
    " mekaar op te tree.",
    "ca": "Tots els éssers humans neixen lliures i iguals en dignitat i en drets. Són"
    " dotats de raó i de consciència, i han de comportar-se fraternalment els"
    " uns amb els altres.",
    "cs": "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Jsou"
    " nadáni rozumem a svědomím a mají spolu jednat v duchu bratrství.",
    "da": "Alle mennesker er født frie og lige i værdighed og rettigheder. De er"
    " udstyret med fornuft og samvittighed, og de bør handle mod hverandre i en"
    " broderskabets ånd.",
    "de": "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind"
    " mit Vernunft und Gewissen begabt und sollen einander im Geist der"
    " Brüderlichkeit begegnen.",
    "es": "Todos los seres humanos nacen libres e iguales en dignidad y derechos y,"
    " dotados como están de razón y conciencia, deben comportarse fraternalmente"
    " los unos con los otros.",
    "et": "Kõik inimesed sünnivad vabadena ja võrdsetena oma väärikuselt ja"
    " õigustelt. Neile on antud mõistus ja südametunnistus ja nende suhtumist"
    " üksteisesse peab kandma vendluse vaim.",
    "eu": "Gizon-emakume guztiak aske jaiotzen dira, duintasun eta eskubide berberak"
    " dituztela; eta ezaguera eta kontzientzia dutenez gero, elkarren artean"
    " senide legez jokatu beharra dute.",
    "fi": "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja"
    " oikeuksiltaan. Heille on annettu järki ja omatunto, ja heidän on"
    " toimittava toisiaan kohtaan veljeyden hengessä.",
    "ga": "Saoláitear na daoine uile saor agus comhionann ina ndínit agus ina"
    " gcearta. Tá bauidh an réasúin agus an choinsiasa acu agus dlíd iad féin"
    " d'iompar de mheon bhrthreachais i leith a chéile.",
    "gd": "Tha gach uile dhuine air a bhreth saor agus co-ionnan ann an urram 's ann"
    " an còirichean. Tha iad air am breth le reusan is le cogais agus mar sin bu"
    " chòir dhaibh a bhith beò nam measg fhein ann an spiorad bràthaireil,",
    "ha": "Su dai ’yan-adam, ana haifuwarsu ne duka ’yantattu, kuma kowannensu na da"
    " mutunci da hakkoki daidai da na kowa. Suna da hankali da tunani, saboda"
    " haka duk abin da za su aikata wa juna, ya kamata su yi shi a cikin ’yan-"
    " uwanci.",
    "hr": "Sva ljudska bića rađaju se slobodna i jednaka u dostojanstvu i pravima."
    " Ona su obdarena razumom i sviješću i treba da jedno prema drugome"
    " postupaju u duhu bratstva.",
    "hu": "Minden. emberi lény szabadon születik és egyenlő méltósága és joga van. Az"
    " emberek, ésszel és lelkiismerettel bírván, egymással szemben testvéri"
    " szellemben kell hogy viseltessenek.",
    "is": "Hver maður er borinn frjáls og jafn öðrum að virðingu og réttindum. Menn"
    " eru gæddir vitsmunum og samvizku, og ber þeim að breyta bróðurlega hverjum"
    " við annan.",
    "it": "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi"
    " sono dotati di ragione e di coscienza e devono agire gli uni verso gli"
    " altri in spirito di fratellanza.",
    "kk": "Барлық адамдар тумысынан азат және қадір‐қасиеті мен кұқықтары тең болып"
    " дүниеге келеді. Адамдарға ақыл‐парасат, ар‐ождан берілген, сондықтан олар"
    " бір‐бірімен туыстық, бауырмалдық қарым‐қатынас жасаулары тиіс.",
    "ku": "Hemû mirov azad û di weqar û mafan de wekhev tên dinyayê. Ew xwedî hiş û"
    " şuûr in û divê li hember hev bi zihniyeteke bratiyê bilivin.",
    "ky": "Бардык адамдар өз беделинде жана укуктарында эркин жана тең укуктуу болуп"
    " жаралат. Алардын аң‐сезими менен абийири бар жана бири‐бирине бир"
    " туугандык мамилекылууга тийиш.",
    "lt": "Visi žmonės gimsta laisvi ir lygūs savo orumu ir teisėmis. Jiems suteiktas"
    " protas ir sąžinė ir jie turi elgtis vienas kito atžvilgiu kaip broliai.",
    "lv": "Visi cilvēki piedzimst brīvi un vienlīdzīgi savā pašcieņā un tiesībās."
    " Viņi ir apveltīti ar saprātu un sirdsapziņu, un viņiem jāizturas citam"
    " pret citu brālības garā.",
    "mn": "Хүн бүр төрж мэндлэхэд эрх чөлөөтэй, адилхан нэр төртэй, ижил эрхтэй"
    " байдаг. Оюун ухаан, нандин чанар заяасан хүн гэгч өөр хоорондоо ахан"
    " дүүгийн үзэл санаагаар харьцах учиртай.",
    "nb": "Alle mennesker er født frie og med samme menneskeverd og"
    " menneskerettigheter. De er utstyrt med fornuft og samvittighet og bør"
    " handle mot hverandre i brorskapets ånd.",
    "nl": "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij"
    " zijn begiftigd met verstand en geweten, en behoren zich jegens elkander in"
    " een geest van broederschap te gedragen.",
    "pt": "Todos os seres humanos nascem livres e iguais em dignidade e em direitos."
    " Dotados de razão e de consciência, devem agir uns para com os outros em"
    " espírito de fraternidade.",
    "ro": "Toate ființele umane se nasc libere și egale în demnitate și în drepturi."
    " Ele sunt înzestrate cu rațiune și conștiință și trebuie să se comporte"
    " unele față de altele în spiritul fraternității.",
    "sk": "Všetci ľudia sa rodia slobodní a sebe rovní, čo sa týka ich dostojnosti a"
    " práv. Sú obdarení rozumom a majú navzájom jednať v bratskom duchu.",
    "sl": "Vsi ljudje se rodijo svobodni in imajo enako dostojanstvo in enake"
    " pravice. Obdarjeni so z razumom in vestjo in bi morali ravnati drug z"
    " drugim kakor bratje.",
    "so": "Aadanaha dhammaantiis wuxuu dhashaa isagoo xor ah kana siman xagga"
    " sharafta iyo xuquuqada Waxaa Alle (Ilaah) siiyay aqoon iyo wacyi, waana in"
    " qof la arkaa qofka kale ula dhaqmaa si walaaltinimo ah.",
    "sq": "Të gjithë njerëzit lindin të lirë dhe të barabartë në dinjitet dhe në të"
    " drejta. Ata kanë arsye dhe ndërgjegje dhe duhet të sillen ndaj njëri"
    " tjetrit me frymë vëllazërimi.",
    "sv": "Alla människor äro födda fria och lika i värde och rättigheter. De äro"
    " utrustade med förnuft och samvete och böra handla gentemot varandra i en"
    " anda av broderskap.",
    "sw": "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa. Wote wamejaliwa"
    " akili na dhamiri, hivyo yapasa watendeane kindugu.",
    "tg": "Тамоми одамон озод ва аз лиҳози шарафу ҳуқуқ ба ҳам баробар ба дунё"
    " меоянд. Онҳо соҳиби ақлу виҷдонанд ва бояд бо якдигар муносибати"
    " бародарона дошта бошанд.",
    "tl": "Ang lahat ng tao'y isinilang na malaya at pantay-pantay sa karangalan at"
    " mga karapatan. Sila'y pinagkalooban ng katwiran at budhi at dapat"
    " magpalagayan ang isa't isa sa diwa ng pagkakapatiran.",
    "tr": "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve"
    " vicdana sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket"
    " etmelidirler.",
    "tt": "Барлык кешеләр дә азат һәм үз абруйлары һәм хокуклары ягыннан тиң булып"
    " туалар. Аларга акыл һәм вөҗдан бирелгән һәм бер-берсенә карата туганарча"
    " [туганнарча] мөнәсәбәттә булырга тиешләр.",
    "uz": "Барча одамлар эркин, қадр‐қиммат ва ҳуқуқларда тенг бўлиб туғиладилар."
    " Улар ақл ва виждон соҳибидирлар ва бир‐бирларига биродарларча муомала"
    " қилишлари зарур.",
    "vi": "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và"
    " quyền. Mọi con người đều được tạo hoá ban cho lý trí và lương tâm và cần"
    " phải đối xử với nhau trong tình bằng hữu.",
    "yo": "Gbogbo ènìyàn ni a bí ní òmìnira; iyì àti ẹ̀tọ́ kọ̀ọ̀kan sì dọ́gba. Wọ́n"
    " ní ẹ̀bùn ti làákàyè àti ti ẹ̀rí‐ọkàn, ó sì yẹ kí wọn ó máa hùwà sí ara wọn"
    " gẹ́gẹ́ bí ọmọ ìyá.",
}
# What is written in Cyrillic letters that none of those languages has which we know.
OTHERS = frozenset({"kk", "ky", "mn", "tg", "tt", "uz"})


@pytest.mark.parametrize("language", sorted(FIRST_ARTICLES.keys() - OTHERS))
def test_a_translation_shows_its_language(language: str) -> None:
    text = FIRST_ARTICLES[language]

    assert told_from(text) == language
    assert told_from(normalize("NFD", text)) == language


@pytest.mark.parametrize("language", sorted(OTHERS))
def test_a_neighbour_that_we_do_not_know_is_not_taken_for_russian(
    language: str,
) -> None:
    assert told_from(FIRST_ARTICLES[language]) == "und-Cyrl"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param(
            "Никој не смее да биде држан во ропство или во ропска положба.",
            "mk",
            id="Macedonian without a letter of its own",
        ),
        pytest.param(
            "Нико не сме бити држан у ропству или потчињености.",
            "sr",
            id="Serbian without one",
        ),
        pytest.param(
            "Гэта наша бібліятэка, і яна адчынена для ўсіх", "be", id="no y of its own"
        ),
        pytest.param(
            "Mae’r neuadd ar agor i’r cyhoedd bob dydd", "cy", id="’ in Welsh"
        ),
    ],
)
def test_small_words_tell_neighbours_apart(text: str, language: str) -> None:
    assert told_from(text) == language


def test_serbian_in_latin_letters_is_read_as_its_neighbour() -> None:
    text = (
        "Sva ljudska bića rađaju se slobodna i jednaka u dostojanstvu i pravima. Ona"
        " su obdarena razumom i svešću i treba jedni prema drugima da postupaju u duhu"
        " bratstva."
    )

    assert told_from(text) == "hr"
