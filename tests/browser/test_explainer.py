"""InferSent in the page: the same words, numbers and ledger as in Python, and a widget that keeps its manners."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from infersent import InferSent
from infersent.data import LABELS, load
from infersent.inside.ledger import explain, explain_all
from infersent.text.tokenizer import REPLACEMENTS, TOKEN_RULE, split_words
from infersent.widgets import Explainer, page_model
from infersent.widgets.explainer import LARGEST_SENTENCE, LARGEST_TEXT, account
from infersent.widgets.modules import FOLDER, bundle
from tests.browser.conftest import OpenPage, ask_module, find_twin, find_widget, number, serve, style, wait_until

pytestmark = pytest.mark.browser

PATH = "book/inside/try-it.html"
MODULE = "explainer"
MODEL = bundle(FOLDER / "page_model" / "model.mjs")
STRANGE = [
    "", "   ", "!?", "🙂 says: “hello” ‘there’", "a well-known half-eaten 3-year-old", "it's 2,500.75 at 10:30",
    "can't won't isn't they'll", "naïve CAFÉ ΣΟΦΟΣ İstanbul", "don`t\u00a0stop\ufeffnow", "👩‍👩‍👧 and e\u0301",
]  # fmt: skip


# ---- the model ----


@pytest.fixture(scope="module")
def module(browser: Browser) -> Iterator[Callable[..., object]]:
    """A function that runs JavaScript with the model's module ``m`` and the shipped ``model``, given one argument."""
    page = browser.new_page()
    file = page_model.shipped_file()
    with serve(page_model.SHIPPED) as url:
        page.goto(url)
        page.evaluate(
            """async ([source, file, bytes]) => {
                const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
                window.m = await import(url);
                window.steps = [];
                window.model = await m.fetchModel(new URL(file, location).href, bytes, (done) => steps.push(done));
            }""",
            [MODEL, file.name, file.stat().st_size],
        )
        yield lambda expression, argument=None: page.evaluate(expression, argument)
        page.close()


def test_rules_are_those_of_python(module) -> None:
    assert module("() => m.REPLACEMENTS") == [list(pair) for pair in REPLACEMENTS]
    assert module("() => m.TOKEN_RULE") == TOKEN_RULE
    assert module("() => m.LABELS") == list(LABELS)
    assert module("() => [m.LARGEST_TEXT, m.LARGEST_SENTENCE]") == [LARGEST_TEXT, LARGEST_SENTENCE]


def sentences_agree(module, sentences: list[str]) -> None:
    assert module("(texts) => texts.map(m.splitWords)", sentences) == [split_words(s) for s in sentences]


def test_tokens_of_captions_and_of_strange_texts(module) -> None:
    pairs = load("captions", "test")
    sentences = list(dict.fromkeys([*pairs.premises, *pairs.hypotheses]))[:2000]
    sentences_agree(module, [*sentences, *STRANGE])


@pytest.mark.snli
def test_tokens_of_snli(module) -> None:
    pairs = load("snli", "test")
    sentences_agree(module, list(dict.fromkeys([*pairs.premises, *pairs.hypotheses]))[:2000])


def test_progress_is_told_to_the_end(module) -> None:
    steps = module("() => steps")
    assert steps == sorted(steps)
    assert steps[-1] == page_model.shipped_file().stat().st_size


def probabilities_agree(module, premises: list[str], hypotheses: list[str]) -> None:
    logits, missed = module(
        """([premises, hypotheses]) => {
            let missed = 0;
            const logits = premises.map((premise, i) => {
                const ledger = model.explain(premise, hypotheses[i]);
                missed = Math.max(missed, ledger.check());
                return ledger.logits;
            });
            return [logits, missed];
        }""",
        [premises, hypotheses],
    )
    odds = np.exp(np.array(logits) - np.max(logits, axis=1, keepdims=True))
    there = odds / odds.sum(axis=1, keepdims=True)
    here = InferSent.from_pretrained().predict_proba(premises, hypotheses)
    assert np.abs(here - there).max() <= page_model.SHIFT
    assert (here.argmax(axis=1) == there.argmax(axis=1)).mean() >= page_model.SAME
    assert missed <= 1e-5


