"""Makes packages/wheel/src/testing/packaging-cases.json: what `packaging` says of the texts that its tests use.

usage: pip download --no-deps --no-binary :all: packaging==VERSION
       tar xf packaging-VERSION.tar.gz
       tmp/oracles/bin/python tools/packaging-cases/update.py packaging-VERSION/tests

Only texts are taken, never code: version numbers, specifiers, requirements and markers, with the verdict of the
installed `packaging` (the normalised form, or null for what it refuses).
"""

import ast
import json
import pathlib
import sys

import packaging
from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

tests = pathlib.Path(sys.argv[1])
PARSERS = {"Version", "parse", "Specifier", "SpecifierSet", "Requirement", "Marker"}


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def texts(name):
    """Elements of lists and tuples, assigned values, and arguments of the parsers."""
    found = set()
    for node in ast.walk(ast.parse((tests / name).read_text(encoding="utf-8"))):
        if isinstance(node, (ast.List, ast.Tuple)):
            found.update(element.value for element in node.elts if is_text(element))
        elif isinstance(node, ast.Assign) and is_text(node.value):
            found.add(node.value.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in PARSERS:
            found.update(argument.value for argument in node.args if is_text(argument))
    return sorted(text for text in found if len(text) < 200 and "Expected" not in text)


def verdicts(names, parse, error):
    result = {}
    for text in sorted({text for name in names for text in texts(name)}):
        try:
            result[text] = str(parse(text))
        except error:
            result[text] = None
    return result


cases = {
    "source": f"the tests of packaging {packaging.__version__}",
    "versions": verdicts(["test_version.py"], Version, InvalidVersion),
    "specifiers": verdicts(["test_specifiers.py"], SpecifierSet, InvalidSpecifier),
    "requirements": verdicts(["test_requirements.py"], Requirement, InvalidRequirement),
    "markers": verdicts(["test_markers.py"], Marker, InvalidMarker),
}
target = pathlib.Path(__file__).parents[2] / "packages/wheel/src/testing/packaging-cases.json"
target.write_text(json.dumps(cases, indent=2, ensure_ascii=True) + "\n", encoding="utf-8")
