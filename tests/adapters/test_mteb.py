"""InferSent as a model of MTEB, in a small task of our own: nothing is downloaded."""

import warnings

import numpy as np
import pytest
from scipy.stats import spearmanr

from infersent import InferSent
from tests.toy import toy_model

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what the libraries say to one another while they are imported
    mteb = pytest.importorskip("mteb", minversion="2", reason="needs mteb: pip install 'infersent[mteb]'")
    import datasets
    from mteb.abstasks import AbsTaskSTS
    from mteb.abstasks.task_metadata import TaskMetadata
    from mteb.models import EncoderProtocol

    from infersent.adapters.mteb import MTEBEncoder

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

FIRST = ["A man plays a guitar.", "A dog runs on the grass.", "Two children are asleep.", "A woman cooks soup."]
SECOND = ["A man is playing music.", "A dog is running outside.", "The stock market fell.", "A plane lands."]
SCORES = [4.5, 4.8, 0.2, 0.5]


class OwnPairs(AbsTaskSTS):
    """Four pairs of sentences with scores."""

    metadata = TaskMetadata(
        name="OwnPairs",
        description="Four pairs of our own.",
        type="STS",
        eval_langs=["eng-Latn"],
        main_score="cosine_spearman",
        dataset={"path": "none", "revision": "none"},
    )

    def load_data(self, **options):
        rows = {"sentence1": FIRST, "sentence2": SECOND, "score": SCORES}
        self.dataset = datasets.DatasetDict(test=datasets.Dataset.from_dict(rows))
        self.data_loaded = True


@pytest.fixture(scope="module")
def shipped():
    return InferSent.from_pretrained()


def test_a_task_gives_the_spearman_of_the_models_cosines(shipped):
    encoder = MTEBEncoder(shipped)
    assert isinstance(encoder, EncoderProtocol)
    result = mteb.evaluate(encoder, OwnPairs(), cache=None, show_progress_bar=False, co2_tracker=False)
    u, v = (shipped.encode(side, normalize_embeddings=True) for side in (FIRST, SECOND))
    expected = spearmanr((u * v).sum(axis=1), SCORES).statistic
    (scores,) = result.task_results[0].scores["test"]
    assert scores["main_score"] == pytest.approx(expected, abs=1e-6)
    assert expected > 0.5


def test_the_vectors_are_the_models_whatever_the_batches(shipped):
    encoder = MTEBEncoder(shipped)
    batches = [{"text": FIRST[:3]}, {"text": FIRST[3:]}]
    vectors = encoder.encode(batches, task_metadata=None, hf_split="test", hf_subset="default", batch_size=2)
    np.testing.assert_allclose(vectors, shipped.encode(FIRST), atol=1e-6)


def test_results_are_kept_under_a_digest_of_the_weights():
    one, same, other = (MTEBEncoder(toy_model(seed)).mteb_model_meta for seed in (0, 0, 1))
    assert one.revision == same.revision != other.revision
    assert one.embed_dim == 12
    assert MTEBEncoder(toy_model(), revision="mine", name="me/mine").mteb_model_meta.revision == "mine"


def test_a_folder_is_loaded(tmp_path):
    model = toy_model()
    model.save(tmp_path / "run")
    encoder = MTEBEncoder(tmp_path / "run", device="cpu")
    np.testing.assert_allclose(encoder.encode([{"text": ["a dog"]}]), model.encode(["a dog"]), atol=1e-6)
