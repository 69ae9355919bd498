"""The book's widgets: live in the published page without a kernel, and in JupyterLab with one."""

from infersent.widgets.ablation_explorer import AblationExplorer
from infersent.widgets.base import BookWidget
from infersent.widgets.block_knife import BlockKnife
from infersent.widgets.block_lattice import BlockLattice
from infersent.widgets.diagonal_or_full import DiagonalOrFull
from infersent.widgets.dog_example import DogExample
from infersent.widgets.explainer import Explainer
from infersent.widgets.feature_explorer import FeatureExplorer
from infersent.widgets.feature_workbench import FeatureWorkbench
from infersent.widgets.hero import Hero
from infersent.widgets.hypothesis_game import HypothesisGame
from infersent.widgets.learn_the_product import LearnTheProduct
from infersent.widgets.ledger_bill import LedgerBill
from infersent.widgets.quiz import Quiz
from infersent.widgets.sentence_map import SentenceMap
from infersent.widgets.sign_lab import SignLab
from infersent.widgets.training_replay import TrainingReplay
from infersent.widgets.which_heads import WhichHeads
from infersent.widgets.word_winners import WordWinners

__all__ = [
    "AblationExplorer",
    "BlockKnife",
    "BlockLattice",
    "BookWidget",
    "DiagonalOrFull",
    "DogExample",
    "Explainer",
    "FeatureExplorer",
    "FeatureWorkbench",
    "Hero",
    "HypothesisGame",
    "LearnTheProduct",
    "LedgerBill",
    "Quiz",
    "SentenceMap",
    "SignLab",
    "TrainingReplay",
    "WhichHeads",
    "WordWinners",
]
