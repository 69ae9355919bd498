"""What the how-to pages say: of the records, of their own stored outputs, and of what can be counted."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from scipy.stats import spearmanr

from benchmarks.settings import Settings
from benchmarks.textbook import BATCH
from infersent import InferSent, load
from infersent.choose.spaces.measuring import cosines
from infersent.choose.task import macro_f1
from infersent.data import fetch
from infersent.foundation.recorded import load_record
from infersent.text.batching import word_ids
from infersent.text.catalogue import load_vectors
from infersent.text.tokenizer import UNKNOWN_ID
from tests.claims import prose
from tests.claims.test_which_features import chosen, score
from tools import notebooks

paraphrase, relatedness, entailment, re_ranking = (
    partial(prose.says, f"how-to/{name}") for name in ("paraphrase", "relatedness", "entailment", "re-ranking")
)


def printed(page: str, words: str) -> list[str]:
    """Return what follows these words on the last line that begins with them, in what a page's cells put out."""
    cells = notebooks.read(prose.BOOK / "how-to" / f"{page}.ipynb").cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    texts = [output["text"] if "text" in output else output["data"]["text/plain"] for output in outputs]
    lines = [line for text in texts for line in text.splitlines()]
    return [line.removeprefix(words).split() for line in lines if line.startswith(f"{words} ")][-1]


def test_the_zero_of_the_duplicates() -> None:
    y = np.array([1] * 96 + [0] * 480)
    always_no = (y == 0).mean(), macro_f1(y, np.zeros_like(y), 2)
    paraphrase(f"Who always says *no* is right on {always_no[0]:.1%} of the pairs: here accuracy begins.")
    paraphrase(f"gives the same answer {always_no[1]:.1%}.")
    paraphrase(f"With {len(y)} pairs to train on they seem to cost more than they bring: *undecided*, as the product")
    for blocks in ("u", "v", "u, v"):
        assert printed("paraphrase", blocks)[1:3] == [f"{x:.1%}" for x in always_no]
    assert printed("paraphrase", "by lengths alone:") == [f"{always_no[1]:.1%}"]
    assert printed("paraphrase", "|u-v| ◀")[-1] == "best"
    assert printed("paraphrase", "u, v, |u-v|")[-1] == printed("paraphrase", "|u-v|, u*v")[-1] == "undecided"


@pytest.mark.parametrize("page", ["paraphrase", "relatedness", "entailment", "re-ranking"])
def test_the_pages_compute_what_they_show(page: str) -> None:
    """They do not take it from the folds that an earlier run, by other code, has left among the package's files."""
    cells = notebooks.read(prose.BOOK / "how-to" / f"{page}.ipynb").cells
    (command,) = [cell.source for cell in cells if cell.cell_type == "code" and "infersent choose" in cell.source]
    assert "--cache folds" in command
    assert any("os.chdir(tempfile.mkdtemp())" in cell.source for cell in cells)


def test_what_the_chooser_says_of_real_pairs() -> None:
    assert chosen("paraphrase", "InferSent")["recommended"] == ["|u-v|"]
    assert chosen("paraphrase", "MiniLM")["recommended"] == ["cosine"]
    paraphrase(
        "On MRPC, real news, the chooser recommends $|u-v|$ for InferSent's vectors, and for a transformer's the "
        "cosine alone"
    )
    for task in ("similarity", "relatedness"):
        behind = {
            encoder: score(chosen(task, encoder), "|u-v|") - score(chosen(task, encoder), "u*v")
            for encoder in ("InferSent", "MiniLM")
        }
        assert behind["MiniLM"] < 0.01 < 0.1 < behind["InferSent"]
    relatedness(
        "With real ratings, STS-B and SICK, the product is nearly as good as the difference on a transformer's "
        "vectors, and far behind on InferSent's"
    )