@pytest.mark.snli
def test_answers_and_sums_on_snli(module) -> None:
    pairs = load("snli", "test")
    rows = np.random.default_rng(0).choice(len(pairs.premises), 400, replace=False)
    probabilities_agree(module, [pairs.premises[i] for i in rows], [pairs.hypotheses[i] for i in rows])


def test_answers_and_sums_on_captions(module) -> None:
    pairs = load("captions", "test")
    probabilities_agree(module, list(pairs.premises[:100]), list(pairs.hypotheses[:100]))


def test_strange_texts_have_an_exact_ledger_too(module) -> None:
    pairs = [(a, b) for a in STRANGE for b in STRANGE]
    missed, words = module(
        """(pairs) => {
            const ledgers = pairs.map((pair) => model.explain(...pair));
            return [Math.max(...ledgers.map((ledger) => ledger.check())), ledgers.map((l) => l.premiseWords)];
        }""",
        [list(pair) for pair in pairs],
    )
    assert missed <= 1e-5
    exact = explain_all(InferSent.from_pretrained(), *zip(*pairs, strict=True))
    assert words == [list(ledger.premise_words) for ledger in exact]


def test_the_account_is_that_of_python(module) -> None:
    pair = ["A zorbish man is playing a guitar.", "Nobody is making music."]
    there = module("([p, h]) => model.explain(p, h).account()", pair)
    here = account(explain(InferSent.from_pretrained(), *pair), *pair)
    assert set(here) == {*there, "premise", "hypothesis"}
    same = ["blocks", "premise_words", "hypothesis_words", "premise_unknown", "hypothesis_unknown"]
    assert {name: here[name] for name in same} == {name: there[name] for name in same}
    assert there["premise_unknown"][1] is True
    assert there["bias"] == pytest.approx(here["bias"], abs=1e-4)
    for level in ("by_block", "by_word"):
        for name, part in here[level].items():
            assert np.array(there[level][name]) == pytest.approx(np.array(part), abs=0.1)
    # A word may win a coordinate from its equal by a rounding, so cells are compared as a whole.
    agree = np.mean([a == b for a, b in zip(there["premise_winners"], here["premise_winners"], strict=True)])
    assert agree >= 0.97
    assert there["u"] == pytest.approx(here["u"], abs=0.03)


# ---- the widget ----


def find(page: Page) -> Locator:
    return find_widget(page, MODULE)


def loaded(page: Page) -> Locator:
    widget = find(page)
    expect(widget.locator(".ex-message")).to_contain_text("The model is here", timeout=30_000)
    return widget


def field(widget: Locator, name: str) -> Locator:
    return widget.get_by_role("textbox", name=name)


def answer(premise: str, hypothesis: str) -> str:
    ledger = explain(InferSent.from_pretrained(), premise, hypothesis)
    return f"{ledger.label.capitalize()}, "


def out_of_view(page: Page) -> None:
    """The widget never scrolls into view, so that it waits to be asked."""
    page.add_init_script("window.IntersectionObserver = class { observe() {} unobserve() {} disconnect() {} };")


@pytest.fixture
def widget(book_url: str, open_page: OpenPage) -> Locator:
    return loaded(open_page(f"{book_url}/{PATH}"))


def test_typing_is_answered(widget: Locator) -> None:
    field(widget, "Premise").fill("The children are asleep in their beds.")
    field(widget, "Hypothesis").fill("The children are running outside.")
    expected = answer("The children are asleep in their beds.", "The children are running outside.")
    expect(widget.locator(".bw-result strong")).to_contain_text(expected)
    expect(widget.locator("[aria-live=polite]")).to_contain_text(expected)
    heads = widget.locator(".ex-map thead th").all_inner_texts()
    assert heads == ["alone", *split_words("The children are running outside.")]


