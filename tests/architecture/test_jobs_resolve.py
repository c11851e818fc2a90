"""Tests that each job has the name of a function whose parameters are a context and the id of a row. Also tests that
a process listens to the queue of each job.
"""

import inspect
from importlib import import_module

import pytest

from hotline.core.contexts import Job
from tests.architecture.tree import ROOT


@pytest.mark.parametrize("job", Job)
def test_every_job_is_a_function_of_the_context_and_an_id(job: Job) -> None:
    module, _, name = job.path.rpartition(".")
    function = getattr(import_module(module), name)

    parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    assert len(parameters) == 2
    assert parameters[0].name == "context"
    assert parameters[1].annotation is int


@pytest.mark.parametrize("job", Job)
def test_every_job_has_a_queue_that_a_process_of_the_procfile_hears(job: Job) -> None:
    heard_by = f"hotline process {job.queue}"
    assert heard_by in (ROOT / "Procfile").read_text(encoding="utf-8")