def test_a_hundredth_of_a_correlation() -> None:
    high, low = ((1 - (r + 0.01) ** 2) / (1 - r**2) for r in (0.95, 0.50))
    assert 1 - high == pytest.approx(1 / 5, abs=0.01)
    assert 1 - low == pytest.approx(1 / 100, abs=0.004)
    relatedness("from .95 to .96 a fifth of the unexplained variance $1-r^2$ goes, from .50 to .51 a hundredth.")
    cosine, product, difference = (float(printed("relatedness", name)[1]) for name in ("cosine", "u*v", "|u-v| ◀"))
    assert cosine < product < difference
    relatedness("$(u,v)$ knows nothing, and beside $|u-v|$ it costs a little.")
    assert abs(float(printed("relatedness", "u, v")[1])) < 0.01
    assert float(printed("relatedness", "u, v, |u-v|")[1]) < difference


@pytest.mark.skipif(
    not fetch.available("glove.6B.zip"), reason="needs glove.6B.zip, or a part of it, in $INFERSENT_DATA"
)
@pytest.mark.filterwarnings("ignore:The model does not know most of the words")
def test_more_words_help_on_the_news() -> None:
    try:
        pairs = load("stsb", "test")
    except fetch.DataUnavailable as error:
        pytest.skip(str(error))
    glove = load_vectors("glove.6B.100d", keep=None, progress=False)
    unknown, found = [], []
    for vectors in (None, glove):
        model = InferSent.from_pretrained(vectors=vectors)
        words = [word for some in word_ids(model.tokenizer, [*pairs.premises, *pairs.hypotheses]) for word in some]
        unknown.append(words.count(UNKNOWN_ID) / len(words))
        between = cosines(np.asarray(model.encode(pairs.premises)), np.asarray(model.encode(pairs.hypotheses)))
        found.append(f"{spearmanr(between, pairs.scores).statistic:.3f}"[1:])
    assert unknown[1] < unknown[0] / 3
    assert found[1] > found[0]
    if fetch.is_part(fetch.fetch("glove.6B.zip")):
        relatedness(
            f"the unknown words go from {unknown[0]:.1%} to {unknown[1]:.1%} and the cosine's Spearman from {found[0]} "
            f"to {found[1]}, measured with {len(glove.words):,} of its 400,000 vectors."
        )


def test_entailment_wants_a_direction() -> None:
    share = {name: float(printed("entailment", name)[1].rstrip("%")) for name in ("u", "v", "u, v")}
    assert all(30 < one < 45 for one in share.values())
    symmetric, one_sided, all_three = (
        float(printed("entailment", name)[1].rstrip("%")) for name in ("|u-v|, u*v", "max(v-u,0) ◀", "u, v, |u-v|")
    )
    assert symmetric < min(one_sided, all_three)
    assert 3 * int(printed("entailment", "max(v-u,0) ◀")[0]) == int(
        printed("entailment", "u, v, |u-v|")[0].replace(",", "")
    )
    entailment("It has a third of the columns of $(u, v, |u-v|)$, and is as good as far as these pairs can tell.")
    assert printed("entailment", "|u-v|, u*v")[-1] == printed("entailment", "u, v, |u-v|")[-1] == "undecided"
    entailment("The symmetric sets are a few points behind, *undecided*: 1,200 pairs are few to show a direction.")


def test_the_order_of_candidates() -> None:
    by_chance = np.mean([1 / rank for rank in range(1, 7)])
    re_ranking(f"For six candidates in random order it is {by_chance:.2f}.")
    re_ranking(f"And $u$ gets 1/6 = {1 / 6:.2f}: all its scores are equal, so every right candidate comes last.")
    assert printed("re-ranking", "u") == [f"{1 / 6:.2f}"] * 2
    table = {name: [float(x) for x in printed("re-ranking", name)] for name in ("|u-v|", "|u-v|, u*v")}
    cosine = [float(x) for x in printed("re-ranking", "cosine")]
    assert len(cosine) == 2
    for found in table.values():
        assert all(ours > theirs for ours, theirs in zip(found, cosine, strict=True))
    re_ranking("The heads with the difference rank better than the cosine, which has learned nothing from our labels.")


