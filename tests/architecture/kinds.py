"""A contract for import-linter: files of one kind never import files of another kind. Names tell the kinds."""

import re

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Kinds(Contract):
    """`importers` never import `forbidden`. Both are regular expressions on whole module names."""

    type_name = "kinds"
    importers = fields.StringField()
    forbidden = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Looks at direct imports only. A contract that matches no module is broken: its pattern has a typing error."""
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
