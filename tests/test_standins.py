"""What student code finds where fastai, fastbook and fastcore are not installed."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from test_trees import mnist_of

from grader import trees
from grader.guest.standins.contents import MODULES
from grader.guest.standins.finder import Finder, install
from grader.guest.standins.learning import SGD, Learner
from grader.guest.standins.lists import L, first
from grader.guest.standins.loaders import DataLoader, DataLoaders
from grader.guest.standins.showing import LazyModule, plot_function, show_image, show_images
from grader.guest.standins.tensors import accuracy, tensor, to_np

LIBRARIES = ("fastai", "fastbook", "fastcore", "google")
PYTHON = {
    *("functools", "io", "itertools", "math", "operator", "os", "re", "sys"),
    *("partial", "reduce", "itemgetter", "attrgetter", "Path"),
}
DATA = {
    *("collections", "json", "random", "time", "copy", "deepcopy"),
    *("Counter", "OrderedDict", "defaultdict", "namedtuple"),
    *("np", "array", "ndarray", "torch", "nn", "F", "Tensor", "plt", "matplotlib"),
    *("tensor", "to_np", "show_image", "show_images", "untar_data", "URLs", "DataLoader", "DataLoaders"),
}
STARS = {"fastcore.all": PYTHON | {"L", "first"}}
STARS["fastai.data.all"] = STARS["fastcore.all"] | DATA
STARS["fastai.basics"] = STARS["fastai.data.all"] | {"SGD", "Learner", "accuracy"}
STARS["fastai.vision.all"] = STARS["fastai.basics"] | {"Image"}
STARS["fastbook"] = STARS["fastai.vision.all"] | {"setup_book", "gv", "plot_function"}

ROWS = st.integers(1, 30)


class NotInstalled(PathFinder):
    """The ordinary finder on a machine without the libraries, but for those in a folder that a test made."""

    folders: tuple[str, ...] = ()

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top in LIBRARIES and path is None:
            path = cls.folders
        return PathFinder.find_spec(fullname, path, target)


@contextmanager
def student_side(given_trees: Path | None, installed: Path | None = None) -> Iterator[None]:
    """An interpreter with the stand-ins and, of the libraries, only what lies in the folder `installed`."""
    finders, modules = list(sys.meta_path), dict(sys.modules)

    class Here(NotInstalled):
        folders = () if installed is None else (str(installed),)

    theirs = [name for name in modules if name.partition(".")[0] in LIBRARIES]
    patched = vars(Path).get("ls")
    for name in theirs:
        del sys.modules[name]
    sys.meta_path[:] = [Here() if finder is PathFinder else finder for finder in finders]
    try:
        install(None if given_trees is None else str(given_trees))
        yield
    finally:
        sys.meta_path[:] = finders
        for name in [name for name in sys.modules if name.partition(".")[0] in LIBRARIES]:
            del sys.modules[name]
        sys.modules.update({name: modules[name] for name in theirs})
        if "ls" in vars(Path) and patched is None:
            del Path.ls  # type: ignore[attr-defined]  # put there by what was imported


def run(code: str, given_trees: Path | None = None, installed: Path | None = None) -> dict[str, Any]:
    """What a student's code leaves in its namespace."""
    namespace: dict[str, Any] = {"__name__": "submission"}
    with student_side(given_trees, installed):
        exec(compile(code, "submission.py", "exec", dont_inherit=True), namespace)
    return namespace


def star(module: str, **kwargs: Any) -> dict[str, Any]:
    found = run(f"from {module} import *", **kwargs)
    return {name: value for name, value in found.items() if not name.startswith("__")}


