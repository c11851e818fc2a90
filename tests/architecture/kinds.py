"""A contract for import-linter: files of one kind never import files of another kind. The kind of a file is part of
its name."""

import re

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Kinds(Contract):
    """Modules that match `importers` never import modules that match `forbidden`. `importers` and `forbidden` are
    regular expressions for whole module names."""

    type_name = "kinds"
    importers = fields.StringField()
    forbidden = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Checks direct imports only. The contract is also broken if no module matches `importers`, because the
        pattern `importers` is then mistyped.
        """
        importer = re.compile(str(self.importers))
        forbidden = re.compile(str(self.forbidden))
        matched = [module for module in sorted(graph.modules) if importer.fullmatch(module)]
        found = [
            (module, imported)
            for module in matched
            for imported in sorted(graph.find_modules_directly_imported_by(module))
            if forbidden.fullmatch(imported)
        ]
        return ContractCheck(kept=bool(matched) and not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        if not check.metadata["found"]:
            output.print_error(f"{self.importers} matches no module.")
        for module, imported in check.metadata["found"]:
            output.print_error(f"{module} imports {imported}")
