"""All is in pyproject.toml but this: the package carries configs/ and data/ as rnn_intent/starter/.

They stand at the top of the checkout, where people look for them; installed, they must be inside the package.
"""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

TOP = Path(__file__).parent


class BuildWithStarter(build_py):
    def _starter(self):
        """(file in the checkout, its copy in the build)"""
        target = Path(self.build_lib, "rnn_intent", "starter")
        for part in ("configs", "data"):
            for path in sorted((TOP / part).rglob("*")):
                if path.is_file() and not path.name.startswith("."):
                    yield path, target / path.relative_to(TOP)

    def run(self):
        super().run()
        if self.editable_mode:  # the checkout itself is used
            return
        for source, copy in self._starter():
            copy.parent.mkdir(parents=True, exist_ok=True)
            self.copy_file(str(source), str(copy))

    def get_outputs(self, include_bytecode=True):
        return super().get_outputs(include_bytecode) + [str(copy) for _, copy in self._starter()]


setup(cmdclass={"build_py": BuildWithStarter})
