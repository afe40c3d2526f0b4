"""The countries a letter can be sent to, by the names people write."""

HOME = frozenset(
    {
        "cymru",
        "england",
        "gb",
        "great britain",
        "northern ireland",
        "scotland",
        "u.k.",
        "uk",
        "united kingdom",
        "wales",
    }
)

# Their letters go at the inland rate, by a postcode of the same shape.
ISLANDS = frozenset({"alderney", "guernsey", "isle of man", "jersey", "sark"})

OTHER_NAMES = {
    "burma": "Myanmar",
    "cabo verde": "Cape Verde",
    "czechia": "Czech Republic",
    "côte d'ivoire": "Ivory Coast",
    "deutschland": "Germany",
    "eire": "Ireland",
    "éire": "Ireland",
    "españa": "Spain",
    "holland": "Netherlands",
    "italia": "Italy",
    "polska": "Poland",
    "republic of ireland": "Ireland",
    "swaziland": "Eswatini",
    "the gambia": "Gambia",
    "the netherlands": "Netherlands",
    "turkey": "Turkey",
    "türkiye": "Turkey",
    "u.s.a.": "United States",
    "uae": "United Arab Emirates",
    "united states of america": "United States",
    "us": "United States",
    "usa": "United States",
}

_NAMES = """
Afghanistan, Albania, Algeria, Andorra, Angola, Anguilla, Antigua and Barbuda,
Argentina, Armenia, Aruba, Ascension Island, Australia, Austria, Azerbaijan,
Bahamas, Bahrain, Bangladesh, Barbados, Belarus, Belgium, Belize, Benin, Bermuda,
Bhutan, Bolivia, Bosnia and Herzegovina, Botswana, Brazil, British Virgin Islands,
Brunei, Bulgaria, Burkina Faso, Burundi, Cambodia, Cameroon, Canada, Cape Verde,
Cayman Islands, Central African Republic, Chad, Chile, China, Colombia, Comoros,
Congo, Cook Islands, Costa Rica, Croatia, Cuba, Curaçao, Cyprus, Czech Republic,
Democratic Republic of Congo, Denmark, Djibouti, Dominica, Dominican Republic,
East Timor, Ecuador, Egypt, El Salvador, Equatorial Guinea, Eritrea, Estonia,
Eswatini, Ethiopia, Falkland Islands, Faroe Islands, Fiji, Finland, France,
French Guiana, French Polynesia, Gabon, Gambia, Georgia, Germany, Ghana,
Gibraltar, Greece, Greenland, Grenada, Guadeloupe, Guatemala, Guinea,
Guinea-Bissau, Guyana, Haiti, Honduras, Hong Kong, Hungary, Iceland, India,
Indonesia, Iran, Iraq, Ireland, Israel, Italy, Ivory Coast, Jamaica, Japan,
Jordan, Kazakhstan, Kenya, Kiribati, Kosovo, Kuwait, Kyrgyzstan, Laos, Latvia,
Lebanon, Lesotho, Liberia, Libya, Liechtenstein, Lithuania, Luxembourg, Macao,
Madagascar, Malawi, Malaysia, Maldives, Mali, Malta, Marshall Islands,
Martinique, Mauritania, Mauritius, Mayotte, Mexico, Micronesia, Moldova, Monaco,
Mongolia, Montenegro, Montserrat, Morocco, Mozambique, Myanmar, Namibia, Nauru,
Nepal, Netherlands, New Caledonia, New Zealand, Nicaragua, Niger, Nigeria, Niue,
North Korea, North Macedonia, Norway, Oman, Pakistan, Palau, Palestine, Panama,
Papua New Guinea, Paraguay, Peru, Philippines, Pitcairn Islands, Poland,
Portugal, Puerto Rico, Qatar, Réunion, Romania, Russia, Rwanda, Samoa,
San Marino, Sao Tome and Principe, Saudi Arabia, Senegal, Serbia, Seychelles,
Sierra Leone, Singapore, Slovakia, Slovenia, Solomon Islands, Somalia,
South Africa, South Georgia, South Korea, South Sudan, Spain, Sri Lanka,
St Helena, St Kitts and Nevis, St Lucia, St Vincent and the Grenadines, Sudan,
Suriname, Sweden, Switzerland, Syria, Taiwan, Tajikistan, Tanzania, Thailand,
Togo, Tonga, Trinidad and Tobago, Tristan da Cunha, Tunisia, Turkey,
Turkmenistan, Turks and Caicos Islands, Tuvalu, Uganda, Ukraine,
United Arab Emirates, United States, Uruguay, Uzbekistan, Vanuatu, Vatican City,
Venezuela, Vietnam, Wallis and Futuna, Western Sahara, Yemen, Zambia, Zimbabwe
"""

BY_NAME = {
    **{name.casefold(): name for name in " ".join(_NAMES.split()).split(", ")},
    **OTHER_NAMES,
}
