from canvas.services.similar import likeness, words_of


def test_words_lose_their_endings_and_those_that_say_nothing() -> None:
    assert words_of("Predict the breakdowns of the buses") == words_of("breakdown buses, a prediction")


def test_a_name_that_is_wholly_in_what_was_typed_is_near() -> None:
    near, shared = likeness(words_of("Breakdown of vehicles in the depot"), title="Vehicle breakdown", body="")
    assert near == 1
    assert len(shared) == 2


def test_plurals_are_the_same_word_as_their_singulars() -> None:
    for plural, singular in (("buses", "bus"), ("cases", "case"), ("losses", "loss"), ("batteries", "battery")):
        assert words_of(plural) == words_of(singular)


def test_one_common_word_is_too_little() -> None:
    near, shared = likeness(words_of("Waiting times in the clinic"), title="Waiting room plants", body="Water them.")
    assert (near, shared) == (0.0, ())


def test_scripts_other_than_latin_are_words_too() -> None:
    text = "прогноз поломок автобусов"
    assert likeness(words_of(text), title="Поломок автобусов", body="")[0] > 0


def test_nothing_typed_resembles_nothing() -> None:
    assert words_of("the of and !!") == []
