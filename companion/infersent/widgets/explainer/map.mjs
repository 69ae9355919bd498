// @ts-check
/* The explainer's map: the evidence of words and pairs of words, and the coordinates behind a cell. */

import { h, s, setAttributes, setText } from "../toolkit/nodes.mjs";
import { format, percent, signed } from "../toolkit/numbers.mjs";
import { behind, evidence, inOrderOfWords, isPooled, labelsOf, sum } from "./account.mjs";

/** @import { Account, Part, PooledAccount } from "./account.mjs" */

const NONE = "No map: only max pooling takes each coordinate from one word, and this encoder pools in another way.";

/** A table to walk in, and what stands behind the chosen cell. */
export function createMap() {
  const table = createTable(() => tell());
  const cell = createCell();
  const none = h("p", { class: "bw-hint" }, NONE);
  let tell = () => {};
  return {
    node: h("div", {}, h("div", { class: "ex-beside" }, h("div", { class: "ex-scroll" }, table.node), cell.note), none,
      cell.strips),
    /**
     * @param {Account} account
     * @param {string[]} blocks
     * @param {number} label the label whose evidence is shown
     */
    update(account, blocks, label) {
      const pooled = isPooled(account);
      none.hidden = pooled;
      for (const part of [table.node, cell.note, cell.strips]) part.hidden = !pooled;
      if (!pooled) return;
      const parts = evidence(account, blocks);
      tell = () => cell.update(account, blocks, label, parts, ...table.chosen());
      table.update(account, label, parts);
    },
  };
}

const STEPS = new Map(Object.entries(
  { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }));

/**
 * The table: a cell is chosen by mouse, finger or arrow key. Its cells stay from one account to the next, and only what
 * changes is written: a large table costs a browser more than the model's whole answer.
 *
 * @param {() => void} onChoose
 */
function createTable(onChoose) {
  const [corner, body] = [h("tr", {}, h("td")), h("tbody")];
  const table = h("table", { role: "grid", class: "ex-map" }, h("thead", {}, corner), body);
  /** @type {Head[]} */
  const across = [];
  /** @type {{ node: HTMLTableRowElement, head: Head, cells: Shade[] }[]} */
  const lines = [];
  let [row, column] = [0, 0];

  /** @param {number} i @param {number} j */
  const mark = (i, j, chosen = true) => lines[i]?.cells[j]?.node && setAttributes(lines[i].cells[j].node,
    { tabindex: chosen ? 0 : -1, "aria-selected": chosen });
  /** @param {number} i @param {number} j */
  const choose = (i, j) => {
    mark(row, column, false);
    [row, column] = [i, j];
    mark(row, column);
    onChoose();
  };
  for (const type of ["pointerover", "focusin", "click"])
    table.addEventListener(type, ({ target }) => {
      const cell = target instanceof Element ? target.closest("td") : null;
      const i = lines.findIndex(({ node }) => node === cell?.parentNode);
      if (cell && i >= 0) choose(i, lines[i].cells.findIndex(({ node }) => node === cell));
    });
  table.addEventListener("keydown", (event) => {
    const step = STEPS.get(event.key);
    if (!step) return;
    event.preventDefault();
    lines[row + step[0]]?.cells[column + step[1]]?.node.focus();
  });
  /** @param {number} rows @param {number} columns */
  const resize = (rows, columns) => {
    setLength(across, columns, () => append(corner, createHead("col")));
    setLength(lines, rows, () => {
      const head = createHead("row");
      return append(body, { node: h("tr", {}, head.node), head, cells: [] });
    });
    for (const { node, cells } of lines) setLength(cells, columns, () => append(node, createShade()));
  };
  return {
    node: table,
    /** @returns {[row: number, column: number]} */
    chosen: () => [row, column],
    /**
     * Draw the evidence for a label, and choose the cell that supports it most.
     *
     * @param {Account} account
     * @param {number} label
     * @param {Part[][]} parts
     */
    update(account, label, parts) {
      const largest = Math.max(0.01, ...parts.flat().slice(1).map((cell) => Math.abs(cell[label])));
      mark(row, column, false);
      resize(parts.length, parts[0].length);
      table.setAttribute("aria-label",
        `Evidence for ${labelsOf(account)[label]}: words of the premise down, of the hypothesis across`);
      across.forEach((head, j) => head.update(j, account.hypothesis_words, account.hypothesis_unknown));
      lines.forEach(({ head, cells }, i) => {
        head.update(i, account.premise_words, account.premise_unknown);
        // The bias, in row and column 0, stands in the ledger.
        cells.forEach((cell, j) => cell.update(i || j ? parts[i][j][label] : undefined, largest));
      });
      choose(...strongest(parts, label));
    },
  };
}

/**
 * Make a list of nodes as long as it has to be.
 *
 * @template {{ node: Element }} Item
 * @param {Item[]} items
 * @param {number} length
 * @param {() => Item} create
 */
function setLength(items, length, create) {
  for (const { node } of items.splice(length)) node.remove();
  while (items.length < length) items.push(create());
}

/**
 * Put an item's node at the end of another.
 *
 * @template {{ node: Element }} Item
 * @param {Element} parent
 * @param {Item} item
 */
function append(parent, item) {
  parent.append(item.node);
  return item;
}

