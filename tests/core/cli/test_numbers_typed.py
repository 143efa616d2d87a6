"""Numbers as they are typed: what makes no sense is one sentence, before anything begins."""

import argparse

import pytest

from ae_core.cli import _parser, main
from ae_core.maintenance.__main__ import _parser as maintainers_parser
from ae_core.maintenance.__main__ import main as maintain

REFUSED = [
    "evaluate RUN --classics -1",
    "evaluate RUN --bm3d -1",
    "evaluate RUN --images 0",
    "evaluate RUN --rate-quality --images -5",
    "compress a.png -o a.aep --bytes -1",
    "compress a.png -o a.aep --bytes 0",
    "compress a.png -o a.aep --group 0",
    "compress a.png -o a.aep --level 256",
    "compress --data letters -o a.aep --images 0",
    "decompress a.aep -o out --only 0",
    "denoise a.png -o out --level -1",
    "denoise a.png -o out --level inf",
    "reconstruct RUN a.png -o out --level nan",
    "reconstruct RUN a.png -o out --search 1001",
    "reconstruct RUN a.png -o out --search -1",
    "reconstruct RUN a.png -o out --seed 99999999999999999999999",
    "encode RUN a.png -o codes --size 0",
    "encode RUN a.png -o codes --level 256",
    "decode RUN codes.npy -o out --size -3",
    "report -o out --epochs 0",
    "runs show RUN --log -1",
    "bench devices --repeats 0",
    "bench devices --seconds 0",
    "bench devices --limit -5",
    "train --epochs -1",
    "train --run RUN --epochs 0",
    "train --limit 0",
    "train --batch many",
    "sweep --resume RUN --epochs -1",
    "design show dense --epochs -3",
]


@pytest.mark.parametrize("words", REFUSED)
def test_a_number_that_makes_no_sense_is_refused_by_its_option(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    assert main(words.split()) == 2
    said = capsys.readouterr().err
    option = words.split()[-2]
    assert said.startswith(f"error: {option} takes a ") and said.count("\n") == 1
    assert f"not '{words.split()[-1]}'." in said and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words", ["publish a b --images 0", "tune-denoisers a.json --images -1"], ids=str
)
def test_so_are_those_of_the_maintainers(words, capsys):
    assert maintain(words.split()) == 2
    assert "--images takes a whole number from 1, not" in capsys.readouterr().err


@pytest.mark.parametrize("side", ["0x5x3", "²", "5x5x5x5", ""])
def test_a_side_of_nothing_is_refused(side, capsys):
    with pytest.raises(SystemExit):
        main(["runs", "import", "x.keras", "--side", side])
    assert "is no size like" in capsys.readouterr().err


@pytest.mark.parametrize("parser", [_parser, maintainers_parser])
def test_no_option_takes_whole_numbers_of_any_size(parser):
    def every(parser):
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for name, inner in action.choices.items():
                    yield from ((f"{name} {option}", kind) for option, kind in every(inner))
            else:
                yield "/".join(action.option_strings), action.type

    assert [option for option, kind in every(parser()) if kind is int] == []
