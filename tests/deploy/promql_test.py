"""Expressions, and what promql.py finds in them."""

import unittest

import promql

NAMES = [
    ("up", {"up"}),
    ('sum by (code) (rate(a_total{method=~"b|c", code!="OK"}[5m]))', {"a_total"}),
    ("sum without (code) (rate(a[5m])) / b:c:d", {"a", "b:c:d"}),
    ("sum(rate(a_sum[1m])) by (le) / sum(b)", {"a_sum", "b"}),
    ("a * on (x) group_left (y, z) b and c offset 3h or 4e9 * d", {"a", "b", "c", "d"}),
    ("histogram_quantile(0.95, sum by (le) (rate(a_bucket[$__rate_interval])))", {"a_bucket"}),
    ("predict_linear(a[6h], 24 * 3600) < 0", {"a"}),
    ("vector(16384)", set()),
    ("a:b_seconds:p95_5m > 1.5e3", {"a:b_seconds:p95_5m"}),
    ('label_values(a, slot)', {"a", "slot"}),
    ('absent(up{job="other_metric"}) > bool 1', {"up"}),
    ("max_over_time((a and b)[1h:1m]) == inf", {"a", "b"}),
    ("(time() - a) * ignoring (x) group_left (x)\n b", {"a", "b"}),
]


class PromqlTest(unittest.TestCase):
    def test_names_are_those_of_series_alone(self):
        for expression, names in NAMES:
            with self.subTest(expression):
                self.assertEqual(promql.metric_names(expression), names)

    def test_variables_are_replaced_in_both_spellings(self):
        self.assertEqual(
            promql.replace_variables('a{b=~"$b"}[${__range}]', {"b": ".*", "__range": "1h"}),
            'a{b=~".*"}[1h]')

    def test_an_unknown_variable_is_an_error(self):
        with self.assertRaises(KeyError):
            promql.replace_variables("a[$c]", {"b": ""})


if __name__ == "__main__":
    unittest.main()
