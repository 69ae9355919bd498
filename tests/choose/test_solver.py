"""Linear heads of many sets at once: against scikit-learn's, one by one."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from infersent.choose import row_space, solver
from infersent.choose.candidates import default_candidates
from infersent.choose.cross_validation import PENALTIES, choose_penalties
from infersent.choose.solver import Features, Heads, Loss, correlations
from infersent.model.features import pair_features, temporary_feature

SETS = default_candidates()
NAMES = list(dict.fromkeys(name for blocks in SETS for name in blocks))


def data(classes, n=900, dim=6, seed=0):
    rng = np.random.default_rng(seed)
    u, v = rng.normal(size=(2, n, dim)).astype(np.float32)
    u[:, 1] = 100 + 3 * u[:, 1]  # far from zero, and wide
    columns = max(classes, 1)
    z = np.stack([(u * v)[:, 2:].sum(axis=1) + v[:, k % dim] * (k + 1) / 3 for k in range(columns)], axis=1)
    z += rng.normal(size=z.shape)
    if not classes:
        return u, v, z[:, 0]
    return u, v, z.argmax(axis=1) if classes > 2 else (z[:, 0] > 0).astype(int)


def heads_on(u, v, y, classes, tolerance=1e-9, **options):
    n = len(u)
    targets = torch.from_numpy(y) if classes else torch.from_numpy(y.astype(np.float32))
    features = Features(u, v, np.arange(n), np.ones(n, dtype=bool), NAMES, **options)
    return Heads(features, Loss(classes, targets), SETS, tolerance=tolerance)


def fit(heads, penalty):
    n = len(heads.features)
    every = torch.full((n, 1), 1 / n)
    start = {i: heads.start(i, 1) for i in range(len(SETS))}
    return heads.fit(start, dict.fromkeys(start, penalty), every, torch.zeros_like(every))


def features_of(u, v, blocks):
    formed = pair_features(torch.from_numpy(u).double(), torch.from_numpy(v).double(), blocks).numpy()
    return StandardScaler().fit_transform(formed)


@pytest.mark.parametrize("classes", [2, 3, 5, 0])
@pytest.mark.parametrize("penalty", [1.0, 0.01])
def test_the_heads_are_scikit_learn_s(classes, penalty):
    u, v, y = data(classes)
    heads = heads_on(u, v, y, classes)
    fitted = fit(heads, penalty)
    for i, blocks in enumerate(SETS):
        x = features_of(u, v, blocks)
        if classes:
            reference = LogisticRegression(C=1 / (penalty * len(y)), tol=1e-8, max_iter=10_000).fit(x, y)
        else:
            reference = Ridge(alpha=penalty * len(y)).fit(x, y)
        weights, bias = fitted[i].weights[0, :-1].numpy(), fitted[i].weights[0, -1].numpy()
        np.testing.assert_allclose(weights.T, np.atleast_2d(reference.coef_), atol=2e-3)
        # What is answered is what counts; where all classes get the same, nothing changes.
        ours, theirs = x @ weights + bias, x @ np.atleast_2d(reference.coef_).T + reference.intercept_
        if classes > 2:
            ours, theirs = (z - z.mean(axis=1, keepdims=True) for z in (ours, theirs))
        np.testing.assert_allclose(ours, theirs, atol=1e-2)


def test_a_matrix_that_rounding_made_indefinite_has_a_factor_too():
    basis = torch.linalg.qr(torch.randn(6, 6, generator=torch.Generator().manual_seed(0)))[0]
    matrix = basis @ torch.diag(torch.tensor([1.0, 1.0, 0.5, 0.0, 0.0, -1e-3])) @ basis.T
    with pytest.raises(torch.linalg.LinAlgError):
        torch.linalg.cholesky(matrix + 1e-5 * torch.eye(6))
    factor = solver._positive_definite(matrix.clone(), 1e-5, 0.25)
    added = factor @ factor.T - matrix
    torch.testing.assert_close(added, added[0, 0] * torch.eye(6), atol=1e-5, rtol=0)
    assert 1e-3 < added[0, 0] < 5e-3


def test_numbers_that_overflow_are_an_error_and_no_endless_search():
    with pytest.raises(FloatingPointError, match="huge numbers"):
        solver._positive_definite(torch.full((2, 2), float("nan")), 0.1, 0.25)


def test_few_sweeps_are_enough():
    u, v, y = data(3, n=3000)
    heads = heads_on(u, v, y, 3, tolerance=1e-6)
    assert all(one.reached for one in fit(heads, 0.01).values())
    assert heads.sweeps < 25


def test_a_descent_that_is_cut_short_says_so():
    u, v, y = data(3)
    heads = heads_on(u, v, y, 3)
    heads.most_sweeps = 2
    assert not all(one.reached for one in fit(heads, 0.001).values())


def test_features_formed_anew_are_those_that_were_kept():
    u, v, y = data(3, n=5000)
    kept, anew = heads_on(u, v, y, 3, 1e-5), heads_on(u, v, y, 3, 1e-5, budget=0)
    assert anew.features._kept is None
    assert len(kept.features._kept) == 2
    one, other = fit(kept, 0.1), fit(anew, 0.1)
    for i in range(len(SETS)):
        torch.testing.assert_close(one[i].weights, other[i].weights)


@pytest.mark.parametrize("widest", [0, 8, 13])
def test_sets_too_wide_to_be_factored_whole_end_at_the_same_minimum(widest, monkeypatch):
    """Six columns each block: factored whole, block by block, or not at all."""
    u, v, y = data(3)
    expected = fit(heads_on(u, v, y, 3), 0.1)
    monkeypatch.setattr(solver, "WIDEST", widest)
    heads = heads_on(u, v, y, 3)
    heads.most_sweeps = 1000
    found = fit(heads, 0.1)
    for i in range(len(SETS)):
        torch.testing.assert_close(found[i].weights, expected[i].weights, atol=2e-3, rtol=0)


@pytest.mark.parametrize("classes", [2, 3, 0])
def test_few_pairs_in_their_row_space_end_at_the_same_minimum(classes, monkeypatch):
    """20 pairs and sets of 1 to 120 columns: some in coordinates of the rows, some as they are."""
    u, v, y = data(classes, n=20, dim=30)
    u[3], v[3] = u[4], v[4]  # rows that depend on each other
    u[:, 5] = u[:, 6]
    inner = torch.from_numpy(np.arange(20) % 4)
    held_out = torch.stack([(inner == part).float() / 5 for part in range(4)], dim=1)
    training = torch.stack([(inner != part).float() / 15 for part in range(4)], dim=1)
    found, narrow = [], []
    for columns in (2, 10**6):
        monkeypatch.setattr(row_space, "COLUMNS_A_PAIR", columns)
        heads = heads_on(u, v, y, classes)
        heads.most_sweeps = 1000
        narrow.append(len(heads._narrow.sets) if heads._narrow else 0)
        start = {i: heads.start(i, 4) for i in range(len(SETS))}
        for penalty in (1.0, 0.03):  # the second from where the first ended
            fitted = heads.fit(start, dict.fromkeys(start, penalty), training, held_out)
            start = {i: one.weights for i, one in fitted.items()}
        assert all(one.reached for one in fitted.values())
        found.append(fitted)
    assert len(SETS) > narrow[0] > narrow[1] == 0
    for i in range(len(SETS)):
        torch.testing.assert_close(found[0][i].weights, found[1][i].weights, atol=4e-3, rtol=0)
        torch.testing.assert_close(found[0][i].held_out, found[1][i].held_out, atol=2e-3, rtol=2e-3)


def test_in_the_row_space_the_penalty_is_that_of_a_slow_search():
    u, v, y = data(2, n=40, dim=90)
    inner = np.arange(40) % 4
    heads = heads_on(u, v, y, 2, tolerance=1e-8)
    assert 14 in heads._narrow.sets
    chosen, weights = choose_penalties(heads, inner)
    x = features_of(u, v, SETS[14])
    losses = []
    for penalty in PENALTIES:
        loss = 0.0
        for part in range(4):
            train, test = inner != part, inner == part
            head = LogisticRegression(C=1 / (penalty * train.sum()), tol=1e-8, max_iter=10_000)
            loss -= np.log(head.fit(x[train], y[train]).predict_proba(x[test])[np.arange(test.sum()), y[test]]).mean()
        losses.append(loss)
    rising = [k for k in range(1, len(losses)) if losses[k] > losses[k - 1]]
    assert chosen[14] == PENALTIES[losses.index(min(losses[: rising[0]] if rising else losses))]
    assert weights[14].shape == (1, x.shape[1] + 1, 1)


def test_in_the_row_space_other_rows_are_answered_and_not_trained_on():
    u, v, y = data(3, n=60, dim=40)
    rows, training = np.arange(60), np.arange(60) < 24
    features = Features(u, v, rows, training, NAMES)
    heads = Heads(features, Loss(3, torch.from_numpy(y)), SETS, tolerance=1e-9)
    assert heads._narrow.sets
    every = torch.from_numpy(training).float()[:, None] / 24
    start = {i: heads.start(i, 1) for i in range(len(SETS))}
    fitted = heads.fit(start, dict.fromkeys(start, 0.1), every, torch.zeros_like(every))
    answers = heads.answers({i: one.weights for i, one in fitted.items()}, ~training)
    formed = pair_features(torch.from_numpy(u), torch.from_numpy(v), SETS[14]).double().numpy()
    x = StandardScaler().fit(formed[training]).transform(formed)
    reference = LogisticRegression(C=1 / (0.1 * 24), tol=1e-10, max_iter=10_000).fit(x[training], y[training])
    np.testing.assert_array_equal(answers[14], reference.predict(x[~training]))
    with pytest.raises(ValueError, match="on which their features are standardised"):
        heads.fit(start, dict.fromkeys(start, 0.1), torch.full((60, 1), 1 / 60), torch.zeros(60, 1))


def test_standardised_on_the_training_rows_alone_and_constant_columns_are_zero():
    u, v, _ = data(2)
    u[:, 0] = 7.0
    training = np.zeros(len(u), dtype=bool)
    training[:600] = True
    rows = np.arange(len(u))
    features = Features(u, v, rows, training, ["u", "u*v"])
    formed = torch.cat([chunk["u"] for _, chunk in features.chunks()])
    assert features.constant == {"u": 1, "u*v": 0}
    assert formed[:, 0].abs().max() == 0
    np.testing.assert_allclose(formed[:600, 1:].mean(dim=0), 0, atol=1e-4)
    np.testing.assert_allclose(formed[:600, 1:].std(dim=0, correction=0), 1, atol=1e-4)
    assert formed[600:, 1:].mean(dim=0).abs().max() > 1e-3


def test_correlations_of_a_sample_are_near_those_of_all_rows(monkeypatch):
    u, v, _ = data(2, n=20_000)
    features = Features(u, v, np.arange(len(u)), np.ones(len(u), dtype=bool), ["u", "u*v"])
    found = correlations(features, [["u", "u*v"]])
    x = features_of(u, v, ["u", "u*v"])
    whole = torch.cat([torch.cat([found[a, b] for b in ("u", "u*v")], dim=1) for a in ("u", "u*v")])
    np.testing.assert_allclose(whole, x.T @ x / len(x), atol=0.06)
    torch.testing.assert_close(found["u", "u*v"], found["u*v", "u"].T)


def test_the_penalty_is_the_one_that_a_slow_search_finds():
    """The same parts held out in turn, scikit-learn's head, and the mean loss on them."""
    u, v, y = data(2, n=300)
    rng = np.random.default_rng(0)
    inner = rng.integers(4, size=len(y))
    inner[:20] = -1  # not trained on
    heads = heads_on(u, v, y, 2, tolerance=1e-7)
    chosen, _ = choose_penalties(heads, inner)
    for i in (0, 3, 8, 14):
        x = features_of(u, v, SETS[i])
        losses = []
        for penalty in PENALTIES:
            loss = 0.0
            for part in range(4):
                train, test = (inner != part) & (inner >= 0), inner == part
                head = LogisticRegression(C=1 / (penalty * train.sum()), tol=1e-8, max_iter=10_000)
                probability = head.fit(x[train], y[train]).predict_proba(x[test])
                loss -= np.log(probability[np.arange(test.sum()), y[test]]).mean()
            losses.append(loss)
        rising = [k for k in range(1, len(losses)) if losses[k] > losses[k - 1]]
        first = losses.index(min(losses[: rising[0]] if rising else losses))
        assert chosen[i] == PENALTIES[first]


