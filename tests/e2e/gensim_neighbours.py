"""Answers queries with gensim's most_similar, for gensim_test.py.

    gensim_neighbours.py VECTORS COUNT < queries

VECTORS is word2vec text, gzipped or not, or GloVe text with --glove before it.
A query is a line of JSON, {"positive": [...], "negative": [...]}, and so is an
answer, [[word, cosine], ...].
"""

import json
import sys

from gensim.models import KeyedVectors


def main(arguments):
    no_header = arguments[0] == "--glove"
    path, count = arguments[no_header:]
    vectors = KeyedVectors.load_word2vec_format(
        path, no_header=no_header, unicode_errors="replace")
    for line in sys.stdin:
        query = json.loads(line)
        print(json.dumps([
            [word, float(cosine)] for word, cosine in vectors.most_similar(
                positive=query["positive"], negative=query["negative"],
                topn=int(count))]))


if __name__ == "__main__":
    main(sys.argv[1:])