def test_each_case_and_reset(widget: Locator) -> None:
    state = json.loads(widget.get_attribute("data-state"))
    buttons = widget.locator(".bw-choices").first.get_by_role("button")
    assert buttons.count() == 13
    for button in buttons.all()[:-1]:
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        premise, hypothesis = (field(widget, name).input_value() for name in ("Premise", "Hypothesis"))
        expect(widget.locator(".ex-map thead th")).to_have_count(1 + len(split_words(hypothesis)))
        expect(widget.locator(".bw-result strong")).to_contain_text(answer(premise, hypothesis))
    buttons.last.click()
    expect(field(widget, "Premise")).to_have_value(state["premise"])
    expect(widget.locator(".bw-result strong")).to_contain_text(Explainer().label.capitalize())


def test_unknown_words_are_marked(widget: Locator) -> None:
    field(widget, "Premise").fill("A blorfist sleeps.")
    expect(widget.locator(".ex-note").first).to_have_text("Unknown to the model: blorfist")
    expect(widget.locator(".ex-map .ex-unknown")).to_have_text("blorfist")


def numbers(widget: Locator, row: str) -> list[float]:
    cells = widget.locator("details tr", has=widget.page.locator("th", has_text=re.compile(f"^{re.escape(row)}$")))
    return [number(cell.rstrip("%")) for cell in cells.locator("td").all_text_contents()]


def test_a_block_that_is_off_changes_the_decision(widget: Locator) -> None:
    before = numbers(widget, "logit")
    part = numbers(widget, "|u−v|")
    widget.get_by_role("checkbox", name="|u−v|").uncheck()
    assert numbers(widget, "logit") == pytest.approx(np.subtract(before, part), abs=0.011)
    explainer = Explainer(blocks=["u", "v", "u*v"])
    assert numbers(widget, "logit") == pytest.approx(list(explainer.logits().values()), abs=0.02)
    expect(widget.locator(".bw-result strong")).to_contain_text(explainer.label.capitalize())
    assert widget.locator(".ex-track .bw-d").count() == 0


@pytest.mark.parametrize("label", range(3))
def test_the_map_and_the_bias_add_up_to_the_logit(widget: Locator, label: int) -> None:
    widget.get_by_role("button", name=LABELS[label].capitalize(), exact=True).click()
    cells = [text for text in widget.locator(".ex-map tbody td").all_inner_texts() if text]
    total = sum(map(number, cells)) + numbers(widget, "bias")[label]
    assert total == pytest.approx(numbers(widget, "logit")[label], abs=0.005 * len(cells))


def test_the_map_is_walked_by_keys_and_tells_what_is_behind_a_cell(widget: Locator) -> None:
    chosen = widget.locator(".ex-map td[aria-selected=true]")
    chosen.focus()
    chosen.press("ArrowLeft")
    for _ in range(20):
        chosen.press("ArrowUp")
    for _ in range(20):
        chosen.press("ArrowLeft")
    expect(widget.locator(".ex-cell strong")).to_have_text("The bias")
    chosen.press("ArrowDown")
    chosen.press("ArrowRight")
    expect(chosen).to_be_focused()
    words = [split_words(field(widget, name).input_value())[0] for name in ("Premise", "Hypothesis")]
    expect(widget.locator(".ex-cell strong")).to_have_text(f"“{words[0]}” with “{words[1]}”")
    expect(widget.locator(".ex-cell")).to_contain_text(re.compile(r"\d+ of 512 coordinates"))
    assert widget.locator(".ex-map td[tabindex='0']").count() == 1


def test_the_mouse_over_a_cell_and_a_tap_choose_it(book_url: str, open_page: OpenPage, widget: Locator) -> None:
    widget.locator(".ex-map tbody tr").nth(3).locator("td").nth(2).hover()
    expect(widget.locator(".ex-cell strong")).to_have_text("“in” with “musician”")
    phone = loaded(open_page(f"{book_url}/{PATH}", has_touch=True, viewport={"width": 390, "height": 844}))
    phone.locator(".ex-map tbody tr").nth(2).locator("td").nth(1).tap()
    expect(phone.locator(".ex-cell strong")).to_have_text("“man” with “a”")


