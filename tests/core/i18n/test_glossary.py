"""One word for each thing: what the catalogues must not say, and what they say instead."""

import re

import pytest

from ae_core import i18n

# By language: a pattern of what is not said, and what is.
INSTEAD = {
    "en": {
        r"\b[Pp]ictures?\b": "image",
        r"\b[Rr]ebuil[dt]s?\b": "reconstruct",
        r"\b[Cc]odec network": "rate network",
        r"largest step of learning": "learning rate",
        r"any length": "any size",
        r"\*\*Ratio\*\*": "compression ratio",
    },
    "pt-BR": {
        r"\btreinos?\b": "treinamento",
        r"\b([Oo]|[DdNnAa]o|[Uu]m|[Pp]elo) (PSNR|SSIM)\b": "a PSNR",
        r"\bPSNR (do resultado )?(é|foi) (conhecido|medido)\b": "conhecida",
        r"\bfiguras?\b": "imagem",
        r"\bexecuç(ão|ões)\b": "treinamento",
        r"\bcomprimentos?\b": "tamanho",
        r"passo de aprendizado": "taxa de aprendizado",
        r"\bapag(a|ar|ad[ao]s?|ue|ue-[oa])\b": "excluir",
        r"\b([Rr]ede|página) do codec\b": "rede de taxa",
        r"codificador \{codec\}": "codec",
        r"\b(autocodificador|caderno|reconstituição|dataset)\b": "autoencoder, notebook, …",
        r"(?<!-)\b(?-i:GPUs?)\b(?! da Apple| dos processadores| no macOS)": "placa de vídeo",
        r"\bcart(ão|ões) gráfic[oa]s?\b": "placa de vídeo",
    },
}
KEPT = {  # in files that were written before, or as a program names it
    "own pictures: {count:,}",
    "All tiles of a picture are in one part: training, validation or test.",
    "Training and test images can be tiles of the same picture.",
    "explore.chosen",  # a place of that name
}


def texts(language):
    for key, entry in i18n.catalogue(language).items():
        for text in entry.values() if isinstance(entry, dict) else [entry]:
            yield key, text.replace("{dataset", "{")


@pytest.mark.parametrize("language", INSTEAD)
def test_no_second_word_for_a_thing(language):
    found = [
        f"{instead}: {key}: {text}"
        for key, text in texts(language)
        for pattern, instead in INSTEAD[language].items()
        if key not in KEPT and re.search(pattern, text, re.IGNORECASE)
    ]
    assert found == []


def test_what_the_program_says_in_english_keeps_to_them_too():
    sentences = [key for key in i18n.catalogue("pt-BR") if " " in key and key not in KEPT]
    assert len(sentences) > 350
    patterns = INSTEAD["en"].items()
    assert [s for s in sentences for p, _ in patterns if re.search(p, s, re.IGNORECASE)] == []
