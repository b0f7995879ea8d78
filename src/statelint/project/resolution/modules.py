"""Modules by name: which file an import means, in `src` layouts, namespace packages and repositories of many services.

Every file is known under each tail of its dotted path (`src/shop/cart.py` is `src.shop.cart`, `shop.cart` and
`cart`), together with the folder above that tail. An absolute import may mean a file only when that folder can be on
the import path of the importing file: the project root, a folder above it that is no package, or its own folder.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from statelint.facts import Facts, Import

STDLIB = frozenset(sys.stdlib_module_names)
MOVES = "migration"
SOURCE_FOLDERS = ("src", "lib", "backend", "app", "server", "api", "python")


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """One Python source. `name` is unique in the project; `package` is what relative imports count from."""

    name: str
    path: str
    part: str
    facts: Facts
    dotted: tuple[str, ...]
    is_package: bool

    @property
    def in_service(self) -> bool:
        return self.part == "service"

    @property
    def folder(self) -> tuple[str, ...]:
        """The names that lead to the package that relative names count from."""
        return self.dotted if self.is_package else self.dotted[:-1]


def _dotted(path: str) -> tuple[tuple[str, ...], bool]:
    parts = PurePosixPath(path).with_suffix("").parts
    return (parts[:-1], True) if parts[-1] == "__init__" else (parts, False)


class Modules:
    """All modules of a project, with import resolution. Look-ups never fail: an unknown name is None.

    Where a module comes out as one that is known by its path, it is that one.
    """

    def __init__(self, sources: Iterable[tuple[str, str, Facts]], known: Mapping[str, Module]) -> None:
        entries = [(path, part, facts, *_dotted(path)) for path, part, facts in sources]
        self._packages = {dotted for *_, dotted, is_package in entries if is_package}
        short = Counter(self._import_name(dotted) for *_, dotted, _ in entries)
        self.by_path: dict[str, Module] = {}
        self.by_name: dict[str, Module] = {}
        self._tails: Mapping[str, list[tuple[tuple[str, ...], Module]]] = defaultdict(list)
        for path, part, facts, dotted, is_package in entries:
            name = self._import_name(dotted)
            if short[name] > 1:
                name = ".".join(dotted) or name
            old = known.get(path)
            if old is not None and (old.name, old.part) == (name, part):
                module = old
            else:
                module = Module(name, path, part, facts, dotted, is_package)
            self.by_path[path] = module
            self.by_name[name] = module
            for cut in range(len(dotted)):
                self._tails[".".join(dotted[cut:])].append((dotted[:cut], module))
        self._found: dict[tuple[str, str], Module | None] = {}
        self._below: Mapping[tuple[str, ...], list[Module]] = defaultdict(list)
        for module in self.by_path.values():
            self._below[module.dotted[:-1]].append(module)
        inside = (m for m in self.by_path.values() if any(isinstance(s, Import) and s.level for s in m.facts.body))
        self._imported_as_packages = {m.folder for m in inside}
        """Folders whose modules import relative to their package, so that the folder itself is not on the path."""

    def __iter__(self) -> Iterator[Module]:
        return iter(self.by_path.values())

    def _import_name(self, dotted: tuple[str, ...]) -> str:
        """The name below the nearest folder that is no package, or below the root where no package encloses it."""
        if not dotted:
            return "__init__"
        cut = len(dotted) - 1
        while cut > 0 and dotted[:cut] in self._packages:
            cut -= 1
        if cut == len(dotted) - 1 and dotted not in self._packages:
            cut = 1 if len(dotted) > 1 and dotted[0] in ("src", "lib") else 0
        return ".".join(dotted[cut:])

    def find(self, name: str, importer: Module) -> Module | None:
        """The module that an absolute import of `name` in `importer` means; None for one outside the project."""
        key = (name, importer.path)
        if key not in self._found:
            self._found[key] = self._search(name, importer)
        return self._found[key]

    def _search(self, name: str, importer: Module) -> Module | None:
        if name.partition(".")[0] in STDLIB:
            return None
        # a package can be put on the path itself; then a name with a dot cannot well mean a library by accident
        best: tuple[int, Module] | None = None
        folder = importer.folder
        for root, module in self._tails.get(name, ()):
            near = _common(root, folder)
            may_be_root = (
                not root
                or (root == folder and not (root in self._packages and root in self._imported_as_packages))
                or (near == len(root) and (root not in self._packages or "." in name))
                or (root not in self._packages and root[-1] in SOURCE_FOLDERS)
            )
            if may_be_root and (best is None or (near, module.is_package) > (best[0], best[1].is_package)):
                best = (near, module)
        return best[1] if best else None

    def meant(self, statement: Import, importer: Module) -> Module | None:
        """The module of the project that an import statement speaks of, relative or not."""
        if statement.level:
            return self.relative(statement.module, statement.level, importer)
        return self.find(statement.module, importer)

    def used_by_service(self) -> set[str]:
        """The paths of modules that are named like database migrations, but that the service imports."""
        found: set[str] = set()
        todo = [m for m in self if m.in_service] if any(m.part == MOVES for m in self) else []
        while todo:
            importer = todo.pop()
            for statement in (s for s in importer.facts.body if isinstance(s, Import)):
                for module in self._imported(statement, importer):
                    if module.part == MOVES and module.path not in found:
                        found.add(module.path)
                        todo.append(module)
        return found

    def _imported(self, statement: Import, importer: Module) -> Iterator[Module]:
        """The modules that a statement imports, be it whole or by what stands in them."""
        if not statement.module and not statement.level:
            named = [self.find(name, importer) for name, _ in statement.names]
        else:
            base = self.meant(statement, importer)
            named = [base, *(self.child(base, name) for name, _ in statement.names)] if base is not None else []
        yield from (module for module in named if module is not None)

    def relative(self, name: str, level: int, importer: Module) -> Module | None:
        """The module that `from {'.' * level}{name}` in `importer` means."""
        drop = level - 1 if importer.is_package else level
        base = importer.dotted[: len(importer.dotted) - drop] if drop else importer.dotted
        wanted = base + tuple(name.split(".") if name else ())
        # a folder with `__init__.py` comes before a module of the same name, as it does for Python
        found = [module for root, module in self._tails.get(".".join(wanted), ()) if not root]
        return max(found, key=lambda m: m.is_package, default=None)

    def child(self, package: Module, name: str) -> Module | None:
        """The sub-module `name` of a package."""
        wanted = ".".join((*package.dotted, name))
        return next((m for root, m in self._tails.get(wanted, ()) if not root), None)

    def children(self, package: tuple[str, ...]) -> Sequence[Module]:
        """The modules and packages in the folder of a package, given by the names that lead there from the root."""
        return self._below.get(package, ())


def _common(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i
    return min(len(a), len(b))