def packages(folder: Path, **sources: str) -> Path:
    """Real modules: `fastai__vision__all="x = 1"` is a file in packages that a finder finds."""
    for name, source in sources.items():
        path = folder.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
        for parent in path.relative_to(folder).parents[:-1]:
            (folder / parent / "__init__.py").touch()
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small trees: six training 3s, five 7s, two and three to validate with."""
    root = tmp_path_factory.mktemp("standins")
    mnist = mnist_of(root, [3] * 6 + [7] * 5 + [1], [7, 3, 7, 3, 7])
    return trees.sample(root / "trees", mnist).parent


# Where the names come from


@pytest.mark.parametrize("module", sorted(STARS))
def test_a_star_import_gives_the_chapters_names_and_no_others(module: str) -> None:
    """Each module gives exactly the names that are listed."""
    assert set(star(module)) == STARS[module]


@pytest.mark.parametrize("name", ["vision_learner", "cnn_learner", "resnet18", "ImageDataLoaders"])
def test_what_is_not_stood_in_for_is_a_name_error(name: str) -> None:
    """A cell with a pretrained network ends there."""
    with pytest.raises(NameError, match=name):
        run(f"from fastai.vision.all import *\nfrom fastbook import *\n{name}")


@pytest.mark.parametrize("module", sorted(MODULES))
def test_what_we_made_says_that_it_is_the_librarys(module: str) -> None:
    """Classes, methods and functions of ours name a library's module, in which they can be found again."""
    with student_side(None):
        given_names = vars(importlib.import_module(module)).items()
        for value in [value for name, value in given_names if not name.startswith("__")]:
            home = str(getattr(value, "__module__", None) or "")
            assert not home.startswith("grader")
            if isinstance(value, type) and home.startswith(LIBRARIES):
                methods = [part for part in vars(value).values() if isinstance(part, types.FunctionType)]
                assert {method.__module__ for method in methods} <= {home}
                assert getattr(importlib.import_module(home), value.__name__) is value


def test_importing_by_name_works() -> None:
    """`import fastai`, `import fastbook` and imports from a thing's own home."""
    run("import fastai, fastbook\nfastbook.setup_book()")
    run("import fastai.vision.all as v\nassert v.nn.Linear")
    run("from fastai.learner import Learner\nfrom fastai.metrics import accuracy\nfrom fastcore.foundation import L")


def test_a_module_that_is_not_stood_in_for_is_not_found() -> None:
    """`fastai.text.all` is as absent as before."""
    with pytest.raises(ModuleNotFoundError, match=r"fastai\.text"):
        run("from fastai.text.all import *")


def test_a_real_package_wins(tmp_path: Path) -> None:
    """With fastai installed its names are given, and what it lacks is not mended."""
    real = packages(tmp_path, fastai__vision__all="Learner = 'real'")
    assert star("fastai.vision.all", installed=real) == {"Learner": "real"}
    with pytest.raises(ModuleNotFoundError, match=r"fastai\.metrics"):
        run("import fastai.metrics", installed=real)


def test_a_real_package_wins_for_those_that_build_on_it(tmp_path: Path) -> None:
    """With fastcore installed our fastai gives fastcore's L, and our fastbook gives what a real fastai has."""
    core = packages(
        tmp_path / "1",
        fastcore__foundation="class L(list): pass",
        fastcore__basics="def first(x): ...",
        fastcore__xtras="from pathlib import Path",
    )
    found = star("fastai.vision.all", installed=core)
    assert found["L"] is not L
    assert found["L"].__module__ == "fastcore.foundation"
    assert found["first"] is not first
    ai = packages(tmp_path / "2", fastai__vision__all="Learner = 'real'")
    assert star("fastbook", installed=ai)["Learner"] == "real"


def test_colab_is_stood_in_for_beside_a_real_google(tmp_path: Path) -> None:
    """Colab's calls do nothing, whether or not another package owns the name google."""
    code = """
from google.colab import auth, drive, files, output
drive.mount("/content/drive", force_remount=True)
auth.authenticate_user()
uploaded = files.upload()
"""
    assert run(code)["uploaded"] == {}
    (tmp_path / "google" / "protobuf").mkdir(parents=True)
    found = run(code + "import google, google.protobuf\npath = list(google.__path__)", installed=tmp_path)
    assert found["path"] == [str(tmp_path / "google")]


def test_installing_twice_is_installing_once() -> None:
    """There is one finder, after all others; the last folder given counts."""
    with student_side(Path("/one")):
        before = list(sys.meta_path)
        install("/one")
        assert sys.meta_path == before
        install("/two")
        found = [finder for finder in sys.meta_path if isinstance(finder, Finder)]
        assert [finder.trees for finder in found] == ["/two"]
        assert sys.meta_path[-1] is found[0]


# The chapter


