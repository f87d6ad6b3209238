"""Endpoints below /api/v1/: no TMF shape, the same manners."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.integration.tmf.conftest import MakeBoxes

STORY = "/api/v1/boxes/B1/story"


@pytest.mark.parametrize("path", [STORY, f"{STORY}/"])
def test_an_endpoint_reads_its_path_and_query(api: Client, path: str) -> None:
    response = api.get(path, {"chapter": "3"})
    assert response.json() == {"no": "B1", "chapter": 3, "weird": 1}
    assert api.get(path, {"fields": "chapter"}).json() == {"chapter": None}


@pytest.mark.parametrize(
    "query_string",
    ["chapter=x", "chapter=1,2", "chapter.gt=1", "nosuch=1", "limit=1", "offset=0", "sort=no",
     "cursor=x", "chapter=1&chapter=2"],
)  # fmt: skip
def test_a_bad_question_is_refused(api: Client, query_string: str) -> None:
    assert api.get(f"{STORY}?{query_string}").status_code == 400


def test_an_endpoint_pages_what_is_no_table(api: Client) -> None:
    response = api.get("/api/v1/words/?initial=b&limit=4&offset=4&fields=word")
    assert response.json() == [{"word": f"b{number}"} for number in range(4, 8)]
    assert response.headers["X-Total-Count"] == "10"
    assert response.headers["X-Result-Count"] == "4"
    assert response.headers["Link"] == (
        '<http://testserver/api/v1/words?initial=b&fields=word&limit=4&offset=0>; rel="first", '
        '<http://testserver/api/v1/words?initial=b&fields=word&limit=4&offset=0>; rel="prev", '
        '<http://testserver/api/v1/words?initial=b&fields=word&limit=4&offset=8>; rel="next", '
        '<http://testserver/api/v1/words?initial=b&fields=word&limit=4&offset=8>; rel="last"'
    )


def test_an_endpoint_may_take_a_post(api: Client) -> None:
    def tell(body: object) -> tuple[int, object]:
        response = api.post("/api/v1/words", json.dumps(body), content_type="application/json")
        return response.status_code, response.json()

    assert tell({"word": "x"}) == (200, {"said": "x"})
    assert tell({})[0] == 400


def test_a_plain_list_is_what_represent_says(api: Client, boxes: MakeBoxes) -> None:
    boxes(2)
    assert api.get("/api/v1/boxes?name=box 2").json() == [{"no": "B0002"}]
    assert api.get("/api/v1/boxes/B0001").json() == {"no": "B0001"}
    assert api.get("/api/v1/boxes?id=B0001").status_code == 400
