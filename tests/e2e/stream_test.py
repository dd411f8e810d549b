"""`carousel stream` and PredictStream through the real binaries."""

import json
import subprocess
import unittest

from carousel_test_case import BAD, GOOD, TIMEOUT, CarouselTestCase

TEXT = (f"The film was {GOOD[0]}, {GOOD[1]} &amp; <i>caf\u00e9</i>-like; it "
        f"wasn't {BAD[0]}<br />at all... 9.5/10 <!-- for now --> and {GOOD[2]}")


class StreamTest(CarouselTestCase):
    def train_to_the_end(self, model, *settings):
        *_, end = self.watch(self.train(model, 4, *settings))
        self.assertEqual(end["state"], "SUCCEEDED", end)

    def stream(self, pieces, *arguments):
        """Writes piece after piece as their answers come, and gives these."""
        process = subprocess.Popen(
            self.command("--json", "stream", *arguments),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        answers = []
        with process:
            for piece in pieces:
                process.stdin.write(piece)
                process.stdin.flush()
                answers.append(json.loads(process.stdout.readline()))
            process.stdin.close()
            answers.append(json.loads(process.stdout.readline()))
        self.assertEqual(process.wait(TIMEOUT), 0)
        return answers

    def test_a_text_in_pieces_ends_at_the_answer_for_the_whole(self):
        self.start_server()
        self.import_all()
        self.train_to_the_end("live", "--preset=streaming")
        whole = self.json("predict", "--model=live", f"--text={TEXT}")
        whole = whole["results"][0]
        data = TEXT.encode()
        for size in (1, 7, len(data)):
            pieces = [data[i:i + size] for i in range(0, len(data), size)]
            *running, last = self.stream(pieces, "--model=live")
            self.assertTrue(last["is_final"])
            self.assertFalse(last["is_cut"])
            self.assertEqual(last["bytes"], len(data))
            self.assertEqual(last["label"], whole["label"])
            self.assertAlmostEqual(last["probability"], whole["probability"],
                                   delta=1e-6)
            tokens = [answer["tokens"] for answer in running]
            self.assertEqual(tokens, sorted(tokens))
            self.assertFalse(any(answer["is_final"] for answer in running))
        self.assertIsNone(self.stream([b"The"], "--model=live")[0]["probability"])

    def test_what_cannot_be_streamed_says_so(self):
        self.start_server()
        self.import_all()
        self.train_to_the_end("whole", "--preset=strong")
        error = self.json("stream", "--model=whole", code=4, stdin=TEXT)["error"]
        self.assertEqual(error["code"], "FAILED_PRECONDITION")
        self.assertIn("bidirectional", error["message"])
        self.run_client("stream", "--model=nobody", code=3, stdin=TEXT)
        self.train_to_the_end("live", "--preset=streaming")
        error = self.json("stream", "--model=live", code=4, stdin="")["error"]
        self.assertEqual(error["code"], "INVALID_ARGUMENT")
        result = self.run_client("stream", "--model=live", stdin=TEXT)
        self.assertIn("PROBABILITY", result.stdout)


if __name__ == "__main__":
    unittest.main()
