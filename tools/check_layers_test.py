#!/usr/bin/env python3
"""Proves that check-layers.py refuses what it is there to refuse, on small trees of its own."""
import importlib.util
import pathlib
import tempfile
import unittest

spec = importlib.util.spec_from_file_location("check_layers", pathlib.Path(__file__).with_name("check-layers.py"))
check_layers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check_layers)

THREE_LAYERS = """
antiphon_module(base LIBRARIES fmt::fmt)   # bottom
antiphon_module(net DEPENDS base)
antiphon_module(scenario
  DEPENDS base   # not net
  PRIVATE_LIBRARIES zlib)
antiphon_module(cli DEPENDS base net scenario)
"""


class CheckLayers(unittest.TestCase):
    def offences(self, files, modules=THREE_LAYERS):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {"antiphon/CMakeLists.txt": modules, **files}.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            problems, _ = check_layers.check(root)
            return problems

    def refuses(self, name, include, *words, **others):
        problems = self.offences({name: f"#pragma once\n#include {include}\n", **others})
        self.assertEqual(len(problems), 1, problems)
        for word in (f"{name}:2:", *words):
            self.assertIn(word, problems[0])

    def test_downward_includes_pass(self):
        self.assertEqual(self.offences({"antiphon/scenario/run.cpp": '#include "antiphon/base/task.hpp"\n#include "antiphon/scenario/internal/turn.hpp"\n',
                                        "antiphon/net/http.cpp": "#include <boost/beast/http.hpp>\n#include <boost/asio/awaitable.hpp>\n",
                                        "antiphon/antiphon.hpp": '#include "antiphon/scenario/run.hpp"\n'}), [])

    def test_upward_include_is_refused_with_place_and_what_is_allowed(self):
        self.refuses("antiphon/base/clock.hpp", '"antiphon/scenario/run.hpp"', "antiphon/scenario/run.hpp", "base may include only itself")

    def test_undeclared_sideways_include_is_refused(self):
        self.refuses("antiphon/scenario/run.cpp", "<antiphon/net/http.hpp>", "scenario may include only base")

    def test_relative_path_is_no_way_around(self):
        self.refuses("antiphon/base/clock.hpp", '"../net/http.hpp"', "antiphon/net/http.hpp", "base may include only itself",
                     **{"antiphon/net/http.hpp": "#pragma once\n"})

    def test_internal_header_of_another_module_is_refused(self):
        self.refuses("antiphon/net/http.cpp", '"antiphon/base/internal/heap.hpp"', "belongs to base alone")
        self.refuses("tests/whole_test.cpp", '"antiphon/base/internal/heap.hpp"', "belongs to base alone")

    def test_internal_header_in_one_that_is_installed_is_refused(self):
        self.refuses("antiphon/base/clock.hpp", '"antiphon/base/internal/heap.hpp"', "internal/ is not installed")
        self.refuses("antiphon/base/clock/wall.hpp", '"../internal/heap.hpp"', "internal/ is not installed",
                     **{"antiphon/base/internal/heap.hpp": "#pragma once\n"})

    def test_internal_headers_are_for_sources_and_for_what_is_not_installed(self):
        include = '#include "antiphon/base/internal/heap.hpp"\n'
        self.assertEqual(self.offences({"antiphon/base/clock.cpp": include, "antiphon/base/clock_test.cpp": include, "antiphon/base/internal/tree.hpp": include,
                                        "antiphon/cli/run/plan.hpp": '#include "antiphon/cli/internal/options.hpp"\n'}), [])

    def test_module_header_that_gathers_all_is_refused_inside_modules(self):
        self.refuses("antiphon/base/clock.hpp", '"antiphon/antiphon.hpp"', "gather all modules")

    def test_command_line_is_for_the_program_alone(self):
        self.refuses("antiphon/antiphon.hpp", '"antiphon/cli/run.hpp"', "may include cli")

    def test_beast_outside_net_is_refused(self):
        self.refuses("antiphon/scenario/run.cpp", "<boost/beast/core.hpp>", "antiphon/net/")

    def test_all_of_asio_is_refused(self):
        self.refuses("antiphon/net/http.cpp", "<boost/asio.hpp>", "drags in all of Asio")

    def test_undeclared_module_is_refused(self):
        self.refuses("antiphon/load/ramp.cpp", '"antiphon/base/task.hpp"', "antiphon_module(load")

    def test_circle_is_refused_and_shown(self):
        problems = self.offences({}, "antiphon_module(a DEPENDS b)\nantiphon_module(b DEPENDS c)\nantiphon_module(c DEPENDS a)\n")
        self.assertEqual(len(problems), 1)
        self.assertIn("a -> b -> c -> a", problems[0])

    def test_unknown_dependency_is_refused(self):
        problems = self.offences({}, "antiphon_module(net DEPENDS bass)\n")
        self.assertEqual(len(problems), 1)
        self.assertIn("net depends on bass, which is no module", problems[0])

    def test_project_itself_is_clean(self):
        problems, files = check_layers.check(pathlib.Path(__file__).resolve().parent.parent)
        self.assertGreater(files, 10)
        self.assertEqual(problems, [])


if __name__ == "__main__":
    unittest.main()
