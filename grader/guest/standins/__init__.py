"""Stands in for fastai, fastbook, fastcore and google.colab where they are not installed."""
