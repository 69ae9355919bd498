/* InferSent in your page: type two sentences and see the model's decision and its exact account.
 *
 * The model's `ledger` is what is drawn; its names are those of infersent.ledger. Where a kernel is, Python answers a
 * change of `premise` or `hypothesis` with a new ledger. In the published page infersent_model.mjs does, in a worker,
 * once the file named by `weights` is there. */

import {
  change, createButton, createChecks, createChoices, createResult, format, h, mount, percent,
} from "./toolkit.mjs";
import {
  LABELS, STYLE, capital, colour, createField, createMap, createRow, describe, logitsOf, printed, signed, softmax,
} from "./explainer_view.mjs";
import MODEL from "./infersent_model.mjs" with { type: "text" };

const CASES = [
  ["A kind of", "A girl is riding a horse on the beach.", "A girl is riding an animal."],
  ["Says more", "A man is cooking dinner.", "A man is cooking fish for his children."],
  ["Opposite", "The children are sleeping.", "The children are awake."],
  ["Not", "A woman is reading a book.", "A woman is not reading a book."],
  ["Number", "Two boys are playing football.", "Three boys are playing football."],
  ["Colour", "A boy in a red shirt is jumping.", "A boy in a blue shirt is jumping."],
  ["Place", "A man is sitting in the park.", "A man is sitting in his kitchen."],
  ["Who does it", "A dog is chasing a cat.", "A cat is chasing a dog."],
  ["Passive", "A boy kicks a ball.", "A ball is kicked by a boy."],
  ["Some and all", "Some people are dancing.", "All people are dancing."],
  ["Elsewhere", "A chef is cutting onions.", "A train arrives at the station."],
  ["Unknown word", "A blorfist is rolling down a hill.", "A person is rolling down a hill."],
];

// ---- who answers ----

/** The model in a worker, or in the page where workers are refused; of many requests only the newest waits. */
function createEngine(address, { createAnswerer }, first, hear) {
  let busy = false;
  let waiting, worker, post;
  const send = (request) => {
    if (busy) waiting = request;
    else post(request);
    busy = true;
  };
  const receive = (answer) => {
    if (!answer.progress) {
      busy = false;
      if (waiting && !answer.error) send(waiting);
      waiting = undefined;
    }
    hear(answer);
  };
  const stayInPage = () => {
    post = createAnswerer(receive);
    post(first);
  };
  try {
    worker = new Worker(address, { type: "module" });
    worker.onmessage = ({ data }) => receive(data);
    worker.onerror = stayInPage;
    post = (request) => worker.postMessage(request);
  } catch {
    post = createAnswerer(receive);
  }
  send(first);
  return { send, stop: () => worker?.terminate() };
}

/** The address of a file beside this module's script in the built book. */
const addressOf = (file) =>
  new URL(file, document.querySelector('script[src*="widgets/explainer.js"]')?.src ?? document.baseURI).href;

/** The two texts in the address's fragment, if they are there. */
function fromLink() {
  const link = new URLSearchParams(location.hash.slice(1));
  return link.has("p") && link.has("h") ? { premise: link.get("p"), hypothesis: link.get("h") } : undefined;
}

const FROM_DISK = "A browser does not let a page opened from disk read the model. Run “make serve” in the book’s " +
  "folder and open the address that it prints. What you see here was computed beforehand.";
const NO_MODEL = "This example was computed beforehand. Run the notebook to type sentences of your own.";
const PATIENCE = 300; // milliseconds without an answer before the old one is called old
const LIVE = "The model is here: type. Nothing that you type leaves this page.";
const HINT = "A bar adds up the parts of a logit, the bias in grey; the mark is their sum. In the map, “alone” is " +
  "what a word gives through u or v, and the other cells are what two words give together: point at a cell, or walk " +
  "by the arrow keys. The strips are the coordinates of u and v in the order of their words, those of the cell " +
  "marked. What a word gives, it gives after reading the words around it.";
const TEXTS = ["premise", "hypothesis"];