beyond = partial(prose.says, "how-to/beyond-one-machine")


def test_what_one_processor_does() -> None:
    record = load_record("benchmarks")
    assert not record["about"]["quick"]
    medians = {(each["part"], each["what"], each["unit"]): each["value"] for each in record["figures"]}
    beyond("A larger model comes nearer to the peak, up to 512 units.")
    beyond(f"The *textbook* has batches of {BATCH} pairs")
    for threads in ("1 thread", "2 threads"):
        setups = [f"{hidden} units, {threads}" for hidden in Settings.hidden]
        shares = [medians["training", f"{setup}, ours", "of peak"] for setup in setups]
        assert shares[:3] == sorted(shares[:3])
        assert abs(shares[3] - shares[2]) < 0.2
        for setup in setups:
            share = {way: medians["encoding", f"{setup}, {way}", "of peak"] for way in ("ours", "by onnxruntime")}
            assert share["by onnxruntime"] > share["ours"]
        assert all(
            medians["training", f"{setup}, ours against the textbook", "times the pairs/s"] > 1 for setup in setups
        )
    beyond("With 2048 units time was left for a single turn, so those lines have no spread.")
    single = [each for each in record["figures"] if each["what"].startswith("2048 units")]
    assert {each["repeats"] for each in single if each["part"] == "training"} == {1}
    beyond("onnxruntime has the network as one, and is ahead at every size. (With 2048 units there is one turn again,")
    above = [each for each in record["figures"] if each["unit"] == "of peak" and each["value"] > 1]
    assert [(each["what"], each["repeats"]) for each in above] == [("2048 units, 1 thread, by onnxruntime", 1)]
    beyond(f"read {above[0]['value']:.0%} as *near the peak*.")


def test_what_an_epoch_teaches() -> None:
    runs = load_record("epoch")["runs"]
    assert {(run["hidden"], run["pairs"]) for run in runs} == {(64, 122_755)}
    assert [run["seed"] for run in runs] == [0, 1, 2]
    ahead = sorted(100 * (run["ours"] - run["textbook"]) for run in runs)
    beyond(f"Ours is ahead with every seed, by {ahead[0]:.0f} to {ahead[-1]:.0f} points.")
    (rate,) = (
        each["value"]
        for each in load_record("benchmarks")["figures"]
        if (each["what"], each["unit"]) == ("512 units, 1 thread, textbook", "pairs/s")
    )
    assert 25 < 122_755 / rate / 60 < 40
    beyond("the textbook takes half an hour an epoch there.")


def test_what_one_gpu_does() -> None:
    gpu = load_record("gpu")
    runs = [gpu[f"training, mixed precision {name}"] for name in ("no", "bf16", "fp16")]
    assert {round(run["seconds"]) for run in runs} == {11}
    assert np.ptp([run["dev"] for run in runs]) < 0.003 > np.ptp([run["test"] for run in runs])
    beyond("An epoch takes 11 seconds in all three precisions, and the accuracies differ by no more than one seed from")
    peak, reached = gpu["peak, TFLOP/s"]["tf32"], runs[0]["tflops"]
    beyond(f"at {peak:.0f} TFLOP/s in its 32-bit mode; the training reaches {reached:.0f}")
    assert runs[0]["batch"] == 128
    before = gpu["training by the code of commit 3fea882a0, 20,000 pairs, sentences/s"]
    beyond(f"read {before:,} sentences a second in training; now it reads {runs[0]['sentences_per_second']:,}.")
    rates = gpu["encoding, float32, sentences/s by batch"]
    assert 1.2 < rates["512"] / rates["128"] < 1.3
    beyond("`--batch-size 512` is a quarter faster than the usual 128.")


def test_a_billion_vectors() -> None:
    assert 1e9 * 4096 * 4 // 1e12 == 16
    beyond("A billion vectors of 4,096 numbers are 16 terabytes in float32, and 4 in `--precision int8`")
