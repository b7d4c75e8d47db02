"""What the commands `sample`, `train` and `evaluate` do, and what they tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from painpoints.classify import choose_heads
from painpoints.encoders import choose_encoder, load_encoder
from painpoints.errors import InputError, ModelError
from painpoints.resources import models_dir
from painpoints.store import RememberingEncoder, Workspace
from painpoints.store.connect import telling
from painpoints.train.evaluate import evaluate, evaluation_text
from painpoints.train.labels import LabelFile, read_labels
from painpoints.train.retrain import LEAST_TO_FINETUNE, Retrained, promote, require_task_name, retrain
from painpoints.train.sample import DRAWN, draw_sample, require_suffix
from painpoints.train.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from painpoints.classify import HeadSet
    from painpoints.encoders import Encoder

    Say = Callable[[str], object]

__all__ = ["run_evaluate", "run_sample", "run_train"]

_SHOWN = 10
"""suspicious labels shown on the terminal; all of them are in the file"""


def run_sample(folder: Path, out: Path, tasks: Sequence[str], rows: int, seed: int, lang: str) -> str:
    """Draw, write the workbook, say what was drawn."""
    require_suffix(out)
    tasks = tuple(dict.fromkeys(tasks))
    for task in tasks:
        require_task_name(task)
    with Workspace(folder) as workspace:
        sample = draw_sample(workspace, tasks, rows, seed)
        choices = {task: sorted(set(workspace.labels(task)["label"])) for task in tasks}
    write_workbook(sample, tasks, choices, out, lang)
    drawn = sample.rows["drawn"].value_counts().to_dict()
    mix = ", ".join(f"{drawn.get(name, 0)} {name}" for name in DRAWN)
    return (
        f"{out}: {len(sample.rows)} of {sample.population} segments without a label ({mix}).\n"
        f"Fill in the columns, then: painpoints train {tasks[0]} {out} --workspace {folder}"
    )


def run_train(
    task: str, path: Path, folder: Path, encoder_name: str | None, *, force: bool, finetune: bool, say: Say
) -> tuple[str, bool]:
    """Train, compare, promote if better or forced. The text to tell, and whether it was promoted."""
    require_task_name(task)
    labels = read_labels(path, task)
    name = choose_encoder(encoder_name).name
    base = _require_finetunable(labels, name) if finetune else None
    with Workspace(folder, create=True) as workspace:
        encoder: Encoder = RememberingEncoder(load_encoder(name), workspace)
        current = _comparable(encoder, workspace, task, say)
        result = retrain(labels, encoder, current, workspace, base, say)
        promoted = result.comparison.better or force
        lines = [*_told(labels, result), *_suspects_told(result, folder, task)]
        if promoted:
            model = promote(result, workspace, forced=not result.comparison.better)
            forced = " although it is no better (--force)" if model.forced else ""
            lines.append(
                f"Promoted{forced}: {model.model_id}. Runs with --workspace {folder} use it from now on."
            )
    return "\n".join(lines), promoted


def _comparable(encoder: Encoder, workspace: Workspace, task: str, say: Say) -> HeadSet:
    """The heads in use for `encoder`. One of the workspace's that cannot be used (made for another encoder, damaged)
    cannot be compared with: training is what puts it right."""
    own = [m for m in workspace.models() if m.task == task and m.encoder_digest == encoder.digest]
    try:
        return choose_heads(encoder, own)[0]
    except ModelError as error:
        bundled = choose_heads(encoder)[0]  # raises again where it is the bundled ones that are damaged
        say(f"{error} The comparison is with the bundled classifier instead.")
        return bundled


def _require_finetunable(labels: LabelFile, encoder_name: str) -> Path:
    """The folder of the encoder to fine-tune. Raises `InputError` for one that cannot be, and for too few rows."""
    folder = models_dir() / "accurate" if encoder_name == "accurate" else Path(encoder_name)
    if not (folder / "meta.json").is_file():
        raise InputError(f"The encoder {encoder_name!r} cannot be fine-tuned; use --encoder accurate.")
    if len(labels.rows) < LEAST_TO_FINETUNE:
        raise InputError(
            f"{labels.path.name}: {len(labels.rows)} labelled rows are too few to fine-tune an encoder; "
            f"at least {LEAST_TO_FINETUNE} are needed, and thousands pay. Train without --finetune."
        )
    return folder


def _told(labels: LabelFile, result: Retrained) -> list[str]:
    both, figures = result.comparison, result.figures
    counts = result.labels["label"].value_counts()
    rows = ", ".join(
        f"{label} {counts.get(label, 0)}" for label in result.task.labels if counts.get(label, 0)
    )
    lines = [f"{len(labels.rows)} labelled rows in {labels.path.name}"]
    if result.remembered:
        lines[0] += f", and {result.remembered} that the workspace knew"
    lines[0] += f": {rows}"
    lines += [f"  left out: {sentence}" for sentence in labels.left_out]
    lines += [
        f"On rows that were held out ({_held_out(result)}, {both.rows} rows):",
        f"  {'':26} {'accuracy':>9} {'macro-F1':>9}",
        f"  {'new classifier':26} {both.accuracy_after:9.3f} {both.after:9.3f}",
        f"  {result.compared_with:26} {both.accuracy_before:9.3f} {both.before:9.3f}",
        f"  gain in macro-F1 {both.after - both.before:+.3f}, paired permutation test p = {both.p_value:.4f}; "
        f"against labels shuffled at random p = {both.p_chance:.4f}",
        f"  calibration error {figures['calibration_error']:.3f}",
    ]
    return lines


def _held_out(result: Retrained) -> str:
    return "5-fold cross-validation" if result.heads.finetuned is None else "a fifth, not trained on"


def _suspects_told(result: Retrained, folder: Path, task: str) -> list[str]:
    """The first suspicious labels; all of them go to a file in the workspace."""
    import pandas as pd

    from painpoints.report.tables import write_csv

    out = folder / "labels" / f"{task}-suspects.csv"
    with telling(folder):
        out.unlink(missing_ok=True)  # those of an earlier training
        if not result.suspects:
            return ["No label looks wrong."]
        out.parent.mkdir(exist_ok=True)
        write_csv(pd.DataFrame([vars(s) for s in result.suspects]), out)
    lines = [f"{len(result.suspects)} labels look wrong (all in {out}):"]
    for s in result.suspects[:_SHOWN]:
        where = f"row {s.place}" if s.place else "known before"
        lines.append(f"  {where}: {s.label} -> {s.likelier} ({s.probability:.2f})  {s.text[:80]}")
    return lines


def run_evaluate(task: str, path: Path, folder: Path | None, encoder_name: str | None) -> str:
    """Figures of the classifier in use: the workspace's, or the bundled one."""
    require_task_name(task)
    labels = read_labels(path, task)
    if folder is None:
        encoder = load_encoder(choose_encoder(encoder_name).name)
        heads, _ = choose_heads(encoder)
        return evaluation_text(evaluate(labels, encoder, heads, set()))
    with Workspace(folder) as workspace:
        remembering = RememberingEncoder(load_encoder(choose_encoder(encoder_name).name), workspace)
        heads, _ = choose_heads(remembering, [m for m in workspace.models() if m.task == task])
        trained_on = set(workspace.labels(task)["text_hash"]) if task in heads.promoted else set()
        return evaluation_text(evaluate(labels, remembering, heads, trained_on))
