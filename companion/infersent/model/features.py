"""The pair features: how two sentence vectors become one input for the classifier.

A *block* is a named function of ``u`` and ``v`` that acts on a pair of vectors and gives one vector. The classifier's
input is a concatenation of blocks; InferSent's is ``[u; v; |u-v|; u*v]`` (Conneau et al. 2017, section 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from infersent.foundation.choices import choose
from infersent.model.trainable import elementwise_function, low_rank_bilinear, rank


@dataclass(frozen=True)
class PairFeature:
    """One block: its function, its width, and how it behaves when the sentences are swapped.

    Attributes
    ----------
    name
        The block's name in the registry, written as a formula.
    function
        Maps two tensors ``[batch, dim]`` to one ``[batch, width(dim)]``. That of a block with parameters only says
        where they are missing.
    width
        Maps ``dim`` to the number of the block's columns.
    swap
        ``"symmetric"`` if f(v, u) = f(u, v), ``"antisymmetric"`` if f(v, u) = -f(u, v), else ``None``.
    module
        For a block with parameters: maps ``dim`` to a new module, which computes what ``function`` does for others.
    """

    name: str
    function: Callable[[Tensor, Tensor], Tensor]
    width: Callable[[int], int]
    swap: str | None = None
    module: Callable[[int], nn.Module] | None = None

    @property
    def by_coordinate(self) -> bool:
        """Whether the block has a column for each coordinate, by its declaration: the default width."""
        return self.width is same_width


@dataclass(frozen=True)
class _Unbuilt:
    """In the place of a function, for a block with parameters: it says how to come by them."""

    name: str

    def __call__(self, u: Tensor, v: Tensor) -> Tensor:
        raise ValueError(
            f"The pair feature {self.name!r} has parameters, so it is not a function of u and v alone. A model that is "
            "trained has them: infersent.InferSent or infersent.nn.PairHead. For pair_features, build them by "
            "infersent.model.features.build_modules(dim, blocks) and pass modules=."
        )


_REGISTRY: dict[str, PairFeature] = {}


def same_width(dim: int) -> int:
    """Return ``dim``, the width of every element-wise block: one column per dimension."""
    return dim


def register_feature(
    name: str,
    function: Callable[[Tensor, Tensor], Tensor] | None = None,
    *,
    module: Callable[[int], nn.Module] | None = None,
    width: Callable[[int], int] = same_width,
    swap: str | None = None,
    replace: bool = False,
) -> PairFeature:
    """Add a block of your own; every model, study and command then knows it by its name.

    A block is a function of ``u`` and ``v``, or it has parameters, which are trained with the rest of a model. Then
    give ``module`` in place of ``function``: each model builds an instance of its own, trains it, and saves it with its
    weights. A checkpoint holds the parameters and the block's name but no code, so the block has to be registered
    before the checkpoint is loaded.

    Parameters
    ----------
    name
        The block's name, for example ``"(u/v)**2"``. That of a block with parameters is part of their names, so it may
        not contain a dot or be the name of a method of :class:`torch.nn.ModuleDict`.
    function
        Maps ``u`` and ``v``, both ``[batch, dim]``, to ``[batch, width(dim)]``.
    module
        Maps ``dim`` to a new :class:`torch.nn.Module`, whose ``forward(u, v)`` does the same.
    width
        The number of columns as a function of ``dim``; by default the block is as wide as ``u``.
    swap
        ``"symmetric"``, ``"antisymmetric"`` or ``None``: how the block changes when the sentences are swapped.
    replace
        Allow a name that is already taken.

    Raises
    ------
    ValueError
        If the name is empty or taken, or not fit for a block with parameters; there are both a function and a module,
        or neither; or ``swap`` is not one of the three.

    Examples
    --------
    >>> harmonic = register_feature("u+v", torch.add, swap="symmetric", replace=True)
    >>> pair_features(torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, 3.0]]), ["u+v"])
    tensor([[1., 1.]])
    """
    if not name:
        raise ValueError("A pair feature needs a name that is not empty.")
    if name in _REGISTRY and not replace:
        raise ValueError(f"The pair feature {name!r} exists already; choose another name, or pass replace=True.")
    if swap not in (None, "symmetric", "antisymmetric"):
        raise ValueError(f"swap={swap!r} is not 'symmetric', 'antisymmetric' or None.")
    if (function is None) == (module is None):
        raise ValueError(f"The pair feature {name!r} needs either a function or module=, not both and not neither.")
    if module is not None and ("." in name or hasattr(nn.ModuleDict, name)):
        raise ValueError(
            f"The pair feature {name!r} has parameters, whose names begin with its own: it may not contain a dot, and "
            "not be the name of a method of torch.nn.ModuleDict. Choose another name."
        )
    _REGISTRY[name] = PairFeature(name, function or _Unbuilt(name), width, swap, module)
    return _REGISTRY[name]


@contextmanager
def temporary_feature(
    name: str,
    function: Callable[[Tensor, Tensor], Tensor] | None = None,
    *,
    module: Callable[[int], nn.Module] | None = None,
    width: Callable[[int], int] = same_width,
    swap: str | None = None,
    replace: bool = False,
) -> Iterator[PairFeature]:
    """Register a block for the time of a ``with`` statement: to try one out, or in a test.

    Takes and raises what :func:`register_feature` does. At the end the name stands for what it stood for before, also
    where the statement is left by an error; a model with the block can be used no longer than that.

    Yields
    ------
    PairFeature
        The block.

    Examples
    --------
    >>> with temporary_feature("u+2*v", lambda u, v: u + 2 * v):
    ...     pair_features(torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, 3.0]]), ["u+2*v"])
    tensor([[1., 4.]])
    >>> "u+2*v" in feature_names()
    False
    """
    before = _REGISTRY.get(name)
    feature = register_feature(name, function, module=module, width=width, swap=swap, replace=replace)
    try:
        yield feature
    finally:
        if before is None:
            _REGISTRY.pop(name, None)
        else:
            _REGISTRY[name] = before


register_feature("u", lambda u, v: u)
register_feature("v", lambda u, v: v)
register_feature("|u-v|", lambda u, v: (u - v).abs(), swap="symmetric")
register_feature("u*v", lambda u, v: u * v, swap="symmetric")
register_feature("u-v", lambda u, v: u - v, swap="antisymmetric")
register_feature("(u-v)**2", lambda u, v: (u - v).square(), swap="symmetric")
register_feature("min(u,v)", torch.minimum, swap="symmetric")
# What one sentence has and the other lacks: the excess of v over u, that of u over v, and on bits the same as the first
# (order embeddings take the first as their error: Vendrov et al. 2016, equation 2).
register_feature("max(v-u,0)", lambda u, v: F.relu(v - u))
register_feature("max(u-v,0)", lambda u, v: F.relu(u - v))
register_feature("v*(1-u)", lambda u, v: v * (1 - u))
# Controls of the study: the product on the scale that |u-v| has in an untrained encoder and on larger scales, and a
# block of the same width that carries no information.
register_feature("4*u*v", lambda u, v: 4 * u * v, swap="symmetric")
register_feature("8*u*v", lambda u, v: 8 * u * v, swap="symmetric")
register_feature("16*u*v", lambda u, v: 16 * u * v, swap="symmetric")
register_feature("noise", lambda u, v: 0.1 * torch.sin(1e3 * (u + 2**0.5 * v).detach()))
register_feature(
    "cosine",
    lambda u, v: F.cosine_similarity(u, v, dim=1).unsqueeze(1),  # [batch, dim] x2 -> [batch] -> [batch, 1]
    width=lambda dim: 1,
    swap="symmetric",
)
# Designed in the chapter "Design your own", most of them to fail.
register_feature("max(u,v)", torch.maximum, swap="symmetric")
register_feature("(u*v)**2", lambda u, v: (u * v).square(), swap="symmetric")
register_feature("|u|-|v|", lambda u, v: u.abs() - v.abs(), swap="antisymmetric")
register_feature("u*v*(u-v)", lambda u, v: u * v * (u - v), swap="antisymmetric")
# The ratio, without its pole: u/v where v is far from zero, and 0 where v is 0. At most 5 |u|.
register_feature("u*v/(v**2+0.01)", lambda u, v: u * v / (v.square() + 0.01))
# With parameters.
register_feature("learned(u,v)", module=elementwise_function)
register_feature("Au*Bv", module=low_rank_bilinear, width=rank)

#: The package's own blocks; what is registered later is a reader's.
SHIPPED_FEATURES = tuple(_REGISTRY)


def feature_names(*, parameters: bool = True) -> tuple[str, ...]:
    """Return the names of all registered blocks, in the order of their registration.

    Parameters
    ----------
    parameters
        Whether blocks with parameters are among them; the others are functions of ``u`` and ``v``.
    """
    return tuple(name for name, feature in _REGISTRY.items() if parameters or feature.module is None)


def get_feature(name: str) -> PairFeature:
    """Return a registered block.

    Raises
    ------
    ValueError
        If no block has that name; the message suggests the nearest one.
    """
    return choose("pair feature", name, _REGISTRY, remedy="Add your own by register_feature.")


class Blocks(tuple[str, ...]):
    """Names of pair features in the order of their columns: what the classifier gets, as one value.

    It is a tuple of names, each of them registered and none repeated.

    Parameters
    ----------
    names
        The names, or one string with commas between them.

    Raises
    ------
    ValueError
        If there are no names, or one is unknown or appears twice.

    Examples
    --------
    >>> some = Blocks("u, v, min(u,v)")
    >>> str(some), "min(u,v)" in some
    ('u, v, min(u,v)', True)
    >>> some + "u*v" - "u"
    ('v', 'min(u,v)', 'u*v')
    """

    __slots__ = ()

    def __new__(cls, names: str | Iterable[str]) -> Blocks:
        """Split, check and keep the names."""
        blocks = super().__new__(cls, _split_at_commas(names) if isinstance(names, str) else names)
        if not blocks:
            raise ValueError(f"blocks={names!r} names no pair feature; give at least one of {', '.join(_REGISTRY)}.")
        for name in blocks:
            get_feature(name)
        doubled = next((name for name in blocks if blocks.count(name) > 1), None)
        if doubled:
            raise ValueError(
                f"blocks={names!r} has {doubled!r} twice; a linear head gains nothing from a repeated block."
            )
        return blocks

    def __add__(self, more: str | Iterable[str]) -> Blocks:  # type: ignore[override]  # a tuple adds any tuple
        """Return these blocks and those of ``more`` that are not among them."""
        return Blocks((*self, *(name for name in Blocks(more) if name not in self)))

    def __sub__(self, fewer: str | Iterable[str]) -> Blocks:
        """Return these blocks without those of ``fewer``."""
        gone = Blocks(fewer)
        return Blocks(name for name in self if name not in gone)

    def __str__(self) -> str:
        """Return the names as a grid file and the command line have them."""
        return ", ".join(self)


def functions_only(blocks: str | Iterable[str], who: str) -> Blocks:
    """Return the blocks, for code that trains none of them.

    Parameters
    ----------
    blocks
        The names.
    who
        The code, as the subject of the error's message.

    Raises
    ------
    ValueError
        If a block has parameters.
    """
    checked = Blocks(blocks)
    for name in checked:
        if get_feature(name).module is not None:
            raise ValueError(
                f"The pair feature {name!r} has parameters that have to be trained, and {who} trains none. Leave it "
                "out, or train it in a network: infersent.nn.PairHead on vectors, infersent train on texts."
            )
    return checked


def _split_at_commas(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for i, character in enumerate(text + ","):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            if name := text[start:i].strip():
                yield name
            start = i + 1


#: The four blocks of InferSent, in the paper's order.
BLOCKS = Blocks("u, v, |u-v|, u*v")

#: A letter for each of them, where a name may have no bars and stars: those of W_u, W_v, W_d and W_p in the book.
LETTERS = dict(zip(BLOCKS, "uvdp", strict=True))


def block_slices(dim: int, blocks: Sequence[str] = BLOCKS) -> dict[str, slice]:
    """Return which columns of the concatenation belong to which block.

    Examples
    --------
    >>> block_slices(2048 * 2)["u*v"]
    slice(12288, 16384, None)
    """
    slices, start = {}, 0
    for name in Blocks(blocks):
        stop = start + get_feature(name).width(dim)
        slices[name] = slice(start, stop)
        start = stop
    return slices


def features_width(dim: int, blocks: Sequence[str] = BLOCKS) -> int:
    """Return how many columns :func:`pair_features` returns for vectors of ``dim`` numbers."""
    return sum(get_feature(name).width(dim) for name in Blocks(blocks))


def build_modules(dim: int, blocks: Sequence[str] = BLOCKS) -> nn.ModuleDict:
    """Return new modules for those of the blocks that have parameters, by name; of most sets, none.

    Raises
    ------
    TypeError
        If a block's ``module`` does not return a :class:`torch.nn.Module`.

    Examples
    --------
    >>> build_modules(300, "u, v, u*v")
    ModuleDict()
    >>> list(build_modules(300, "u, v, Au*Bv"))
    ['Au*Bv']
    """
    modules = nn.ModuleDict()
    for name in Blocks(blocks):
        if (build := get_feature(name).module) is not None:
            module = build(dim)
            if not isinstance(module, nn.Module):
                raise TypeError(
                    f"module= of the pair feature {name!r} returned {type(module).__name__}, not a torch.nn.Module. It "
                    "is a function of dim; a class whose __init__ takes dim will do."
                )
            modules[name] = module
    return modules


def pair_features(
    u: Tensor,
    v: Tensor,
    blocks: Sequence[str] = BLOCKS,
    modules: nn.ModuleDict | Mapping[str, nn.Module] | None = None,
) -> Tensor:
    """Concatenate the chosen blocks of ``u`` and ``v`` (Conneau et al. 2017, section 3.1).

    Parameters
    ----------
    u, v
        Premise and hypothesis vectors, ``[batch, dim]`` each, of one floating dtype and on one device.
    blocks
        Names from the registry, in the order of the columns.
    modules
        The modules of those blocks that have parameters, by name, see :func:`build_modules`.

    Returns
    -------
    Tensor
        ``[batch, features_width(dim, blocks)]``.

    Raises
    ------
    ValueError
        If the shapes, dtypes or devices differ, or a block is unknown, not as wide as it declares, or has parameters
        and no module.

    Examples
    --------
    >>> pair_features(torch.tensor([[0.5, -1.0]]), torch.tensor([[0.5, 1.0]]))
    tensor([[ 0.5000, -1.0000,  0.5000,  1.0000,  0.0000,  2.0000,  0.2500, -1.0000]])
    """
    _check_pair(u, v)
    batch, dim = u.shape
    columns = []
    for name in Blocks(blocks):
        feature = get_feature(name)
        function = modules[name] if modules is not None and name in modules else feature.function
        block = function(u, v)  # [batch, dim] x2 -> [batch, width]
        if block.shape != (batch, feature.width(dim)):
            raise ValueError(
                f"The pair feature {name!r} gave a tensor of shape {tuple(block.shape)}, but it declares "
                f"{(batch, feature.width(dim))} for u of shape {tuple(u.shape)}; pass width= to register_feature."
            )
        columns.append(block)
    return torch.cat(columns, dim=1)


def _check_pair(u: Tensor, v: Tensor) -> None:
    if u.dim() != 2 or u.shape != v.shape:
        raise ValueError(f"u and v must both be [batch, dim]; got {tuple(u.shape)} and {tuple(v.shape)}.")
    if u.dtype != v.dtype or not u.is_floating_point():
        raise ValueError(
            f"u and v must share one floating dtype; got {u.dtype} and {v.dtype}; convert one by .to(dtype)."
        )
    if u.device != v.device:
        raise ValueError(f"u is on {u.device} and v on {v.device}; move one by .to(device).")