/**
 * The word or pair of words that speaks most for a label, as a row and a column of `evidence`; 0, 0 where none does.
 *
 * @param {Part[][]} parts
 * @param {number} label
 */
export function strongest(parts, label) {
  /** @type {[row: number, column: number]} */
  let found = [0, 0];
  let most = 0;
  for (let i = 0; i < parts.length; i++)
    for (let j = 0; j < parts[i].length; j++)
      if ((i || j) && parts[i][j][label] > most) {
        found = [i, j];
        most = parts[i][j][label];
      }
  return found;
}

/** @typedef {ReturnType<typeof createShade>} Shade */
/** @typedef {ReturnType<typeof createHead>} Head */

/** A cell with its number, and a ground that is the deeper the larger it is. */
function createShade() {
  const number = document.createTextNode("");
  const node = h("td", { tabindex: -1, "aria-selected": false }, number);
  let [kind, share] = ["", ""];
  return {
    node,
    /** @param {number | undefined} x @param {number} largest */
    update(x, largest) {
      const size = Math.abs(x ?? 0);
      const before = { kind, share };
      kind = size < 0.005 ? "ex-nothing" : (x ?? 0) < 0 ? "ex-below" : "";
      share = percent(0.42 * size / largest);
      const text = x === undefined ? "" : signed(x);
      if (kind !== before.kind) node.className = kind;
      if (share !== before.share) node.style.setProperty("--share", share);
      if (text !== number.data) number.data = text;
    },
  };
}

/** @param {string} scope */
function createHead(scope) {
  const node = h("th", { scope });
  return {
    node,
    /** @param {number} i @param {string[]} words @param {boolean[]} unknown */
    update(i, words, unknown) {
      node.className = i && unknown[i - 1] ? "ex-unknown" : "";
      setText(node, i ? words[i - 1] : "alone");
    },
  };
}

/** What stands behind a cell: its part of each logit, its strongest coordinates, and where they lie in u and v. */
function createCell() {
  const note = h("p", { class: "ex-cell" });
  const [ofU, ofV] = [createStrip("u"), createStrip("v")];
  return {
    note,
    strips: h("div", {}, ofU.node, ofV.node),
    /**
     * @param {PooledAccount} account
     * @param {string[]} blocks
     * @param {number} label
     * @param {Part[][]} parts
     * @param {number} row
     * @param {number} column
     */
    update(account, blocks, label, parts, row, column) {
      const { u, v } = account;
      const found = behind(account, row, column);
      const isWord = row > 0 || column > 0;
      const words = [row && account.premise_words[row - 1], column && account.hypothesis_words[column - 1]]
        .filter(Boolean).map((word) => `“${word}”`);
      const top = row && column ? strongestCoordinates(account, blocks, label, found).map(({ i, x }) =>
        `no. ${i} (u ${format(u[i])}, v ${format(v[i])}: ${signed(x)})`) : [];
      note.replaceChildren(h("strong", {}, words.join(" with ") || "The bias"),
        ...labelsOf(account).map((name, c) => h("span", {}, `${name} ${signed(parts[row][column][c])}`)),
        isWord ? `${found.length} of ${u.length} coordinates` : "Apart from all words",
        top.length ? `; strongest for ${labelsOf(account)[label]}: ${top.join(", ")}.` : ".");
      const marked = new Set(isWord ? found : []);
      const height = Math.max(0.1, ...u.map(Math.abs), ...v.map(Math.abs));
      const order = inOrderOfWords(account);
      ofU.update(u, order, marked, height);
      ofV.update(v, order, marked, height);
    },
  };
}

/**
 * The three of some coordinates that give a label most through the blocks of both sentences.
 *
 * @param {Account} account
 * @param {string[]} blocks
 * @param {number} label
 * @param {number[]} coordinates
 */
export function strongestCoordinates({ by_dimension, bias }, blocks, label, coordinates) {
  const maps = Object.keys(by_dimension).filter((name) => blocks.includes(name)).map((name) => by_dimension[name]);
  return coordinates.map((i) => ({ i, x: sum(maps.map((map) => map[i]), bias)[label] }))
    .sort((a, b) => Math.abs(b.x) - Math.abs(a.x)).slice(0, 3);
}

/**
 * A sentence vector as bars, one a coordinate, up or down from its zero; those marked have a line under them.
 *
 * @param {string} name
 */
function createStrip(name) {
  const [bars, marks] = [s("path"), s("path", { class: "ex-marks" })];
  const picture = s("svg", { role: "img", preserveAspectRatio: "none" }, bars, marks);
  return {
    node: h("div", { class: `ex-strip bw-${name}` }, h("i", { class: "bw-symbol" }, name), picture),
    /**
     * @param {number[]} vector
     * @param {number[]} order
     * @param {Set<number>} marked
     * @param {number} height
     */
    update(vector, order, marked, height) {
      setAttributes(picture, {
        viewBox: `0 0 ${order.length} 40`,
        "aria-label": `${name}: ${order.length} coordinates from ${format(Math.min(...vector))} to ${
          format(Math.max(...vector))}; ${marked.size} of them marked`,
      });
      bars.setAttribute("d", order.map((i, x) => `M${x + 0.5} 26v${(-24 * vector[i] / height).toFixed(1)}`).join(""));
      marks.setAttribute("d", order.map((i, x) => (marked.has(i) ? `M${x + 0.5} 35v5` : "")).join(""));
    },
  };
}
