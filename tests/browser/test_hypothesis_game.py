"""The hypothesis game in the built book: it is played by keyboard, the score is Python's, the premise stays hidden."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from infersent.data.pairs import LABELS
from infersent.widgets import HypothesisGame
from tests.browser.conftest import OpenPage, find_twin, find_widget, style, with_state

pytestmark = pytest.mark.browser

PATH = "book/snli/baselines.html"
MODULE = "hypothesis_game"


def guess_button(widget: Locator, label: int) -> Locator:
    return widget.get_by_role("button", name=re.compile(f"^{LABELS[label]}"))


def go_on(widget: Locator) -> Locator:
    return widget.locator(".hg-next:visible")


def play(widget: Locator, game: HypothesisGame, guesses: list[int]) -> None:
    """Play a deck, and compare the score with Python's after each round."""
    for round_, guess in enumerate(guesses):
        guess_button(widget, guess).click()
        game.guesses = guesses[: round_ + 1]
        score = game.score()
        shown = [float(text) for text in widget.locator(".hg-row .bw-number").all_inner_texts()]
        assert shown == [score["reader"], score["machine"], round(score["chance"], 1)]
        assert widget.locator(".hg-won, .hg-lost").count() == 2 * (round_ + 1)
        go_on(widget).click()
        game.round = round_ + 1


def test_a_round_hides_its_premise_until_there_is_a_guess(widget: Locator) -> None:
    one = HypothesisGame().rounds[0]
    expect(widget.locator(".hg-hypothesis")).to_have_text(one["hypothesis"])
    expect(widget.locator(".hg-premise")).not_to_contain_text(one["premise"])
    expect(go_on(widget)).to_have_count(0)
    guess_button(widget, 2).click()
    expect(widget.locator(".hg-premise")).to_contain_text(one["premise"])
    shares = [f"{100 * share:.0f}%" for share in one["probabilities"]]
    expect(widget.locator(".hg-answer .bw-number")).to_have_text(shares)
    expect(widget.locator(".bw-result strong")).to_have_text("The machine is right, you are not: entailment.")
    expect(guess_button(widget, 0)).to_be_disabled()
    guess_button(widget, 2).press("Enter")  # a second guess counts for nothing
    expect(widget.locator(".hg-won, .hg-lost")).to_have_count(2)


def test_both_decks_are_played_to_the_end(widget: Locator) -> None:
    game = HypothesisGame()
    play(widget, game, [0, 1, 2] * 4)
    expect(widget.locator(".bw-result strong")).to_contain_text(
        f"the machine {int(game.score()['machine'])}, chance 4."
    )
    for label, words in game.telling.items():
        column = widget.locator(".hg-lists > div").filter(has_text=label)
        expect(column.locator("li > span:first-child")).to_have_text([word for word, _ in words])
    expect(widget.locator(".hg-round")).to_be_hidden()

    go_on(widget).click()
    second = HypothesisGame(deck=1)
    expect(widget.locator(".hg-hypothesis")).to_have_text(second.rounds[0]["hypothesis"])
    play(widget, second, [one["label"] for one in second.rounds])
    expect(widget.locator(".bw-result strong")).to_have_text("You have 12 of 12, the machine 1, chance 4.")
    go_on(widget).click()
    expect(widget.locator(".hg-hypothesis")).to_have_text(game.rounds[0]["hypothesis"])


def test_the_keyboard_alone_goes_from_round_to_round(widget: Locator) -> None:
    page = widget.page
    guess_button(widget, 0).focus()
    for round_ in range(2):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")  # neutral
        expect(guess_button(widget, 1)).to_be_focused()
        expect(guess_button(widget, 1)).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Tab")
        expect(go_on(widget)).to_be_focused()
        page.keyboard.press("Enter")
        expect(guess_button(widget, 0)).to_be_focused()
        expect(widget.locator(".bw-result strong")).to_have_text(f"Round {round_ + 2} of 12.")


def test_a_screen_reader_meets_the_hypothesis_with_the_buttons(widget: Locator) -> None:
    one = HypothesisGame().rounds[0]
    expect(widget.get_by_role("group", name=f"Your guess: {one['hypothesis']}")).to_be_visible()
    guess_button(widget, 1).click()
    expect(widget.locator("[aria-live=polite]")).to_contain_text("The machine gives entailment 50%")
    expect(widget.get_by_label("the machine gives it 50%")).to_be_visible()


def test_bars_stand_still_for_readers_who_ask_for_it(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", reduced_motion="reduce")
    assert style(find_widget(page, MODULE).locator(".hg-answer .hg-track i").first, "transitionDuration") == "0s"


def test_the_twin_in_the_page_is_the_one_that_python_writes(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    twin = find_twin(page, MODULE)
    for deck in HypothesisGame().decks:
        for one in deck["rounds"]:
            expect(twin).to_contain_text(one["hypothesis"])
            expect(twin).to_contain_text(one["premise"])


def test_markup_in_the_state_is_shown_as_text(book_url: str, open_page: OpenPage) -> None:
    markup = "<img src=x onerror='window.hacked = true'>"

    def change(state: dict) -> dict:
        first, *others = state["decks"]
        one = first["rounds"][0] | {"premise": markup, "hypothesis": markup, "words": [[markup, [1, 0, 0]]]}
        return state | {"decks": [first | {"rounds": [one, *first["rounds"][1:]]}, *others]}

    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, change))
    widget = find_widget(page, MODULE)
    guess_button(widget, 0).click()
    for place in (".hg-hypothesis", ".hg-premise", ".bw-result p"):
        expect(widget.locator(place)).to_contain_text(markup)
    expect(widget.locator("img")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_a_game_that_cannot_be_leaves_the_twin(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", with_state(PATH, MODULE, lambda state: state | {"round": 3}))
    expect(find_twin(page, MODULE).locator(".book-widget-error")).to_contain_text("no game is in deck 0, round 3")
