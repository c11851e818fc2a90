"""A contract for import-linter: files of one kind never import files of another kind. The kind of a file is part of
its name."""

import re
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Kinds(Contract):
    """Modules that match `importers` never import modules that match one of the patterns in `forbidden`. All patterns
    are regular expressions for whole module names."""

    type_name = "kinds"
    importers: Any = fields.StringField()
    forbidden: Any = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Checks direct imports only. The contract is also broken if a pattern matches no module, because this pattern
        is then mistyped."""
        matched = {
            pattern: {module for module in graph.modules if re.fullmatch(pattern, module)}
            for pattern in (self.importers, *self.forbidden)
        }
        importers, *forbidden = matched.values()
        errors = [f"{pattern} matches no module." for pattern in matched if not matched[pattern]]
        errors += [
            f"{module} imports {imported}"
            for module in sorted(importers)
            for imported in sorted(
                graph.find_modules_directly_imported_by(module) & set().union(*forbidden)
            )
        ]
        return ContractCheck(kept=not errors, metadata={"errors": errors})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for error in check.metadata["errors"]:
            output.print_error(error)
