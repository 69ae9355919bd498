"""``infersent export``: a trained model for another runtime."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import torch

from infersent.cli.options import Run, check_output, write_output
from infersent.model.export import export_encoder, export_pairs
from infersent.model.infersent import InferSent


def export(run: Run = None, *, output: Path, part: Literal["encoder", "pairs"] = "encoder") -> None:
    """Write a trained model for another runtime: a .onnx file, or a .pt2 file for PyTorch without this package.

    Beside it goes a tokenizer.json for the tokenizers library, which gives the word ids that the model takes.

    For example:

    infersent export runs/laptop --output encoder.onnx

    infersent export runs/mine --part pairs --output mine.pt2

    Args:
        run: Folder of a checkpoint or of a training run; the package's own model if left out.
        output: The file to write: .onnx (for onnxruntime) or .pt2 (for torch.export.load).
        part: encoder (sentences to vectors) or pairs (pairs of sentences to logits).
    """
    kind = output.suffix.lower()
    if kind not in (".onnx", ".pt2"):
        raise ValueError(f"--output {output} ends neither in .onnx nor in .pt2, so its format is not clear.")
    check_output(output)
    model = InferSent.from_pretrained(run)
    if kind == ".onnx":
        from infersent.adapters.onnx import export_onnx

        export_onnx(model, output.resolve(), part)
    else:
        program = export_encoder(model) if part == "encoder" else export_pairs(model)
        write_output(output, lambda new: _save(program, new))
    words = output.with_name(f"{output.stem}.tokenizer.json")
    write_output(words, lambda new: new.write_text(model.tokenizer.to_str(pretty=True) + "\n", "utf-8"))
    for file in (output, words):
        print(f"{file}: {file.stat().st_size:,} bytes", file=sys.stderr)


def _save(program: torch.export.ExportedProgram, path: Path) -> None:
    with path.open("wb") as file:
        torch.export.save(program, file)
