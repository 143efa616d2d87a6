"""What may be set for visitors: from the environment, from the file, and what cannot be."""

import dataclasses
import os
import tomllib

import pytest

from ae_core.errors import UserError
from ae_core.machine import settings


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    for one in dataclasses.fields(settings.Settings):
        monkeypatch.delenv(one.metadata["variable"], raising=False)
    return tmp_path


def test_without_anything_nothing_is_limited(folder):
    assert settings.read() == settings.Settings()


def test_a_variable_goes_before_the_file(folder, monkeypatch):
    (folder / settings.FILE).write_text("exhibition = true\nmost_jobs = 3\nmost_disk_gb = 0.5\n")
    assert settings.read() == settings.Settings(exhibition=True, most_jobs=3, most_disk_gb=0.5)
    monkeypatch.setenv("AE_MOST_JOBS", "7")
    monkeypatch.setenv("AE_EXHIBITION", "0")
    assert settings.read() == settings.Settings(most_jobs=7, most_disk_gb=0.5)


def test_the_template_names_every_setting_and_changes_none(folder):
    text = settings.template()
    assert tomllib.loads(text) == {}
    (folder / settings.FILE).write_text(text.replace("# most_jobs", "most_jobs"))
    assert settings.read() == settings.Settings()
    lines = [line.removeprefix("# ") for line in text.splitlines() if " = " in line]
    assert tomllib.loads("\n".join(lines)) == dataclasses.asdict(settings.Settings())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("most_jobs = -1", "AE_MOST_JOBS"),
        ('exhibition = "perhaps"', "AE_EXHIBITION"),
        ("most_upload_mb = nan", "AE_MOST_UPLOAD_MB"),
        ("most_jobs = true", "AE_MOST_JOBS"),
        ("most_jobs = 1.9", "AE_MOST_JOBS"),
        ("ready_minutes = 999999999", "AE_READY_MINUTES"),
        ('poll_seconds = "x"', "AE_POLL_SECONDS"),
        ('teacher_token = ["a"]', "AE_TEACHER_TOKEN must be text"),
        ("teacher_token = false", "AE_TEACHER_TOKEN must be text"),
        ("import_root = 1", "AE_IMPORT_ROOT must be text"),
        ("most_jbos = 3", "most_jbos"),
        ("[", "cannot be read"),
    ],
)
def test_what_cannot_be_is_one_sentence(folder, content, says):
    (folder / settings.FILE).write_text(content)
    with pytest.raises(UserError, match=says):
        settings.read()


def test_a_file_from_the_first_second_of_all_is_read(folder):
    (folder / settings.FILE).write_text("classroom = true\n")
    os.utime(folder / settings.FILE, ns=(0, 0))
    assert settings.read().classroom


@pytest.mark.parametrize("leads_to", ["nowhere", settings.FILE, "/dev/zero", "file/within"])
def test_a_file_that_is_there_is_never_passed_over(folder, leads_to):
    (folder / "file").touch()
    (folder / settings.FILE).symlink_to(leads_to)
    with pytest.raises(UserError, match=r"settings\.toml cannot be read"):
        settings.read()


def test_a_pipe_for_a_file_of_settings_is_not_waited_for(folder):
    os.mkfifo(folder / settings.FILE)
    with pytest.raises(UserError, match="it is no file"):
        settings.read()


def test_the_file_is_read_as_strictly_as_the_variables(folder):
    (folder / settings.FILE).write_text('teacher_token = " a secret "\nimport_root = "  off "\n')
    assert (settings.read().teacher_token, settings.read().import_root) == ("a secret", "off")


@pytest.mark.parametrize("variable", ["AE_TEACHER_TOKEN", "AE_IMPORT_ROOT"])
def test_what_is_not_utf8_is_one_sentence_that_tells_no_secret(folder, monkeypatch, variable):
    monkeypatch.setenv(variable, os.fsdecode(b"hidden\xff"))
    with pytest.raises(UserError, match=f"{variable} must be text in UTF-8") as caught:
        settings.read()
    assert "hidden" not in str(caught.value)