def test_the_chapters_images_are_stacked(folder: Path) -> None:
    """Files from untar_data, sorted, opened and stacked, are the images of the tree."""
    found = run(
        """
from fastai.vision.all import *
from fastbook import *
matplotlib.rc('image', cmap='Greys')
path = untar_data(URLs.MNIST_SAMPLE)
Path.BASE_PATH = path
threes = (path/'train'/'3').ls().sorted()
sevens = (path/'train'/'7').ls().sorted()
im3 = Image.open(threes[1])
corner = array(im3)[4:10, 4:10], tensor(im3)[4:10, 4:10]
stacked = torch.stack([tensor(Image.open(o)) for o in threes]).float()/255
""",
        folder,
    )
    del Path.BASE_PATH  # type: ignore[attr-defined]  # the chapter puts it there
    assert repr(found["threes"]).startswith("(#6) [")
    assert len(found["sevens"]) == 5
    assert found["corner"][1].dtype is torch.uint8
    assert np.array_equal(*found["corner"])
    files = sorted((folder / "mnist_sample" / "train" / "3").iterdir())
    assert found["threes"] == files
    assert torch.equal(found["stacked"][0], torch.tensor(np.asarray(Image.open(files[0]))) / 255)


def test_the_chapters_learner_learns() -> None:
    """A list of zipped pairs, loaders, a small net and fit give a record whose accuracy rises."""
    found = run(
        """
from fastai.vision.all import *
torch.manual_seed(0)
def mnist_loss(predictions, targets):
    predictions = predictions.sigmoid()
    return torch.where(targets == 1, 1 - predictions, predictions).mean()
def batch_accuracy(xb, yb):
    return ((xb.sigmoid() > 0.5) == yb).float().mean()
x = torch.randn(600, 4)
y = tensor([1] * 600).unsqueeze(1) * (x[:, :1] > 0)
dset = list(zip(x, y))
dl = DataLoader(dset, batch_size=256)
xb, yb = first(dl)
dls = DataLoaders(dl, DataLoader(dset, batch_size=256))
net = nn.Sequential(nn.Linear(4, 30), nn.ReLU(), nn.Linear(30, 1))
learn = Learner(dls, net, opt_func=SGD, loss_func=mnist_loss, metrics=batch_accuracy)
learn.fit(1, lr=1.)
before = learn.recorder.values[-1][2]
learn.fit(10, lr=1.)
curve = L(learn.recorder.values).itemgot(2)
"""
    )
    assert found["xb"].shape == (256, 4)
    assert found["yb"].shape == (256, 1)
    assert len(found["curve"]) == 10
    assert found["curve"][-1] > max(0.9, found["before"] - 1e-6)


@pytest.mark.parametrize("url", ["URLs.MNIST", "'https://example.org/data/pets.tgz'", "''", "'..'"])
def test_images_that_are_not_there_say_what_to_do(folder: Path, url: str) -> None:
    """untar_data of a dataset without a tree is an error that names the instructor's command."""
    with pytest.raises(FileNotFoundError, match="The instructor runs `grade data`"):
        run(f"from fastai.vision.all import *\nuntar_data({url})", folder)
    with pytest.raises(FileNotFoundError, match="The instructor runs `grade data`"):
        run("from fastai.vision.all import *\nuntar_data(URLs.MNIST_SAMPLE)")


# Lists


@given(st.lists(st.tuples(st.integers(), st.booleans())))
def test_a_list_is_indexed_by_mask_numbers_and_slice(pairs: list[tuple[int, bool]]) -> None:
    """A mask, its numbers, the same as tensors, and a slice choose what a comprehension would."""
    items, mask = [item for item, _ in pairs], [wanted for _, wanted in pairs]
    numbers = [number for number, wanted in enumerate(mask) if wanted]
    wanted = [items[number] for number in numbers]
    made = L(items)
    assert made[mask] == made[numbers] == made[torch.tensor(mask, dtype=torch.bool)] == wanted
    assert made[np.array(numbers, np.int64)] == wanted
    assert made[1:-1] == items[1:-1]
    assert {type(part) for part in (made[mask], made[numbers], made[:1])} == {L}
    assert all(made[number] == made[torch.tensor(number)] == items[number] for number in range(len(items)))