export default {
  async render({ model, el }) {
    const get = (name) => model.get(name);
    for (const name of TEXTS)
      if (typeof get(name) !== "string") throw new RangeError(`${name} must be a text, not ${get(name)}`);
    const all = get("ledger").blocks;
    const bad = get("blocks").find((name) => !all.includes(name));
    if (bad !== undefined) throw new RangeError(`blocks must be among ${all.join(", ")}, not ${bad}`);

    const start = Object.fromEntries([...TEXTS, "blocks", "ledger"].map((name) => [name, get(name)]));
    const { file, bytes } = get("weights");
    const kernel = typeof model.send === "function";
    const still = kernel ? "" : !file ? NO_MODEL : location.protocol === "file:" ? FROM_DISK : "";
    const address = URL.createObjectURL(new Blob([MODEL], { type: "text/javascript" }));
    const module = await import(address);

    // ---- asking: the texts change at once, the ledger when its answer is there ----
    let engine, timer, patience;
    let [ready, late, problem] = [kernel, false, ""];
    const fits = () => TEXTS.every((name) => get("ledger")[name] === get(name));
    const excess = () => TEXTS.map((name) => [name, module.tooLong(get(name))]).find(([, words]) => words);
    const ask = () => {
      clearTimeout(patience);
      late = false;
      if (fits() || excess() || still) return;
      patience = setTimeout(() => { late = true; update(); }, PATIENCE);
      if (kernel) return;
      if (!engine) load();
      else if (ready) engine.send({ premise: get("premise"), hypothesis: get("hypothesis") });
    };
    const load = () => {
      if (engine || kernel || still) return;
      problem = "";
      engine = createEngine(address, module, { url: addressOf(file), bytes }, (answer) => {
        if (answer.progress) progress.value = answer.progress / bytes;
        if (answer.ready) ready = true;
        if (answer.error) {
          engine.stop();
          problem = `The model could not be loaded: ${answer.error}. Check the connection and try again.`;
          [engine, ready, progress.value] = [undefined, false, 0];
        }
        if (answer.ledger && !fits()) model.set("ledger", answer.ledger); // not after a reset
        if (answer.ready) ask();
        update();
      });
      update();
    };
    const say = (texts) => {
      for (const [name, text] of Object.entries(texts)) model.set(name, text);
      clearTimeout(timer); // a kernel gets what the reader comes to rest on, and nothing that it would refuse
      if (kernel && !excess()) timer = setTimeout(() => model.save_changes(), 120);
      ask();
    };

    // ---- the parts ----
    let shown; // the label whose evidence the map shows: the answer, until the reader chooses one
    const cases = createChoices({
      label: "Pairs to start from",
      choices: CASES.map(([name, premise, hypothesis]) => [name, { premise, hypothesis }]),
      onChoose: say,
      onReset: () => {
        shown = undefined;
        change(model, { blocks: start.blocks, ...(kernel ? {} : { ledger: start.ledger }) });
        say({ premise: start.premise, hypothesis: start.hypothesis });
      },
    });
    const fields = TEXTS.map((name) => createField(capital(name), (text) => say({ [name]: text })));
    const progress = h("progress", { max: 1, value: 0, "aria-label": "Loading the model" });
    const button = createButton("", load);
    const status = h("p", { class: "ex-message", role: "status" });
    const link = createButton("Link to this pair", async () => {
      const hash = new URLSearchParams({ p: get("premise"), h: get("hypothesis") });
      history.replaceState(null, "", `#${hash}`);
      await navigator.clipboard?.writeText(location.href).catch(() => {});
      link.textContent = "The address now holds this pair";
    });
    const result = createResult();
    const checks = createChecks({
      label: "Blocks that count", choices: all.map((name) => [printed(name), name, colour(name)]),
      onChange: (blocks) => change(model, { blocks }),
    });
    const rows = LABELS.map((_, c) => createRow(c));
    const numbers = h("tbody");
    const labels = createChoices({
      label: "Evidence for", choices: LABELS.map((name, c) => [capital(name), c]),
      onChoose: (c) => { shown = c; update(); },
    });
    const map = createMap();
    const node = h("div", {}, cases.node, ...fields.map((field) => field.node),
      h("div", { class: "ex-status" }, button, progress, status, ...(kernel ? [] : [link])), result.node,
      h("div", { class: "ex-answer" }, checks.node, ...rows.map((row) => row.node),
        h("details", {}, h("summary", {}, "The ledger in numbers"), h("div", { class: "ex-scroll" }, h("table", {},
          h("thead", {}, h("tr", {}, h("td"), ...LABELS.map((name) => h("th", { scope: "col" }, name)))), numbers))),
        h("p", { class: "ex-title" }, "Where the words meet: evidence for"), labels.node, map.node,
        h("p", { class: "bw-hint" }, HINT)));

    const update = () => {
      const [ledger, blocks, long] = [get("ledger"), get("blocks"), excess()];
      const stale = !fits() && (late || !ready); // most answers come before an eye could ask for them
      cases.update((pair) => TEXTS.every((name) => pair[name] === get(name)));
      fields.forEach((field, i) => field.update(get(TEXTS[i]), stale ? [] : unknownWords(ledger, TEXTS[i]), still));
      for (const input of cases.node.querySelectorAll("button:not(.bw-reset)")) input.disabled = Boolean(still);
      button.hidden = Boolean(ready || engine || still);
      button.textContent = problem ? "Try again" : `Load the model (${format(bytes / 1e6, 1)} MB)`;
      progress.hidden = ready || !engine;
      link.hidden = Boolean(still || !ready);
      link.textContent = "Link to this pair";
      const words = long ? `The ${long[0]} is too long: ${long[1]}. The account is that of the last pair that fitted.`
        : problem || still || (ready ? LIVE : engine ? `${percent(progress.value)} of the model is here.` : "");
      if (status.textContent !== words) status.textContent = words;
      node.classList.toggle("ex-stale", stale);
      result.update(stale && !long ? ["One moment.", "The account below is that of the pair before."]
        : describe(ledger, blocks));
      checks.update(blocks);

      const logits = logitsOf(ledger, blocks);
      const [probabilities, answer] = [softmax(logits), logits.indexOf(Math.max(...logits))];
      const parts = [["bias", ledger.bias], ...blocks.map((name) => [name, ledger.by_block[name]])];
      const reach = Math.max(...LABELS.flatMap((_, c) => [1, -1].map((sign) =>
        parts.reduce((total, [, part]) => total + Math.max(0, sign * part[c]), 0))));
      const scale = 2 ** (Math.ceil(2 * Math.log2(reach)) / 2); // in steps, so that the bars do not all move at once
      rows.forEach((row, c) =>
        row.update(probabilities[c], logits[c], parts.map(([name, part]) => [name, part[c]]), scale, c === answer));
      numbers.replaceChildren(...[...parts, ["logit", logits], ["probability", probabilities]].map(([name, part]) =>
        h("tr", {}, h("th", { scope: "row" }, printed(name)),
          ...part.map((x) => h("td", {}, name === "probability" ? percent(x, 1) : signed(x))))));
      labels.update((c) => c === (shown ?? answer));
      map.update(ledger, blocks, shown ?? answer);
    };

    const follow = () => say(fromLink() ?? {});
    const watch = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && load());
    if (!kernel && !still) {
      addEventListener("hashchange", follow);
      if (!navigator.connection?.saveData) watch.observe(el);
    }
    const untie = mount({ model, el, style: STYLE, node, traits: [...TEXTS, "blocks", "ledger"], update });
    if (!kernel && !still) follow();
    return () => {
      untie();
      watch.disconnect();
      removeEventListener("hashchange", follow);
      [timer, patience].forEach(clearTimeout);
      engine?.stop();
      URL.revokeObjectURL(address);
    };
  },
};

const unknownWords = (ledger, name) => ledger[`${name}_words`].filter((_, i) => ledger[`${name}_unknown`][i]);
