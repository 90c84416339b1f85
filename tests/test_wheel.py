"""The wheel holds everything: installed in an empty environment, it builds and answers from another folder."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_wheel_works_in_an_empty_environment_and_another_folder(tmp_path: Path) -> None:
    def run(*command: object) -> str:
        words = [str(word) for word in command]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
    run(python, "-m", "pip", "check", "--disable-pip-version-check")
    record = ROOT / "data" / "demonstration" / "crea-ocean.json"
    run(python, "-m", "atlas_ld", "build", "--data", record, "--releases", "here")
    total = "SELECT (SUM(?amount) AS ?total) { ?line atlas:amount ?amount }"
    assert "79300" in run(python, "-m", "atlas_ld", "query", total, "--releases", "here")
    run(
        python,
        "-c",
        "import atlas_ld.web.wsgi, os; os.environ['ATLAS_LD_RELEASES'] = 'here'; "
        "client = atlas_ld.web.wsgi.application().test_client(); "
        "pages = ('/', '/about/licences', '/static/vendor/yasqe/yasqe.min.js'); "
        "assert [client.get(page).status_code for page in pages] == [200, 200, 200]",
    )
