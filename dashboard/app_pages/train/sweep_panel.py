"""A sweep, live: a matrix of noise and code size that fills up as its trainings end."""

from __future__ import annotations

import html
from urllib.parse import quote

import streamlit as st

from ae_core.config import TrainConfig
from ae_core.jobs import states
from ae_core.training.sweeps import store
from ae_core.training.sweeps.store import Cell, Matrix, Sweep
from dashboard import i18n
from dashboard.components import charts, figures, job_panel, library, theme, widgets
from dashboard.i18n import as_text, number, short, spoken, t

WEAKEST, STRONGEST = 6, 46  # percent of the accent under the lowest and the highest PSNR


def panel(name: str) -> None:
    """Draw the sweep ``name``."""
    job_panel.panel(lambda: store.find(name), _panel)


def _panel(sweep: Sweep, state: str) -> None:
    matrix, base = store.matrix(sweep), sweep.trials[0].config
    st.header(sweep.id, anchor=False)
    noise = t(f"noise.{TrainConfig.from_dict(sweep.info['base']).noise.kind}")
    what = t("sweep.line", data=library.set_text(base.data), noise=noise, n=base.epochs)
    st.markdown(f"{job_panel.badge(state)} {what}")
    done, everything = matrix.count("finished"), len(matrix.outcomes)
    text = t("sweep.done", done=done, n=everything)
    eta = job_panel.number(sweep.status().get("eta_seconds"))
    if state == "running" and eta is not None:
        text += " · " + t("sweep.eta", time=figures.duration(eta))
    st.progress(done / everything, text=text)
    if problem := sweep.message():
        job_panel.say(problem)
    _actions(sweep, state, matrix)
    st.html(table(matrix))
    st.caption(t("sweep.how"))
    _failures(matrix)


def table(matrix: Matrix) -> str:
    """Return the matrix as an HTML table; every cell links its first run in Compare."""
    head = "".join(
        f"<th scope='col'>{number(code, 0) if code else html.escape(t('unit.no_code'))}</th>"
        for code in matrix.columns
    )
    rows = []
    for network, level in matrix.rows:
        noise = t("sweep.noise", level=short(level)) if level else t("noise.none")
        label = f"<b>{html.escape(library.network_label(network))}</b><small>{noise}</small>"
        cells = [matrix.cells.get((network, level, code)) for code in matrix.columns]
        row = "".join(_cell(cell, _rivals(matrix, cell)) for cell in cells)
        rows.append(f"<tr><th scope='row'>{label}</th>{row}</tr>")
    caption = html.escape(t("sweep.caption"))
    corner = html.escape(t("sweep.code_size"))
    return (
        f"<p class='ae-sum'>{caption}</p>{theme.scroll(caption, 'ae-sweep')}"
        f"<table aria-label='{caption}'><thead><tr><th scope='col'>{corner}</th>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _rivals(matrix: Matrix, cell: Cell | None) -> list[float]:
    """Return the PSNR of the cells that this one may be compared with, itself among them."""
    task = cell and library.task(cell.outcomes[0].trial.config)
    cells = [c for c in matrix.cells.values() if c.psnr is not None]
    return [c.psnr for c in cells if task and library.task(c.outcomes[0].trial.config) == task]


def _cell(cell: Cell | None, rivals: list[float]) -> str:
    if cell is None:
        return "<td class='none'>–</td>"
    ended = sum(outcome.state == "finished" for outcome in cell.outcomes)
    count = f"<small>{ended}/{len(cell.outcomes)}</small>" if len(cell.outcomes) > 1 else ""
    if cell.psnr is None:
        return f"<td class='{cell.state}'>{_under_way(cell)}{count}</td>"
    ground = _ground(cell.psnr, rivals) if len(rivals) > 1 else ""
    first = next(outcome.trial.id for outcome in cell.outcomes if outcome.state == "finished")
    address = f"compare?runs={quote(first)}&lang={i18n.short_code(i18n.language())}"
    link = f"<a href='{address}' target='_self'>{figures.plain_decibels(cell.psnr, cell.flat)}</a>"
    quiet = ("finished", store.WAITING)  # the count says it
    state = "" if cell.state in quiet else f"<small>{_word(cell.state)}</small>"
    return f"<td class='finished'{ground}>{link}{count}{state}</td>"


def _ground(psnr: float, rivals: list[float]) -> str:
    low, high = min(rivals), max(rivals)
    share = (psnr - low) / (high - low) if high > low else 1.0
    percent = round(WEAKEST + share * (STRONGEST - WEAKEST))
    colour = f"color-mix(in srgb, {theme.ink('ours').css} {percent}%, transparent)"
    return f" style='background: {colour}'"


def _under_way(cell: Cell) -> str:
    going = next((o for o in cell.outcomes if o.state == cell.state), cell.outcomes[0])
    if cell.state == "running":
        epochs = going.trial.config.epochs
        done = t("sweep.epoch", epoch=going.epoch, epochs=epochs)
        return f"{_word('running')}<small>{done}</small>"
    return _word(cell.state)


def _word(state: str) -> str:
    return html.escape(t("sweep.waiting") if state == store.WAITING else t(f"state.{state}"))


def _actions(sweep: Sweep, state: str, matrix: Matrix) -> None:
    with st.container(horizontal=True, key="sweep_actions"):
        if state in ("queued", "running") and widgets.deed("sweep.stop", "stop"):
            job_panel.attempt(sweep.cancel)
        left = len(matrix.outcomes) - matrix.count("finished")
        resumable, label = left and state not in states.ACTIVE, t("sweep.resume", n=left)
        if resumable and widgets.deed("sweep_resume", "play_arrow", label=label):
            job_panel.attempt(sweep.launch)
        best, note = best_of_each(matrix), t("sweep.compare_help")
        if best and widgets.button("sweep.compare", "compare_arrows", help=note):
            st.switch_page("app_pages/compare/page.py", query_params={"runs": ",".join(best)})


def best_of_each(matrix: Matrix) -> list[str]:
    """Return the runs with the highest PSNR at each code size, as many as Compare shows.

    Only those at the lowest noise level there are compared, and none whose PSNR is a mean over
    tasks; it stands alone where nothing else has that code size.
    """
    found = []
    for code in matrix.columns:
        level = min(key[1] for key in matrix.cells if key[2] == code)
        ended = [
            outcome
            for key, cell in matrix.cells.items()
            if key[1:] == (level, code)
            for outcome in cell.outcomes
            if outcome.state == "finished" and outcome.psnr is not None
        ]
        ended = [o for o in ended if library.task(o.trial.config)] or ended
        if ended:
            found.append(max(ended, key=lambda outcome: outcome.psnr).trial.id)
    return found[-charts.MOST_RUNS :]


def _words(outcome: store.Outcome) -> str:
    config = outcome.trial.config
    return f"{library.config_line(config)} · {t('train.seed')} {config.seed}"


def _failures(matrix: Matrix) -> None:
    failed = [outcome for outcome in matrix.outcomes if outcome.state == "failed"]
    if failed:
        lines = [f"- **{as_text(_words(outcome))}**: {spoken(outcome.error)}" for outcome in failed]
        st.error(t("sweep.failed", n=len(failed)) + "\n" + "\n".join(lines), icon=":material/error:")
