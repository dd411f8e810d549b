"""Plants includes in a small tree and sees what layering.py says of them."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import layering

GOOD_TREE = {
    "core/base/clock.h": '#include "absl/time/time.h"\n#include <memory>\n',
    "core/text/tokenizer.h": '#include "core/base/clock.h"\n',
    "core/nn/lstm_cell.h": "#include <ATen/core/Tensor.h>\n",
    "core/nn/lstm_cell.cc": '#include <ATen/ATen.h>\n#include "core/text/tokenizer.h"\n',
    # Two arrows away.
    "core/train/trainer.h": '#include "core/text/tokenizer.h"\n#include "core/metrics/f.h"\n',
    "server/main.cc": '#include <grpcpp/server.h>\n#include "carousel/v1/a.pb.h"\n'
                      '#include "core/train/trainer.h"\n',
    "client/client.cc": '#include "core/base/clock.h"\n#include "carousel/v1/a.grpc.pb.h"\n',
    "tests/core/base/clock_test.cc": '#include "server/main.h"\n',
}

# What to plant, and a part of what must be said of it.
BAD_INCLUDES = [
    ("core/base/clock.h", '#include "core/text/tokenizer.h"',
     "core/base does not depend on core/text"),
    ("core/metrics/f.cc", '#include "core/data/batcher.h"',
     "core/metrics does not depend on core/data"),
    ("core/jobs/runner.cc", '#include "core/train/trainer.h"',
     "core/jobs does not depend on core/train"),
    ("core/serve/queue.h", '#include "core/train/trainer.h"',
     "core/serve does not depend on core/train"),
    ("client/cli.cc", '#include "core/text/tokenizer.h"',
     "client does not depend on core/text"),
    ("client/cli.cc", '#include "server/options.h"',
     "client does not depend on server"),
    ("worker/wire.h", '#include "server/main.h"',
     "worker does not depend on server"),
    ("core/store/database.cc", '#include "carousel/v1/a.pb.h"',
     "core/store does not depend on proto"),
    ("core/store/database.cc", '#  include "google/rpc/status.pb.h"',
     "core/store does not depend on proto"),
    ("core/base/clock.cc", "#include <grpcpp/grpcpp.h>", "core knows no gRPC"),
    ("core/base/clock.cc", '#include "spdlog/spdlog.h"', "no logging library"),
    ("core/base/clock.cc", '#include "tests/support/temp_dir.h"',
     "core/base does not depend on tests"),
    ("core/train/trainer.h", "#include <torch/torch.h>",
     "only headers of core/nn and core/engine"),
    ("server/main.h", "#include <c10/util/Half.h>",
     "only headers of core/nn and core/engine"),
    ("core/engine/engine.h", "#include <ATen/ATen.h>",
     "a header includes ATen/core/Tensor.h alone"),
    ("server/main.cc", "#include <torch/torch.h>", "whose headers clash"),
    # Met through another header.
    ("server/main.cc", '#include "core/nn/lstm_cell.h"',
     "meets both ATen/core/Tensor.h and carousel/v1/a.pb.h"),
    ("core/text/tokenizer.h", '#include "vocabulary.h"', "from the root"),
    ("core/fresh/new.cc", "", "core/fresh is not a module"),
]


@contextlib.contextmanager
def planted(name=None, content=""):
    """The root of the good tree, with `content` added to the file `name`."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        files = dict(GOOD_TREE)
        if name:
            files[name] = files.get(name, "") + content
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        yield root


def run_main(*arguments):
    """(exit code, what was printed)."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        code = layering.main([str(argument) for argument in arguments])
    return code, output.getvalue()


class LayeringTest(unittest.TestCase):
    def test_accepts_a_tree_that_follows_the_arrows(self):
        with planted() as root:
            self.assertEqual(layering.check_tree(root), (len(GOOD_TREE) - 1, []))

    def test_catches_each_bad_include(self):
        for name, line, reason in BAD_INCLUDES:
            with self.subTest(file=name, include=line):
                with planted(name, line + "\n") as root:
                    _, errors = layering.check_tree(root)
                of_file = [error for error in errors if error.startswith(name)]
                self.assertIn(reason, "\n".join(of_file))

    def test_names_the_line(self):
        bad = '\n#include "core/nn/lstm_cell.h"\n'
        with planted("core/text/tokenizer.h", bad) as root:
            _, errors = layering.check_tree(root)
        self.assertIn("core/text/tokenizer.h:3: ", errors[0])

    def test_exits_1_when_a_rule_is_broken(self):
        with planted() as root:
            self.assertEqual(run_main(root)[0], 0)
        with planted("core/text/tokenizer.h", '#include "server/main.h"\n') as root:
            code, output = run_main(root)
        self.assertEqual(code, 1)
        self.assertIn("core/text does not depend on server", output)

    def test_a_tree_without_sources_is_an_error(self):
        with tempfile.TemporaryDirectory() as empty:
            self.assertEqual(run_main(empty)[0], 1)

    def test_the_arrows_form_no_circle(self):
        for module in layering.ARROWS:
            for target in layering.ARROWS[module]:
                self.assertNotIn(module, layering.reach(target))


if __name__ == "__main__":
    unittest.main()
