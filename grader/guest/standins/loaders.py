"""fastai's `DataLoader` and `DataLoaders`: batches of a dataset, and a pair of loaders."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from grader.guest.standins.origin import library


@library("fastai.data.load")
class DataLoader:
    """Batches of `bs` (or `batch_size`) items of `dataset`, one item at a time without either.

    An item (x, y) gives batches (xs, ys) of stacked tensors. Workers and pinned memory are accepted and not used.
    """

    def __init__(
        self,
        dataset: Any = None,
        bs: int | None = None,
        num_workers: int = 0,
        pin_memory: bool = False,
        timeout: float = 0,
        batch_size: int | None = None,
        shuffle: bool = False,
        drop_last: bool = False,
        device: Any = None,
    ) -> None:
        self.dataset = dataset
        self.bs = bs if batch_size is None else batch_size
        self.shuffle, self.drop_last, self.device = shuffle, drop_last, device
        self.n = len(dataset) if hasattr(dataset, "__len__") else None
        self._random = random.Random(random.getrandbits(32))

    def __len__(self) -> int:
        """How many batches. Raises TypeError for a dataset without a length."""
        if self.n is None:
            raise TypeError(f"a {type(self.dataset).__name__} has no length: make the dataset a list")
        if self.bs is None:
            return self.n
        return self.n // self.bs + (0 if self.drop_last else self.n % self.bs > 0)

    def __iter__(self) -> Iterator[Any]:
        items = self._items()
        if self.bs is None:
            yield from (self._placed(_converted(item)) for item in items)
            return
        while batch := list(islice(items, self.bs)):
            if len(batch) == self.bs or not self.drop_last:
                yield self._placed(collate(batch))

    def one_batch(self) -> Any:
        """The first batch. Raises ValueError where there is none."""
        for batch in self:
            return batch
        raise ValueError("this DataLoader has no batches: its dataset is empty")

    def _items(self) -> Iterator[Any]:
        if self.n is None or not hasattr(self.dataset, "__getitem__"):
            return iter(self.dataset)
        order: Sequence[int] = range(self.n)
        if self.shuffle:
            order = self._random.sample(order, self.n)
        return (self.dataset[number] for number in order)

    def _placed(self, batch: Any) -> Any:
        if self.device is None:
            return batch
        return type(batch)(part.to(self.device) for part in batch) if isinstance(batch, list | tuple) else batch


def collate(items: tuple[Any, ...] | list[Any]) -> Any:
    """Items of one kind as a batch: tensors stacked, numbers as a tensor, tuples and lists part by part."""
    import torch

    if isinstance(items[0], torch.Tensor):
        return torch.stack(items)
    if isinstance(items[0], list | tuple):
        return type(items[0])([collate(parts) for parts in zip(*items, strict=True)])
    return torch.utils.data.default_collate(items)  # type: ignore[arg-type]  # a tuple is as good


def _converted(item: Any) -> Any:
    import torch

    return torch.utils.data.default_convert(item)  # type: ignore[no-untyped-call]  # torch has no types for it


@library("fastai.data.core")
class DataLoaders:
    """The loaders of training and validation: `train`, `valid`, by number, or one after the other."""

    def __init__(self, *loaders: Any, path: Any = ".", device: Any = None) -> None:
        self.loaders, self.path, self.device = list(loaders), path, device

    def __getitem__(self, number: int) -> Any:
        return self.loaders[number]

    def __len__(self) -> int:
        return len(self.loaders)

    def __iter__(self) -> Iterator[Iterable[Any]]:
        return iter(self.loaders)

    @property
    def train(self) -> Any:
        """The first loader."""
        return self.loaders[0]

    @property
    def valid(self) -> Any:
        """The second loader."""
        return self.loaders[1]

    def one_batch(self) -> Any:
        """The first batch of the training loader."""
        return self.train.one_batch()