def test_cells_share_the_coordinates_among_them(widget: Locator) -> None:
    total = 0
    for row in widget.locator(".ex-map tbody tr").all()[1:]:
        for cell in row.locator("td").all()[1:]:
            cell.hover()
            found = re.search(r"(\d+) of 512", widget.locator(".ex-cell").inner_text())
            marked = widget.locator(".ex-strip .ex-marks").first.get_attribute("d").count("M")
            assert marked == int(found[1])
            total += int(found[1])
    assert total == 512


def test_everything_by_keyboard_alone(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", prepare=out_of_view)
    widget = find(page)
    widget.get_by_role("button", name="A kind of").focus()
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent || document.activeElement.type"))
        if seen[-1].startswith("Load the model"):
            break
    page.keyboard.press("Enter")
    loaded(page)
    field(widget, "Hypothesis").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Nobody is here.")
    expect(widget.locator(".ex-map thead th")).to_have_text(["alone", "nobody", "is", "here", "."])
    widget.get_by_role("checkbox", name="u∗v").press("Space")
    expect(widget.get_by_role("checkbox", name="u∗v")).not_to_be_checked()


def test_the_model_waits_to_be_asked_and_is_fetched_once(book_url: str, open_page: OpenPage) -> None:
    asked = []

    def prepare(page: Page) -> None:
        out_of_view(page)
        page.context.on("request", lambda request: asked.append(request.url) if "infersent-" in request.url else None)

    page = open_page(f"{book_url}/{PATH}", prepare=prepare)
    widget = find(page)
    expect(widget.get_by_role("button", name="Load the model (2.5 MB)")).to_be_visible()
    page.wait_for_timeout(300)
    assert asked == []
    widget.get_by_role("button", name="Opposite").click()
    loaded(page)
    expect(widget.locator(".ex-map thead th")).to_have_text(["alone", "the", "children", "are", "awake", "."])
    expect(widget.get_by_role("button", name="Load the model")).to_be_hidden()
    first = len(asked)
    page.reload()
    find(page).get_by_role("button", name="Load the model").click()
    loaded(page)
    assert len(asked) == first  # the second time it comes from the browser's store


MARKUP = '<script>window.hurt = 1</script><img src="x" onerror="window.hurt = 1"><b>bold</b>'


def test_markup_is_shown_as_text(widget: Locator) -> None:
    for name in ("Premise", "Hypothesis"):
        field(widget, name).fill(MARKUP)
    expect(widget.locator(".ex-map tbody th").filter(has_text="script").first).to_be_visible()
    expect(widget.locator(".ex-map thead th").nth(1)).to_have_text("<")
    assert widget.locator("script, img, b").count() == 0
    assert widget.page.evaluate("window.hurt") is None


def test_a_link_restores_the_pair(widget: Locator, book_url: str, open_page: OpenPage) -> None:
    premise, hypothesis = 'Fish & chips; 100% "good" #1?', "Ümit eats <b>.</b>"
    field(widget, "Premise").fill(premise)
    field(widget, "Hypothesis").fill(hypothesis)
    widget.get_by_role("button", name="Link to this pair").click()
    url = widget.page.url
    assert "#p=" in url
    assert "&h=" in url
    again = loaded(open_page(url))
    expect(field(again, "Premise")).to_have_value(premise)
    expect(field(again, "Hypothesis")).to_have_value(hypothesis)
    expect(again.locator(".ex-map thead th")).to_have_text(["alone", *split_words(hypothesis)])
    again.page.evaluate("location.hash = '#p=One%20dog.&h=Two%20dogs.'")
    expect(field(again, "Premise")).to_have_value("One dog.")
    expect(again.locator(".ex-map thead th")).to_have_text(["alone", "two", "dogs", "."])


@pytest.mark.parametrize(
    ("typed", "message"),
    [("dog " * 41, "The premise is too long: it has 41 words, and at most 40"), ("a" * 401, "it has 401 characters")],
)
def test_input_is_capped_with_a_message(widget: Locator, typed: str, message: str) -> None:
    before = widget.locator(".bw-result strong").inner_text()
    field(widget, "Premise").fill(typed)
    expect(widget.locator(".ex-message")).to_contain_text(message)
    expect(widget.locator(".bw-result strong")).to_have_text(before)
    field(widget, "Premise").fill("A dog.")
    expect(widget.locator(".ex-message")).to_contain_text("The model is here")
    expect(widget.locator(".ex-map tbody th")).to_have_text(["alone", "a", "dog", "."])


def test_the_newest_text_wins(widget: Locator) -> None:
    widget.locator("textarea").last.evaluate("""input => {
        for (const end of ["one", "two", "three", "four", "five", "six"]) {
            input.value = `The number is ${end}`;
            input.dispatchEvent(new Event("input", { bubbles: true }));
        }
    }""")
    expect(widget.locator(".ex-map thead th")).to_have_text(["alone", "the", "number", "is", "six"])


def test_a_request_is_drawn_once_and_the_focus_stays(widget: Locator) -> None:
    cell = widget.locator(".ex-map tbody tr").nth(2).locator("td").nth(1)
    cell.focus()
    widget.locator(".ex-answer").evaluate("""answer => {
        window.drawn = 0;
        new MutationObserver(() => { window.drawn += 1; })
            .observe(answer, { subtree: true, childList: true, characterData: true });
    }""")
    widget.locator("textarea").last.evaluate("""input => {
        input.value = "A musician is performing songs.";
        input.dispatchEvent(new Event("input", { bubbles: true }));
    }""")
    heads = ["alone", *split_words("A musician is performing songs.")]
    expect(widget.locator(".ex-map thead th")).to_have_text(heads)
    expect(cell).to_be_focused()
    widget.page.wait_for_timeout(600)  # in which nobody's patience ends
    assert widget.page.evaluate("window.drawn") == 1
    expect(cell).to_be_focused()
    assert widget.locator(".ex-map td[tabindex='0'], .ex-map td[aria-selected=true]").count() == 1


def test_the_map_grows_and_shrinks_with_the_texts(widget: Locator) -> None:
    for text in ["One.", "Two small dogs play in the snow.", "A dog."]:
        field(widget, "Hypothesis").fill(text)
        field(widget, "Premise").fill(f"{text} {text}")
        across, down = split_words(text), split_words(f"{text} {text}")
        expect(widget.locator(".ex-map thead th")).to_have_text(["alone", *across])
        expect(widget.locator(".ex-map tbody th")).to_have_text(["alone", *down])
        expect(widget.locator(".ex-map tbody td")).to_have_count((1 + len(across)) * (1 + len(down)))


def test_the_answer_has_its_reason_and_a_warning_in_words(widget: Locator) -> None:
    widget.get_by_role("button", name="Not", exact=True).click()
    expect(widget.locator(".bw-result p")).to_contain_text("because the premise by itself speaks for it")
    expect(widget.locator(".bw-result p")).to_contain_text("Take care: on negation")
    expect(widget.locator(".ex-expected")).to_have_text(
        "By SNLI’s rules the label is contradiction: the model misses it."
    )
    expect(widget.locator(".ex-axis")).to_have_text("against ←→ for")


def test_the_map_opens_on_the_cell_that_supports_the_answer_most(widget: Locator) -> None:
    widget.get_by_role("button", name="Elsewhere").click()
    expect(widget.locator(".bw-result strong")).to_contain_text("Contradiction")
    cells = [number(text) for text in widget.locator(".ex-map tbody td").all_inner_texts() if text]
    assert number(widget.locator(".ex-map td[aria-selected=true]").inner_text()) == max(cells)


def test_two_empty_fields_have_no_answer(widget: Locator) -> None:
    for name in ("Premise", "Hypothesis"):
        field(widget, name).fill("  ")
    expect(widget.locator(".bw-result strong")).to_have_text("No answer.")
    expect(widget.locator(".ex-answer")).to_be_hidden()
    field(widget, "Premise").fill("A dog runs.")
    expect(widget.locator(".ex-answer")).to_be_visible()


def test_long_texts_have_several_lines_and_enter_goes_on(book_url: str, open_page: OpenPage) -> None:
    widget = loaded(open_page(f"{book_url}/{PATH}", viewport={"width": 390, "height": 844}))
    premise = field(widget, "Premise")
    premise.fill("A dog.")
    low = premise.bounding_box()["height"]
    premise.fill("A dog is running along the long and sandy beach in the evening with a stick.")
    assert premise.bounding_box()["height"] > low + 15
    premise.press("Enter")
    expect(field(widget, "Hypothesis")).to_be_focused()
    assert "\n" not in premise.input_value()


def test_a_link_keeps_switches_and_label(widget: Locator, open_page: OpenPage) -> None:
    widget.get_by_role("button", name="Opposite").click()
    widget.get_by_role("checkbox", name="u∗v").uncheck()
    widget.get_by_role("button", name="Neutral", exact=True).click()
    widget.get_by_role("button", name="Link to this pair").click()
    again = loaded(open_page(widget.page.url))
    expect(field(again, "Premise")).to_have_value("The children are sleeping.")
    expect(again.get_by_role("checkbox", name="u∗v")).not_to_be_checked()
    expect(again.get_by_role("checkbox", name="|u−v|")).to_be_checked()
    expect(again.get_by_role("button", name="Neutral", exact=True)).to_have_attribute("aria-pressed", "true")


def test_typed_texts_survive_leaving_the_page(widget: Locator, book_url: str) -> None:
    field(widget, "Premise").fill("A whale sings.")
    widget.page.goto(f"{book_url}/book/intro.html")
    widget.page.goto(f"{book_url}/{PATH}")
    again = loaded(widget.page)
    expect(field(again, "Premise")).to_have_value("A whale sings.")
    expect(again.locator(".ex-map tbody th")).to_have_text(["alone", "a", "whale", "sings", "."])
    again.get_by_role("button", name="Reset").click()
    again.page.reload()
    expect(field(loaded(again.page), "Premise")).to_have_value(Explainer().premise)


def test_a_refused_store_breaks_nothing(book_url: str, open_page: OpenPage) -> None:
    # Only what the widget keeps is refused: the theme itself cannot do without its own.
    refuse = """for (const name of ["getItem", "setItem", "removeItem"]) {
        const own = Storage.prototype[name];
        Storage.prototype[name] = function (key, ...rest) {
            if (key.startsWith("infersent-explainer")) throw new DOMException("refused", "SecurityError");
            return own.call(this, key, ...rest);
        };
    }"""
    widget = loaded(open_page(f"{book_url}/{PATH}", prepare=lambda page: page.add_init_script(refuse)))
    field(widget, "Hypothesis").fill("Nobody is here.")
    expect(widget.locator(".ex-map thead th")).to_have_text(["alone", "nobody", "is", "here", "."])
    widget.get_by_role("button", name="Predict first").click()
    expect(widget.locator(".ex-answer")).to_be_hidden()


def test_predicting_first_by_keyboard_on_a_phone(book_url: str, open_page: OpenPage) -> None:
    widget = loaded(open_page(f"{book_url}/{PATH}", viewport={"width": 390, "height": 844}))
    widget.get_by_role("button", name="Predict first").press("Enter")
    expect(widget.locator(".bw-result strong")).to_have_text("Your answer first.")
    expect(widget.locator(".ex-answer")).to_be_hidden()
    answers = widget.get_by_role("group", name="Your answer")
    answers.get_by_role("button", name="Contradiction").press("Enter")
    expect(widget.locator(".ex-answer")).to_be_visible()
    expect(widget.get_by_role("button", name="Predict first")).to_be_focused()
    expect(widget.locator(".ex-expected")).to_have_text("You said contradiction; the model says entailment.")
    widget.page.reload()
    again = loaded(widget.page)
    expect(again.locator(".ex-answer")).to_be_hidden()  # the wish is remembered
    again.get_by_role("group", name="Your answer").get_by_role("button", name="Skip").press("Enter")
    expect(again.locator(".ex-answer")).to_be_visible()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_the_tour_by_keyboard(book_url: str, open_page: OpenPage, motion: str) -> None:
    page = open_page(f"{book_url}/{PATH}", viewport={"width": 390, "height": 844}, reduced_motion=motion)
    widget = find(page)
    expect(widget.locator(".ex-offer")).to_be_visible()
    widget.get_by_role("button", name="Take the tour").press("Enter")
    card = widget.get_by_role("dialog", name="A tour of the explainer")
    for step in range(1, 6):
        expect(card).to_contain_text(f"{step} of 6")
        expect(widget.locator(".ex-toured")).to_have_count(1)
        page.keyboard.press("ArrowRight")
    expect(card.get_by_role("button", name="Done")).to_be_visible()
    expect(card).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(widget.locator(".ex-toured")).to_have_count(0)
    expect(widget.get_by_role("button", name="Show me around")).to_be_focused()
    page.reload()
    expect(find(page).get_by_role("button", name="Show me around")).to_be_visible()
    expect(find(page).locator(".ex-offer")).to_be_hidden()  # offered once


def test_from_disk_it_says_what_to_do(built_book: Path, open_page: OpenPage) -> None:
    widget = find(open_page(f"{built_book.as_uri()}/{PATH}"))
    expect(widget.locator(".ex-message")).to_contain_text("make serve")
    expect(field(widget, "Premise")).not_to_be_editable()
    expect(widget.get_by_role("button", name="Opposite")).to_be_disabled()
    expect(widget.locator(".bw-result strong")).to_contain_text(Explainer().label.capitalize())
    widget.get_by_role("checkbox", name="|u−v|").uncheck()  # the example stays alive
    assert widget.locator(".ex-track .bw-d").count() == 0


def visit(browser: Browser, url: str, handle: Callable[[Route], None]) -> Page:
    """A page whose requests for the model are handled otherwise; what the console says about it is no fault."""
    context = browser.new_context()
    context.route("**/infersent-*.bin", handle)
    page = context.new_page()
    page.goto(url)
    return page


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        (lambda route: route.abort(), "could not be loaded"),
        (lambda route: route.fulfill(status=404), "the server answered 404"),
        (lambda route: route.fulfill(body=b"cut short"), "it ended after 9 of"),
        (lambda route: route.fulfill(body=b"x" * 5_000_000), "the file is larger than"),
        (lambda route: route.fulfill(body=b"x" * Explainer().weights["bytes"]), "is not the file of that name"),
    ],
)
def test_a_failed_load_says_so_and_can_be_repeated(browser: Browser, book_url: str, handle, reason: str) -> None:
    page = visit(browser, f"{book_url}/{PATH}", handle)
    widget = find(page)
    expect(widget.locator(".ex-message")).to_contain_text(reason)
    expect(widget.locator(".ex-message")).to_contain_text("try again")
    expect(widget.locator(".bw-result strong")).to_contain_text("%")  # the example stays
    page.context.unroute_all()
    widget.get_by_role("button", name="Try again").click()
    loaded(page)
    page.context.close()


