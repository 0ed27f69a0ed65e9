"""The currencies that amounts may be in: the active codes of ISO 4217, without test codes, metals and units of account."""

CODES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP
    MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
    SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND
    VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()
)

# How people write the more frequent ones in words.
WORDS = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "eur": "EUR",
    "$": "USD", "dollar": "USD", "dollars": "USD", "usd": "USD",
    "£": "GBP", "pound": "GBP", "pounds": "GBP", "gbp": "GBP",
    "chf": "CHF", "franc": "CHF", "francs": "CHF",
}  # fmt: skip


def currency_code(text: str) -> str:
    """The code that somebody means; raises ValueError with a sentence when it is none."""
    code = text.strip().upper()
    if code not in CODES:
        raise ValueError(f"“{text.strip()[:20]}” is no currency. Write its code of three letters, such as EUR or USD.")
    return code


def mentioned_currency(text: str) -> str | None:
    """The currency that a unit in words names, such as “euro per case”, or None."""
    for word in text.replace("/", " ").replace(",", " ").split():
        code = word if word in CODES else WORDS.get(word.casefold())
        if code:
            return code
    return None
