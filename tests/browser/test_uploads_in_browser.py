"""A file of the size that a page offers to take arrives, however large Streamlit's own limit is."""

import zipfile

from browser_support import settle

MEGABYTES = 30  # more than what the server takes before the first page


def test_a_large_file_arrives(visit, tmp_path):
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("noise.bin", bytes(MEGABYTES << 20))
    page = visit("/data")
    page.locator(".st-key-data_import summary").first.click()
    settle(page)
    with page.expect_response(lambda answer: "upload_file" in answer.url) as sent:
        page.locator(".st-key-data_files input[type=file]").set_input_files(path)
    assert sent.value.status == 204
    assert "Error" not in page.locator(".st-key-data_files").inner_text()