def test_a_damaged_file_in_the_browsers_store_is_fetched_again(browser: Browser, book_url: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "infersent-" in request.url else None)
    page.goto(f"{book_url}/{PATH}")
    loaded(page)
    stored = page.evaluate(
        """async () => {
            const store = await caches.open("infersent");
            const [request] = await store.keys();
            const bytes = await (await store.match(request)).arrayBuffer();
            new Uint8Array(bytes)[bytes.byteLength >> 1] ^= 1;
            await store.put(request, new Response(bytes));
            return request.url;
        }"""
    )
    assert stored.endswith(".bin")
    for times in (2, 2):  # the first reload fetches it anew, the second has it
        page.reload()
        loaded(page)
        assert fetched.count(stored) == times
    context.close()


def test_without_a_worker_the_page_itself_answers(book_url: str, open_page: OpenPage) -> None:
    def prepare(page: Page) -> None:
        page.add_init_script("window.Worker = class { constructor() { throw new Error('refused'); } };")

    widget = loaded(open_page(f"{book_url}/{PATH}", prepare=prepare))
    field(widget, "Hypothesis").fill("Nobody is here.")
    expect(widget.locator(".ex-map thead th")).to_have_text(["alone", "nobody", "is", "here", "."])


def test_without_javascript_the_example_stands_there(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}", java_script_enabled=False)
    table = find_twin(page, MODULE)
    printed = [f"{p:.1%}" for p in Explainer().probabilities().values()]
    expect(table.locator("tr").last.locator("td")).to_have_text(printed)


