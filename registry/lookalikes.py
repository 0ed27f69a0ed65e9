"""Names that a reader takes for another, because letters of other alphabets, or digits, stand in the place of its own."""

import unicodedata

# What is left to be told apart once full width, bold and accents are gone. Large letters stand beside small ones where
# both are drawn alike, and apart where not: Ν is drawn as an N, and ν as a v.
_DRAWN_AS = {
    "a": "АаΑαɑᴀ",
    "b": "ВвΒβЬьʙ",
    "c": "СсϹϲᴄ",
    "d": "Ԁԁᴅđ",
    "e": "ЕеΕεҽєᴇ",
    "f": "Ϝꜰƒ",
    "g": "ɡɢԌց",
    "h": "НнΗһհʜ",
    "i": "ІіΙιıӀӏɩɪ1lL",
    "j": "Јјϳᴊ",
    "k": "КкΚκᴋĸ",
    "m": "МмΜᴍ",
    "n": "Νηոռɴ",
    "o": "ОоΟοσօ0ᴏøѳ",
    "p": "РрΡρᴘ",
    "q": "ԛգ",
    "r": "Ггᴦʀ",
    "s": "ЅѕՏꜱ",
    "t": "ТтΤτᴛŧ",
    "u": "υսՍᴜʋ",
    "v": "νѴѵᴠ",
    "w": "ωԜԝաᴡѡ",
    "x": "ХхΧχ",
    "y": "УуΥγүҮʏ",
    "z": "Ζᴢ",
}
_LETTERS = str.maketrans({sign: letter for letter, signs in _DRAWN_AS.items() for sign in signs})
# Letters by their category, though nothing is drawn for them.
_BLANK = str.maketrans("", "", "\u115f\u1160\u3164\uffa0")
_TOGETHER = (("rn", "m"), ("vv", "w"))


def look_of(name: str) -> str:
    """How a name looks, in plain letters: two names of one look are easily taken for each other."""
    apart = unicodedata.normalize("NFKD", name).translate(_BLANK)
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    # Twice, as a large letter may be drawn as none of the table and its small one as one.
    look = bare.translate(_LETTERS).casefold().translate(_LETTERS)
    for pair, letter in _TOGETHER:
        look = look.replace(pair, letter)
    return look