@pytest.mark.parametrize("seed", [1, 2, 4, 5])
def test_where_classes_can_be_told_apart_the_penalty_is_no_accident_of_where_descents_end(seed):
    """The loss is near zero there, and so is what is left to win: less than the tolerance would be in its units."""
    rng = np.random.default_rng(seed)
    u, v = rng.normal(size=(2, 240, 16)).astype(np.float32)
    y = np.arange(len(u)) % 2
    v[y == 1] = u[y == 1] + 0.3 * rng.normal(size=u[y == 1].shape).astype(np.float32)
    inner = np.arange(len(u)) % 4
    roughly, well = (choose_penalties(heads_on(u, v, y, 2, tolerance=tol), inner)[0] for tol in (1e-5, 1e-8))
    for blocks in (["|u-v|"], ["u*v"], ["|u-v|", "u*v"]):
        i = [list(some) for some in SETS].index(blocks)
        assert roughly[i] == well[i]


def test_a_class_that_is_not_trained_on_breaks_nothing():
    u, v, y = data(3)
    heads = heads_on(u, v, y, 4, tolerance=1e-6)  # the fourth class has no pair
    fitted = fit(heads, 0.1)
    answers = heads.answers({i: one.weights for i, one in fitted.items()}, np.ones(len(y), dtype=bool))
    assert all(one.weights.isfinite().all() for one in fitted.values())
    assert max(int(found.max()) for found in answers.values()) == 2


def test_a_reader_s_block_may_have_another_width():
    u, v, y = data(2)
    with temporary_feature("total", lambda u, v: (u * v).sum(dim=1, keepdim=True), width=lambda dim: 1):
        features = Features(u, v, np.arange(len(u)), np.ones(len(u), dtype=bool), ["total", "u"])
        heads = Heads(features, Loss(2, torch.from_numpy(y)), [["total", "u"], ["total"]])
        assert heads.start(0, 2).shape == (2, 8, 1)
        assert heads.start(1, 2).shape == (2, 2, 1)


def test_answers_are_given_where_some_chunks_have_none_of_the_rows(monkeypatch):
    monkeypatch.setattr(solver, "CHUNK", 100)
    u, v, y = data(3)
    heads = heads_on(u, v, y, 3)
    weights = {i: one.weights for i, one in fit(heads, 1.0).items()}
    rows = np.arange(len(y)) >= 750
    some, every = (heads.answers(weights, chosen) for chosen in (rows, np.ones(len(y), dtype=bool)))
    for i in range(len(SETS)):
        np.testing.assert_array_equal(some[i], every[i][rows])
