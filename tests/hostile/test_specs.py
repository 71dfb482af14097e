"""A film's spec, from a stranger: any value in any field is understood or refused, and takes no gigabytes."""

import json

from tests.hostile.limits import MIB, run_limited
from tests.hostile.small_files import spec, whole_spec

VALUES = """
HOSTILE = [
    None, True, -1, 0, 10**9, 2**63, 10**400, 1e308, -1e308, "", "NaN", "Infinity", "x" * 10**6, "\\x1b[2J\\u202e",
    "\\ud800", [], {}, [[]], [20000, 0], [1, 2, 3], ["a"] * 1000, {"en": "x"}, [None], [[1e308] * 4] * 3,
    "S2000000000", "f8,f8", [10**9, 10**9], {"problem.x": [20000, 0]}, {"problem.x": "S2000000000"},
]
"""
CODE = (
    VALUES
    + """
import json
from attnviz.lessons.spec import lessons_from_spec
from attnviz.lessons.registry import build_storyboard
from attnviz.library.steps import chosen_steps

text = sys.stdin.read() if len(sys.argv) < 2 else open(sys.argv[1]).read()

def places(value, at=()):
    if at: yield at
    if isinstance(value, list):  # all chapters, but of numbers the first
        value = dict(enumerate(value if value and isinstance(value[0], dict) else value[:1]))
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*at, name))

def changed(at, value):
    body = json.loads(text)
    inner = body
    for each in at[:-1]:
        inner = inner[each]
    inner[at[-1]] = value
    return json.dumps(body)

count = refused = 0
for at in list(places(json.loads(text))):
    for value in HOSTILE:
        count += 1
        try:
            for each in lessons_from_spec(changed(at, value)):
                board = build_storyboard(each.lesson.name, each.request)
                chosen_steps(board, each.steps)
        except AttnvizError as error:
            refused += 1
            assert "\\n" not in str(error), (at, value, str(error))
            assert len(str(error)) < 1000, (at, value, str(error)[:300])
        except BaseException as error:
            raise AssertionError((at, str(value)[:60])) from error
print(count, refused)
"""
)


def test_any_value_in_any_field_is_read_or_refused_in_less_than_a_gigabyte(tmp_path):
    path = tmp_path / "spec.json"
    path.write_text(whole_spec())

    done = run_limited(CODE, 1024 * MIB, path)

    count, refused = map(int, done.out.split())
    assert count > 25 * 100
    assert refused > count / 2
    assert done.peak < 500 * MIB
    assert done.err == ""  # not a warning of NumPy either


CLAIM = """
from attnviz.lessons.spec import lessons_from_spec
try:
    lessons_from_spec(open(sys.argv[1]).read())
except AttnvizError as error:
    print(error)
"""


def claiming(**fields: object) -> str:
    """A spec of 800 bytes that claims sizes and types for its vectors."""
    body = json.loads(spec())
    problem = body["chapters"][0]["request"]["problem"]
    problem["tokens"] = None
    for name, value in fields.items():
        problem[name] |= value
    return json.dumps(body)


def test_rows_without_numbers_are_not_believed(tmp_path):
    path = tmp_path / "spec.json"
    empty = {"x": [], "w_q": [], "w_k": [], "w_v": []}
    shapes = {"problem.x": [20000, 0]}
    shapes |= {f"problem.{name}": [0, 2] for name in ("w_q", "w_k", "w_v")}
    path.write_text(claiming(problem=empty, shapes=shapes))

    done = run_limited(CLAIM, 1024 * MIB, path)

    assert "problem.x has shape (20000, 0) and no numbers" in done.out
    assert done.peak < 200 * MIB


def test_heads_that_no_column_stands_for_are_not_believed(tmp_path):
    path = tmp_path / "spec.json"
    empty = {"w_q": [[]] * 4, "w_k": [[]] * 4, "w_v": [[]] * 4}
    body = json.loads(claiming(problem=empty))
    body["chapters"][0]["request"]["problem"]["heads"] = 10**9
    path.write_text(json.dumps(body))

    done = run_limited(CLAIM, 1024 * MIB, path)

    assert "trace field heads is missing or of the wrong kind" in done.out


def test_a_type_of_two_gigabytes_is_refused(tmp_path):
    path = tmp_path / "spec.json"
    path.write_text(claiming(dtypes={"problem.x": "S2000000000"}))

    done = run_limited(CLAIM, 1024 * MIB, path)

    assert (
        "trace field problem.x is missing or of the wrong kind: render the film again" in done.out
    )


def test_numbers_that_are_not_finite_or_too_large_are_refused(tmp_path):
    for value, said in (
        ("NaN", "problem.x holds a number that is not finite"),
        (None, "problem.x holds a number that is not finite"),
        (1e308, "too large to compute with"),
    ):
        path = tmp_path / "spec.json"
        path.write_text(claiming(problem={"x": [[value, 1, 1, 1]] * 3}))

        assert said in run_limited(CLAIM, 1024 * MIB, path).out


def test_the_problems_of_all_chapters_together_take_no_more_than_one_may(tmp_path):
    path = tmp_path / "spec.json"
    body = json.loads(claiming(problem={"x": [[1, 1, 1, 1]] * 9000}))
    body["chapters"] = [body["chapters"][0]] * 2
    path.write_text(json.dumps(body))

    done = run_limited(CLAIM, 1024 * MIB, path)

    assert "would need 6.0 GiB, more than the 1 GiB allowed" in done.out
    assert "give the input itself" in done.out


def test_scores_of_a_hundred_heads_are_not_computed_of_a_few_numbers(tmp_path):
    path = tmp_path / "spec.json"
    body = json.loads(claiming(problem={"x": [[1, 1, 1, 1]] * 1000}))
    problem = body["chapters"][0]["request"]["problem"]
    problem["heads"] = 100
    problem["options"]["mask"] = None
    problem["problem"] |= {name: [[1.0] * 100] * 4 for name in ("w_q", "w_k", "w_v")}
    path.write_text(json.dumps(body))
    assert path.stat().st_size < 40_000

    done = run_limited(CLAIM, 1024 * MIB, path)

    assert "would need 3.7 GiB, more than the 1 GiB allowed: give the input itself" in done.out
    assert done.peak < 200 * MIB


def test_all_that_one_film_may_hold_takes_less_than_two_gigabytes(tmp_path):
    path = tmp_path / "spec.json"
    body = json.loads(claiming(problem={"x": [[1, 1, 1, 1]] * 3600}))
    body["chapters"] = [body["chapters"][0]] * 2
    path.write_text(json.dumps(body))

    done = run_limited(CLAIM, 2048 * MIB, path)

    assert done.out == ""
    assert done.peak < 1536 * MIB