@given(st.lists(st.tuples(st.integers(), st.text(max_size=3)), max_size=8))
def test_a_lists_methods_return_lists(pairs: list[tuple[int, str]]) -> None:
    """map, filter, sorted, itemgot, attrgot, + and * give an L of what Python's own tools give."""
    made = L(pairs)
    results = {
        "map": (made.map(lambda pair, more: pair[0] + more, more=1), [number + 1 for number, _ in pairs]),
        "map a dict": (L(0, 1).map({0: "a", 1: "b"}), ["a", "b"]),
        "map a text": (L(0, 1).map("no. {}"), ["no. 0", "no. 1"]),
        "filter": (made.filter(lambda pair: pair[0] > 0), [pair for pair in pairs if pair[0] > 0]),
        "not": (made.filter(lambda pair: pair[0] > 0, negate=True), [pair for pair in pairs if pair[0] <= 0]),
        "sorted": (made.sorted(), sorted(pairs)),
        "by part": (made.sorted(1, reverse=True), sorted(pairs, key=lambda pair: pair[1], reverse=True)),
        "by name": (L(1j, 0j).sorted("imag"), [0j, 1j]),
        "itemgot": (made.itemgot(0), [number for number, _ in pairs]),
        "attrgot": (made.itemgot(0).attrgot("real"), [number for number, _ in pairs]),
        "of a dict": (L([{"a": 1}, {}]).attrgot("a", 2), [1, 2]),
        "+": (made + pairs, pairs + pairs),
        "+ one": (made + 1, [*pairs, 1]),
        "*": (made * 2, pairs * 2),
        "to a list": ([0] + made, [0, *pairs]),  # noqa: RUF005  # the operator is what is tested
    }
    for name, (got, wanted) in results.items():
        assert got == wanted, name
        assert type(got) is L, name


def test_a_list_is_made_of_one_thing_or_of_many() -> None:
    """Text, dicts, arrays and tensors are one item; several arguments and what can be iterated are many."""
    assert [len(L(thing)) for thing in ("abc", {"a": 1}, torch.zeros(3), np.zeros(3), 5)] == [1] * 5
    assert L(range(3)) == L(0, 1, 2) == L(n for n in range(3)) == L(L(0, 1, 2)) == [0, 1, 2]
    assert L() == L(None) == []


def test_a_list_shows_its_length() -> None:
    """Ten items are shown."""
    assert repr(L(1, 2, 3)) == "(#3) [1,2,3]"
    assert repr(L(range(11))) == "(#11) [0,1,2,3,4,5,6,7,8,9...]"


@given(st.lists(st.integers()))
def test_first_is_the_first_that_is_wanted(items: list[int]) -> None:
    """The first item, the first that passes, the first that does not, or None."""
    assert first(items) == (items[0] if items else None)
    assert first(items, lambda n: n > 0) == next((n for n in items if n > 0), None)
    assert first(iter(items), lambda n: n > 0, negate=True) == next((n for n in items if n <= 0), None)


def test_a_folder_is_listed_by_name(tmp_path: Path) -> None:
    """ls orders by name and can take only some kinds of file."""
    for name in ("b.png", "a.txt", "c.jpg"):
        (tmp_path / name).touch()
    found = run(
        f"from fastcore.all import *\nls = Path({str(tmp_path)!r}).ls\nfound = [ls(), ls(2), ls(file_exts='.txt')]"
    )
    assert [[path.name for path in listed] for listed in found["found"]] == [
        ["a.txt", "b.png", "c.jpg"],
        ["a.txt", "b.png"],
        ["a.txt"],
    ]
    assert not hasattr(Path, "ls")


# Tensors


def test_a_tensor_is_made_as_fastai_makes_it() -> None:
    """float64 becomes float32, whole numbers stay whole, several arguments are one axis."""
    assert tensor(1, 2, 3).tolist() == [1, 2, 3]
    assert tensor([[1, 2]]).dtype is tensor(np.array([1])).dtype is torch.int64
    assert tensor(3.0).shape == ()
    assert tensor(np.zeros(3)).dtype is tensor([1.0]).dtype is tensor(torch.zeros(2).double()).dtype is torch.float32
    assert tensor([1.0], requires_grad=True).requires_grad
    assert np.array_equal(to_np(tensor([1.0, 2.0]).requires_grad_()), [1, 2])