def test_colours_follow_the_theme(book_url: str, open_page: OpenPage) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        widget = find(open_page(f"{book_url}/{PATH}", color_scheme=scheme))
        grounds.add(style(widget.locator(".ex-field textarea").first, "backgroundColor"))
    assert len(grounds) == 2


def test_nothing_is_wider_than_a_narrow_phone(book_url: str, open_page: OpenPage) -> None:
    widget = loaded(open_page(f"{book_url}/{PATH}", viewport={"width": 360, "height": 800}))
    field(widget, "Hypothesis").fill("one two three four five six seven eight nine ten eleven twelve")
    expect(widget.locator(".ex-map thead th")).to_have_count(13)
    assert widget.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize(
    ("change", "message"),
    [({"premise": 3}, "premise must be a text, not 3"), ({"blocks": ["w"]}, "blocks must be among u, v, |u-v|, u*v")],
)
def test_a_state_that_is_none_is_refused(still_page: Page, change, message: str) -> None:
    render = """async ({ default: module }, state) => {
        const model = { get: (name) => state[name], set() {}, on() {}, off() {}, save_changes() {} };
        try { await module.render({ model, el: document.createElement("div") }); }
        catch (error) { return `${error.name}: ${error.message}`; }
    }"""
    find(still_page)
    error = ask_module(still_page, MODULE, render, Explainer().state() | change)
    assert error.startswith("RangeError: ")
    assert message in error


