"""The book's widgets: live in the published page without a kernel, and in JupyterLab with one."""

from infersent.widgets.base import BookWidget
from infersent.widgets.feature_explorer import FeatureExplorer

__all__ = ["BookWidget", "FeatureExplorer"]