@given(ROWS, st.integers(2, 5), st.integers(0, 99), st.booleans())
def test_accuracy_is_the_share_of_right_rows(rows: int, classes: int, seed: int, column: bool) -> None:
    """Targets may be (n,) or (n, 1)."""
    draw = torch.Generator().manual_seed(seed)
    outputs, targets = torch.rand(rows, classes, generator=draw), torch.randint(classes, (rows,), generator=draw)
    right = sum(int(row.tolist().index(row.max())) == int(target) for row, target in zip(outputs, targets, strict=True))
    assert float(accuracy(outputs, targets[:, None] if column else targets)) == pytest.approx(right / rows)


# Loaders


@given(ROWS, st.integers(1, 12), st.booleans(), st.booleans())
def test_batches_hold_the_dataset(rows: int, size: int, shuffle: bool, drop_last: bool) -> None:
    """Batches in a row are the dataset, in another order when shuffled; there are as many as len says."""
    x, y = torch.arange(rows * 2.0).reshape(rows, 2), torch.arange(rows)
    dataset = list(zip(x, y.tolist(), strict=True))
    loader = DataLoader(dataset, batch_size=size, shuffle=shuffle, drop_last=drop_last)
    batches = list(loader)
    assert len(batches) == len(loader) == (rows // size if drop_last else -(-rows // size))
    assert all(type(batch) is tuple and len(batch[0]) <= size for batch in batches)
    ys = [int(target) for _, ys in batches for target in ys]
    kept = len(ys)
    assert kept == (rows - rows % size if drop_last else rows)
    assert len(set(ys)) == kept and (shuffle or ys == list(range(kept)))
    for xs, targets in batches:
        assert torch.equal(xs, x[targets])


def test_a_loader_without_a_size_gives_single_items() -> None:
    """One after the other, as tensors; text stays text; a dataset without a length is read to its end."""
    assert [int(item) for item in DataLoader([np.int64(4), np.int64(5)])] == [4, 5]
    assert DataLoader([(1, "a"), (2, "b")], bs=2).one_batch()[1] == ("a", "b")
    loader = DataLoader(zip(torch.zeros(3, 2), [1, 2, 3], strict=True), 2)
    assert [len(xs) for xs, _ in loader] == [2, 1]
    with pytest.raises(TypeError, match="zip has no length"):
        len(loader)
    with pytest.raises(ValueError, match="no batches"):
        DataLoader([], bs=4).one_batch()


def test_loaders_are_a_pair() -> None:
    """By name, by number, one after the other."""
    train, valid = DataLoader([1], bs=1), DataLoader([2], bs=1)
    dls = DataLoaders(train, valid)
    assert [dls.train, dls.valid] == [dls[0], dls[1]] == list(dls) == [train, valid]
    assert dls.one_batch().tolist() == [1]


# Learning


@settings(deadline=None, max_examples=30)
@given(st.floats(0.01, 1), st.sampled_from([0.0, 0.5, 0.9]), st.sampled_from([0.0, 0.1]))
def test_sgd_steps_as_torch_does(lr: float, mom: float, wd: float) -> None:
    """With momentum and with weight decay in the gradient it is torch's SGD."""
    ours, theirs = (torch.ones(3, requires_grad=True) for _ in range(2))
    pair = [SGD([ours], lr, mom=mom, wd=wd, decouple_wd=False)]
    other = torch.optim.SGD([theirs], lr, momentum=mom, weight_decay=wd)
    for _ in range(3):
        for weights, opt in ((ours, pair[0]), (theirs, other)):
            ((weights * torch.tensor([1.0, 2.0, 3.0])).sum() ** 2 / 100).backward()
            opt.step()
            opt.zero_grad()
    assert torch.allclose(ours, theirs, rtol=1e-5)


def test_weight_decay_shrinks_the_weights_and_needs_a_gradient() -> None:
    """Decoupled, as fastai's is unless told otherwise; a weight without gradient stays."""
    weights, still = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    opt = SGD([[weights], [still]], 0.5, wd=0.1)
    (weights * 0).sum().backward()
    opt.step()
    assert weights.tolist() == pytest.approx([0.95, 0.95])
    assert still.tolist() == [1, 1]
    opt.set_hypers(lr=0.25)
    assert [hyper["lr"] for hyper in opt.hypers] == [0.25, 0.25]


@settings(deadline=None, max_examples=15)
@given(ROWS, st.integers(1, 9), st.floats(0.01, 1), st.integers(0, 3))
def test_a_learner_does_the_loop_of_the_chapter(rows: int, size: int, lr: float, epochs: int) -> None:
    """Its weights are those of a loop by hand, and its record has the loss and metric of the whole validation set."""
    draw = torch.Generator().manual_seed(rows)
    x, y = torch.rand(rows, 3, generator=draw), torch.rand(rows, 1, generator=draw)
    loader = DataLoader(list(zip(x, y, strict=True)), bs=size)
    models = [torch.nn.Linear(3, 1) for _ in range(2)]
    models[1].load_state_dict(models[0].state_dict())
    loss, metric = torch.nn.functional.mse_loss, torch.nn.functional.l1_loss
    learn = Learner(DataLoaders(loader, loader), models[0], opt_func=SGD, loss_func=loss, metrics=[metric])
    learn.fit(epochs, lr)
    opt = torch.optim.SGD(models[1].parameters(), lr)
    for _ in range(epochs):
        for xb, yb in zip(x.split(size), y.split(size), strict=True):
            opt.zero_grad()
            loss(models[1](xb), yb).backward()
            opt.step()
    for ours, theirs in zip(models[0].parameters(), models[1].parameters(), strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    measured = [measure(models[1](x), y).item() for measure in (loss, metric)]
    assert learn.validate() == pytest.approx(measured, rel=1e-3, abs=1e-6)
    assert len(learn.recorder.values) == epochs
    assert not epochs or learn.recorder.values[-1][1:] == learn.validate()


def test_a_learner_without_an_optimizer_uses_adam_and_without_a_loss_complains() -> None:
    """As fastai does; any class that takes (params, lr) can be the optimizer."""
    dls = DataLoaders(*[DataLoader([(torch.ones(2), torch.ones(1))] * 4, bs=2)] * 2)
    for opt_func in (None, torch.optim.SGD):
        learn = Learner(dls, torch.nn.Linear(2, 1), torch.nn.functional.mse_loss, opt_func)
        learn.fit(5, 0.1)
        assert learn.recorder.values[-1][1] < learn.recorder.values[0][1]
    with pytest.raises(AssertionError, match="loss function"):
        Learner(dls, torch.nn.Linear(2, 1))


# Showing


def test_a_lazy_module_is_imported_when_it_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when it is made nor when somebody looks for its dunder names."""
    (tmp_path / "slow_one.py").write_text("value = 5", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    lazy = LazyModule("slow_one")
    assert not hasattr(lazy, "__file__")
    assert "slow_one" not in sys.modules
    assert lazy.value == 5
    del sys.modules["slow_one"]
    with pytest.raises(ModuleNotFoundError, match="absent_one"):
        _ = LazyModule("absent_one").value


def test_images_and_curves_are_drawn() -> None:
    """A tensor with its channel first, a PIL image and a function arrive on axes as they are."""
    import matplotlib.pyplot as plt

    pixels = torch.arange(784.0).reshape(1, 28, 28)
    ax = show_image(pixels, cmap="Greys", title="three")
    assert np.array_equal(ax.images[0].get_array(), pixels[0])
    assert (ax.get_title(), ax.images[0].get_cmap().name) == ("three", "Greys")
    picture = Image.fromarray(np.full((28, 28), 9, np.uint8))
    assert show_image(picture, ctx=ax) is ax
    assert int(ax.images[1].get_array()[0, 0]) == 9
    show_images([pixels, picture], titles=["a", "b"])
    assert [axes.get_title() for axes in plt.gcf().axes] == ["a", "b"]
    plot_function(lambda x: x**2, "x", "x**2", min=-1, max=3)
    drawn = plt.gca()
    assert (drawn.get_xlabel(), drawn.get_ylabel()) == ("x", "x**2")
    assert drawn.lines[0].get_ydata().max() == pytest.approx(9)
    plt.close("all")


def test_a_graph_is_not_drawn() -> None:
    """gv gives something that shows its source."""
    assert repr(run("from fastbook import *\ng = gv('a->b')")["g"]) == "<graph 'a->b', not drawn here>"
