"""The quiz in the built book: attempts, reasons, what is remembered, and a browser that refuses to remember."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from infersent.widgets import Quiz
from tests.browser.conftest import OpenPage, find_twin, find_widget

pytestmark = pytest.mark.browser

PATH = "book/features/product.html"
QUIZ = Quiz("product")


def shown(text: str) -> str:
    return text.replace("`", "")


def choice(widget: Locator, question: int, place: int) -> Locator:
    return widget.get_by_role("group").nth(question).get_by_role("button").nth(place)


def right_place(question: int) -> int:
    return next(i for i, each in enumerate(QUIZ.questions[question]["choices"]) if each.get("right"))


def test_each_answer_says_whether_it_is_right_and_why(any_book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{any_book_url}/{PATH}"), "quiz")
    for number, question in enumerate(QUIZ.questions):
        group = widget.get_by_role("group").nth(number)
        expect(group).to_have_accessible_name(f"Question {number + 1}: {shown(question['ask'])}")
        order = sorted(range(len(question["choices"])), key=lambda place: place == right_place(number))
        for place in order:  # the right one last
            expect(group).not_to_contain_text(shown(question["choices"][place]["why"]))
            choice(widget, number, place).click()
            verdict = "Right." if place == right_place(number) else "Not so."
            expect(group).to_contain_text(f"{verdict} {shown(question['choices'][place]['why'])}")
            expect(choice(widget, number, place)).to_have_attribute("aria-pressed", "true")
    expect(widget.locator("[aria-live=polite]")).to_have_text("4 of 4 solved, 0 at the first attempt.")


def test_by_keyboard_alone(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}")
    widget = find_widget(page, "quiz")
    for number in range(len(QUIZ.questions)):
        choice(widget, number, 0).focus()
        for _ in range(right_place(number)):
            page.keyboard.press("Tab")
        expect(choice(widget, number, right_place(number))).to_be_focused()
        page.keyboard.press("Enter")
        expect(choice(widget, number, right_place(number))).to_be_focused()
    expect(widget.locator("[aria-live=polite]")).to_have_text("4 of 4 solved, each at the first attempt.")


def tried(widget: Locator) -> list[str]:
    return widget.locator(".qz-choice[aria-pressed=true]").all_inner_texts()


def test_the_browser_remembers_until_reset(book_url: str, open_page: OpenPage) -> None:
    page = open_page(f"{book_url}/{PATH}")
    widget = find_widget(page, "quiz")
    choice(widget, 0, 1).click()
    choice(widget, 2, right_place(2)).click()
    before = tried(widget)
    assert len(before) == 2
    page.reload()
    widget = find_widget(page, "quiz")
    assert tried(widget) == before
    expect(widget.locator(".bw-result")).to_contain_text("1 of 4 solved,")
    widget.get_by_role("button", name="Reset").click()
    page.reload()
    assert tried(find_widget(page, "quiz")) == []


REFUSE = """for (const name of ["getItem", "setItem", "removeItem"]) {
    const allowed = Storage.prototype[name];
    Storage.prototype[name] = function (key, ...others) {
        if (key.startsWith("why-u-v-")) throw new DOMException("refused", "SecurityError");
        return allowed.call(this, key, ...others);
    };
}"""


def test_a_browser_that_refuses_to_remember(book_url: str, open_page: OpenPage) -> None:
    widget = find_widget(open_page(f"{book_url}/{PATH}", lambda page: page.add_init_script(REFUSE)), "quiz")
    choice(widget, 0, right_place(0)).click()
    expect(widget.locator(".bw-result")).to_contain_text("1 of 4 solved, 1 at the first attempt.")


def test_answers_to_questions_that_have_changed_are_not_taken(book_url: str, open_page: OpenPage) -> None:
    kept = "localStorage.setItem('why-u-v-quiz-product', '[[7],[],[],[]]')"
    page = open_page(f"{book_url}/{PATH}", lambda page: page.add_init_script(kept))
    assert tried(find_widget(page, "quiz")) == []


def test_without_javascript_the_answers_unfold(any_book_url: str, open_page: OpenPage) -> None:
    twin = find_twin(open_page(f"{any_book_url}/{PATH}", java_script_enabled=False), "quiz")
    expect(twin).to_contain_text(shown(QUIZ.questions[0]["ask"]))
    reason = twin.get_by_text(re.compile("^Right.")).first
    expect(reason).not_to_be_visible()
    twin.locator("summary").first.click()
    expect(reason).to_be_visible()
