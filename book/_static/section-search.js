// @ts-check
/* The book's own search, in the place of the theme's: it ranks sections by their words, puts chapters before reference
 * pages, and quotes what it found. Its data, window.BOOK_SECTIONS, come with a classic script (book/_ext/
 * section_search.py), so that it works from disk too. */
(() => {
  "use strict";

  /** @typedef {{ anchor: string, title: string, text: string }} Section */
  /** @typedef {{ page: string, title: string, kind: string, keywords: string[], sections: Section[] }} BookPage */
  /** @typedef {{ page: BookPage, section: Section, stems: string[], counts: Map<string, number>,
   *   names: Set<string>[] }} Entry a section with its words' stems; names are those of its title and of its page's */

  const SHARE = /** @type {Record<string, number>} */ ({ chapter: 1, page: 0.8, api: 0.35 });
  const IS_CODE = /[\w.]+[_.][\w.]+|\(\)/; // a name of the package, rather than words
  const IS_FORMULA = /[*∗⊙|+−=]/;
  const EXCERPT = 230; // characters
  const MORE = 3; // further sections that are named with a page

  /** @param {string} text @returns {string[]} */
  const words = (text) => text.toLowerCase().normalize("NFKC").match(/[\p{L}\p{N}]+/gu) ?? [];

  /** A formula as one would type it. @param {string} text */
  const typed = (text) =>
    text.toLowerCase().normalize("NFKC").replaceAll(/[∗⊙×·]/g, "*").replaceAll("−", "-").replaceAll(/\s/g, "");

  const stemmer = new Stemmer();
  /** @type {Map<string, string>} */
  const known = new Map();

  /** @param {string} word */
  function stem(word) {
    const found = known.get(word) ?? stemmer.stemWord(word);
    known.set(word, found);
    return found;
  }

  /** @param {string} text */
  const stems = (text) => words(text).map(stem);

  /** The words that tell what is meant, if there are any. @param {string} text */
  function tellingStems(text) {
    const all = words(text);
    const telling = all.filter((word) => !stopwords.includes(word));
    return (telling.length ? telling : all).map(stem);
  }

  /** @param {BookPage[]} pages @returns {Entry[]} */
  function makeEntries(pages) {
    return pages.flatMap((page) =>
      page.sections.map((section, i) => {
        const own = stems(section.text);
        const counts = new Map();
        for (const one of own) counts.set(one, (counts.get(one) ?? 0) + 1);
        const keywords = i === 0 ? page.keywords : [];
        const names = [i === 0 ? page.title : section.title, ...keywords].map((name) => new Set(tellingStems(name)));
        return { page, section, stems: own, counts, names };
      }),
    );
  }

  /** How well each section answers; those that lack a word are left out, unless every section lacks one.
   *
   * @param {Entry[]} entries @param {string} query @returns {[Entry, number][]} */
  function rank(entries, query) {
    const asked = words(query);
    const wanted = [...new Set(tellingStems(query))];
    if (IS_FORMULA.test(query) && asked.every((word) => word.length === 1)) return rankFormula(entries, typed(query));
    const vocabulary = new Set(
      entries.flatMap((entry) => [...entry.counts.keys(), ...entry.names.flatMap((name) => [...name])]));
    // A word that nobody wrote may be the beginning of one.
    const forms = wanted.map((one) =>
      vocabulary.has(one) || one.length < 3 ? [one] : [...vocabulary].filter((other) => other.startsWith(one)),
    );
    const rarity = forms.map((form) => {
      const holders = entries.filter((entry) => form.some((one) => entry.counts.has(one))).length;
      return Math.log(1 + entries.length / (1 + holders));
    });
    const total = rarity.reduce((sum, one) => sum + one, 0);
    const mean = entries.reduce((sum, entry) => sum + entry.stems.length, 0) / entries.length;
    const phrase = ` ${asked.map(stem).join(" ")} `;

    /** @param {Entry} entry @returns {[Entry, number, number]} the entry, its score, and how many words it has */
    const judge = (entry) => {
      const length = 0.4 + (0.6 * entry.stems.length) / mean;
      let score = 0;
      let matched = 0;
      forms.forEach((form, i) => {
        const count = form.reduce((sum, one) => sum + (entry.counts.get(one) ?? 0), 0);
        const named = entry.names.some((name) => form.some((one) => name.has(one)));
        if (count || named) matched += 1;
        score += rarity[i] * ((2.2 * count) / (count + 1.2 * length) + (named ? 1.5 : 0));
      });
      const isNamed = entry.names.some((name) => name.size === forms.length && wanted.every((one) => name.has(one)));
      if (isNamed) score += 4 * total;
      if (asked.length > 1 && ` ${entry.stems.join(" ")} `.includes(phrase)) score += 1.5 * total;
      const isCode = IS_CODE.test(query) && entry.page.kind === "api";
      // Of several that end so, a module's function comes before a class's method.
      if (isCode && `.${entry.section.title}`.endsWith(`.${query.trim().replace(/\(\)$/, "")}`))
        score += (6 - 0.5 * entry.section.title.split(".").length) * total;
      return [entry, score * (isCode ? 1 : (SHARE[entry.page.kind] ?? 1)), matched];
    };
    const judged = entries.map(judge).filter(([, , matched]) => matched);
    const most = Math.max(...judged.map(([, , matched]) => matched));
    return judged.filter(([, , matched]) => matched === most).map(([entry, score]) => [entry, score]);
  }

  /** @param {Entry[]} entries @param {string} formula @returns {[Entry, number][]} */
  function rankFormula(entries, formula) {
    return entries.flatMap((entry) => {
      const count = typed(`${entry.section.title} ${entry.section.text}`).split(formula).length - 1;
      const isNamed = entry.section === entry.page.sections[0] &&
        entry.page.keywords.some((name) => typed(name) === formula);
      const score = Math.log(1 + count) + (isNamed ? 8 : 0);
      /** @type {[Entry, number][]} */
      const found = score ? [[entry, score * (SHARE[entry.page.kind] ?? 1)]] : [];
      return found;
    });
  }

  /** The pages, the best first, each with its sections, the best first.
   *
   * @param {[Entry, number][]} ranked @returns {Entry[][]} */
  function byPage(ranked) {
    /** @type {Map<BookPage, [Entry, number][]>} */
    const pages = new Map();
    for (const one of [...ranked].sort((a, b) => b[1] - a[1])) {
      pages.set(one[0].page, [...(pages.get(one[0].page) ?? []), one]);
    }
    /** @param {[Entry, number][]} found */
    const worth = (found) => found.reduce((sum, [, score], i) => sum + (i ? 0.1 * score : score), 0);
    return [...pages.values()].sort((a, b) => worth(b) - worth(a)).map((found) => found.map(([entry]) => entry));
  }

  /** @param {Entry} entry @param {string} text @returns {HTMLAnchorElement} */
  function makeLink({ page, section }, text) {
    const link = document.createElement("a");
    const root = document.documentElement.dataset.content_root ?? "./";
    link.href = `${root}${page.page}.html${section.anchor && `#${section.anchor}`}`;
    link.textContent = text;
    return link;
  }

  /** A piece of a text around the first of the words that are asked for, with each of them marked.
   *
   * @param {string} text @param {string} query */
  function makeExcerpt(text, query) {
    const wanted = new Set(stems(query).filter((one, i) => one.length > 1 && !stopwords.includes(words(query)[i])));
    const paragraph = document.createElement("p");
    paragraph.className = "context";
    const pieces = text.split(/([\p{L}\p{N}]+)/u); // words stand at the odd places
    /** @param {number} i */
    const isWord = (i) => i % 2 === 1 && wanted.has(stem(pieces[i].toLowerCase()));
    /** @param {number} i the hyphen between two of them belongs to them */
    const isHit = (i) => isWord(i) || (pieces[i] === "-" && isWord(i - 1) && isWord(i + 1));
    const first = pieces.findIndex((_, i) => isHit(i));
    let start = Math.max(first, 0);
    for (let room = EXCERPT / 3; start > 0 && room > 0; ) room -= pieces[--start].length;
    if (start > 0 && start % 2 === 0) start += 1;
    let length = 0;
    let end = start;
    while (end < pieces.length && length < EXCERPT) length += pieces[end++].length;
    if (start > 0) paragraph.append("… ");
    for (let i = start; i < end; i++) {
      if (!isHit(i)) paragraph.append(pieces[i]);
      else paragraph.append(Object.assign(document.createElement("mark"), { textContent: pieces[i] }));
    }
    if (end < pieces.length) paragraph.append(" …");
    return paragraph;
  }

  /** @param {Entry[]} found @param {string} query */
  function makeItem(found, query) {
    const [best, ...others] = found;
    const item = document.createElement("li");
    const { page, section } = best;
    const isWhole = section === page.sections[0];
    item.append(makeLink(best, isWhole ? page.title : `${page.title}: ${section.title}`));
    if (section.text) item.append(makeExcerpt(section.text, query));
    const more = others.filter((other) => other.section.title !== page.title).slice(0, MORE);
    if (more.length) {
      const line = document.createElement("p");
      line.className = "search-more";
      line.append("Also in ");
      more.forEach((other, i) => line.append(...(i ? [", "] : []), makeLink(other, other.section.title)));
      item.append(line);
    }
    return item;
  }

  const entries = makeEntries(/** @type {BookPage[]} */ (window.BOOK_SECTIONS ?? []));

  Search.query = (query) => {
    const pages = byPage(rank(entries, query));
    Search.stopPulse();
    Search.title.textContent = "Search results";
    Search.status.textContent =
      pages.length === 0 ? "No page has these words." : `${pages.length} ${pages.length === 1 ? "page" : "pages"}`;
    Search.output.replaceChildren(...pages.map((found) => makeItem(found, query)));
  };
})();
