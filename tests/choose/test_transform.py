"""Pair features as a step of scikit-learn: its own checks, the registry, the two forms of pairs."""

import pickle

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator
from sklearn.utils.validation import validate_data

from infersent.choose.transform import CHUNK, PairFeatures
from infersent.model.features import BLOCKS, feature_names, pair_features, temporary_feature

#: Checks whose rows have three or five numbers, which are not two halves. They run below, on rows that are doubled.
ODD = "its rows have an odd number of columns, which is refused: they are not u and v side by side"
EXPECTED = dict.fromkeys(
    [
        "check_dict_unchanged",
        "check_dont_overwrite_attributes",
        "check_dont_overwrite_parameters",
        "check_estimators_dtypes",
        "check_estimators_nan_inf",
        "check_estimators_pickle",
        "check_f_contiguous_array_estimator",
        "check_fit2d_predict1d",
        "check_fit_score_takes_y",
        "check_methods_sample_order_invariance",
        "check_methods_subset_invariance",
        "check_pipeline_consistency",
        "check_transformer_data_not_an_array",
        "check_transformer_general",
        "check_transformer_preserve_dtypes",
    ],
    ODD,
)


class OfAnyRow(PairFeatures):
    """The transformer on rows of any width: each is u, and backwards it is v. So every check of scikit-learn applies.

    Only the reading of a row is another; what is checked, kept and computed is inherited.
    """

    def _check(self, X, *, reset):
        rows = validate_data(self, X, reset=reset, dtype=(np.float64, np.float32))
        return np.hstack([rows, rows[:, ::-1]])

    def get_feature_names_out(self, input_features=None):
        whole = OfAnyRow(self.blocks)
        whole.n_features_in_ = 2 * self.n_features_in_
        return PairFeatures.get_feature_names_out(whole)


def checks(estimator, expected=None):
    """Return scikit-learn's checks as a list: pytest no longer takes the generator of ``parametrize_with_checks``."""
    made = estimator_checks_generator(estimator, expected_failed_checks=expected or {}, mark="xfail")
    return pytest.mark.parametrize(("estimator", "check"), list(made))


@checks(PairFeatures(), EXPECTED)
def test_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@checks(OfAnyRow())
def test_the_checks_of_scikit_learn_on_rows_of_any_width(estimator, check):
    check(estimator)


@pytest.fixture
def pairs():
    return np.random.default_rng(0).normal(size=(50, 2, 6)).astype(np.float32)


def test_both_forms_give_what_pair_features_gives(pairs):
    u, v = torch.from_numpy(pairs[:, 0].copy()), torch.from_numpy(pairs[:, 1].copy())
    expected = pair_features(u, v).numpy()
    transformer = PairFeatures()
    for form in (pairs, pairs.reshape(50, 12), np.hstack([pairs[:, 0], pairs[:, 1]])):
        np.testing.assert_array_equal(transformer.fit_transform(form), expected)
    assert transformer.fit_transform(pairs).dtype == np.float32
    assert transformer.n_features_in_ == 12
    for form in (pairs.tolist(), [*pairs], pairs.reshape(50, 12).tolist()):
        np.testing.assert_allclose(transformer.fit_transform(form), expected, rtol=1e-6)


def test_rows_are_formed_in_chunks_without_a_seam():
    some = np.random.default_rng(1).normal(size=(CHUNK + 3, 2, 2))
    whole = PairFeatures("u*v").fit_transform(some)
    np.testing.assert_array_equal(whole, some[:, 0] * some[:, 1])
    assert PairFeatures("u*v").fit(some).transform(some[:1]).shape == (1, 2)


def test_columns_are_named_by_block_and_place(pairs):
    transformer = PairFeatures(["cosine", "u*v"]).fit(pairs)
    assert list(transformer.get_feature_names_out()) == ["cosine[0]", *(f"u*v[{i}]" for i in range(6))]
    assert len(PairFeatures().fit(pairs).get_feature_names_out()) == 24


def test_a_reader_s_own_feature_is_a_block_like_any(pairs):
    with temporary_feature("u+v", torch.add):
        assert "u+v" in feature_names()
        sums = PairFeatures("u+v").fit_transform(pairs)
    np.testing.assert_array_equal(sums, pairs.sum(axis=1))


def test_parameters_clone_and_pickle(pairs):
    transformer = PairFeatures(blocks="u, u*v")
    assert clone(transformer).get_params() == {"blocks": "u, u*v"}
    assert PairFeatures().get_params()["blocks"] == tuple(BLOCKS)
    fitted = transformer.set_params(blocks=("v",)).fit(pairs)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).transform(pairs), pairs[:, 1])


def test_blocks_are_a_hyper_parameter_of_a_grid_search():
    rng = np.random.default_rng(2)
    pairs = rng.normal(size=(400, 2, 3))
    same_sign = (pairs[:, 0, 0] * pairs[:, 1, 0] > 0).astype(int)  # no sum of parts of u and of v tells it
    pipeline = make_pipeline(PairFeatures(), StandardScaler(), LogisticRegression())
    grid = {"pairfeatures__blocks": ["u, v", ("u*v",), ("u", "v", "u*v")]}
    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise").fit(pairs, same_sign)
    assert "u*v" in search.best_params_["pairfeatures__blocks"]
    scores = search.cv_results_["mean_test_score"]
    assert scores[0] < 0.6 < 0.85 < min(scores[1:])


def test_read_only_vectors_are_taken(pairs, tmp_path):
    np.save(tmp_path / "pairs.npy", pairs)
    mapped = np.load(tmp_path / "pairs.npy", mmap_mode="r")
    np.testing.assert_array_equal(PairFeatures().fit_transform(mapped), PairFeatures().fit_transform(pairs))


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (np.zeros((4, 3, 5)), ValueError, r"shape \(4, 3, 5\); pairs are \[n, 2, d\]"),
        ((np.zeros((5, 3)), np.zeros((5, 3))), ValueError, r"shape \(2, 5, 3\); pairs are \[n, 2, d\]"),
        (np.zeros((0, 2, 5)), ValueError, r"0 sample\(s\)"),
        (np.zeros((4, 5)), ValueError, "5 feature\\(s\\), an odd number"),
        (np.full((4, 6), np.nan), ValueError, "NaN"),
        (csr_matrix(np.eye(4)), TypeError, "[Ss]parse"),
    ],
)
def test_what_is_no_pair_is_refused(wrong, error, words):
    with pytest.raises(error, match=words):
        PairFeatures().fit(wrong)


def test_unknown_blocks_are_refused_at_fit_and_a_new_width_at_transform(pairs):
    with pytest.raises(ValueError, match="Did you mean 'u\\*v'"):
        PairFeatures("u**v").fit(pairs)
    with pytest.raises(ValueError, match="expecting 12 features"):
        PairFeatures().fit(pairs).transform(pairs[:, :, :4])