def test_with_a_kernel_python_gets_what_the_reader_comes_to_rest_on(book_url: str, open_page: OpenPage) -> None:
    asked = []
    page = open_page(f"{book_url}/{PATH}", prepare=out_of_view)
    find(page)
    page.on("request", lambda request: asked.append(request.url) if "infersent-" in request.url else None)
    render = """async ({ default: module }, state) => {
        const listeners = {};
        window.sent = [];
        window.kernel = {
            get: (name) => state[name],
            set(name, value) { state[name] = value; listeners[`change:${name}`]?.(); },
            on(event, listener) { listeners[event] = listener; },
            off() {},
            send() {},
            save_changes: () => sent.push(state.hypothesis),
        };
        const el = document.querySelector(".book-widget > div");
        await module.render({ model: kernel, el });
    }"""
    ask_module(page, MODULE, render, Explainer().state())
    hypothesis = field(page.locator(".book-widget"), "Hypothesis")
    # Typed without a pause, however busy the machine is.
    hypothesis.evaluate("""input => {
        for (const text of ["S", "So", "Som", "Some", "dog ".repeat(41)]) {
            input.value = text;
            input.dispatchEvent(new Event("input", { bubbles: true }));
        }
    }""")
    page.wait_for_timeout(300)
    assert page.evaluate("sent") == []
    hypothesis.fill("Some dog.")
    wait_until(lambda: page.evaluate("sent.length"))
    assert page.evaluate("sent") == ["Some dog."]
    answered = account(explain(InferSent.from_pretrained().double(), Explainer().premise, "Some dog."), "", "")
    page.evaluate(
        "ledger => kernel.set('ledger', ledger)", answered | {"premise": Explainer().premise, "hypothesis": "Some dog."}
    )
    expect(page.locator(".ex-map thead th")).to_have_text(["alone", "some", "dog", "."])
    assert asked == []
