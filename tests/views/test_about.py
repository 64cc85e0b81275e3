"""The model card as the server sends it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.application import create_app
from app.core.config import Settings
from app.models.artifact_store import ArtifactStore, sha256
from tests.unit.models.test_choice_document import CHOICE
from tests.views.page_text import text_of


def change(settings: Settings, name: str, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edit one of the version's files as if it had been written so."""
    folder = ArtifactStore(settings.artifacts_dir, "mall").folder / "1"
    content = json.loads((folder / name).read_bytes())
    edit(content)
    model = json.loads((folder / "model.json").read_bytes())
    for file, document in ((name, content), ("model.json", model)):
        (folder / file).write_text(json.dumps(document), encoding="utf-8")
        model["files"][file] = sha256((folder / file).read_bytes())
    (folder / "model.json.sha256").write_text(model["files"]["model.json"], encoding="ascii")


@pytest.fixture
def chosen(trained: Settings) -> Iterator[TestClient]:
    """A client of a version whose number of segments was chosen in training."""
    answers = {"elbow": 4, "silhouette": 5, "gap": None}
    choice = CHOICE | {"answers": answers, "text": "5 separate groups: silhouette agrees."}
    ours = CHOICE["alternatives"][0] | {"method": "kmeans"}
    choice |= {"alternatives": [ours, *CHOICE["alternatives"]]}
    change(trained, "analysis.json", lambda content: content.update(choice=choice))
    with TestClient(create_app(trained)) as client:
        yield client


class TestChoice:
    def test_who_says_what(self, chosen: TestClient) -> None:
        text = text_of(chosen.get("/about").text)
        assert "5 separate groups: silhouette agrees." in text
        assert "Each comes back." in text
        assert "What each criterion would choose by itself: they disagree" in text
        assert "The elbow of the inertia 4 disagrees" in text
        assert "Silhouette 5 agrees" in text
        assert "The gap statistic no number disagrees" in text

    def test_other_ways_beside_the_one_that_serves(self, chosen: TestClient) -> None:
        text = text_of(chosen.get("/recipes/mall/about").text)
        assert "What other ways of clustering make of 200 of these customers" in text
        assert "k-means 2 100, 90 – the one that serves 5 % 0.50 –" in text
        assert "DBSCAN 2 100, 90 0.90 nearly the same, of those it places 5 % 0.50 –" in text

    def test_the_card_among_the_versions_says_who_chose(self, chosen: TestClient) -> None:
        text = text_of(chosen.get("/models").text)
        assert "Segments 5, chosen automatically, though criteria disagree" in text
        card = chosen.get("/api/v1/recipes/mall/versions").json()["versions"][0]["card"]
        assert card["choice"] == {"segments": 5, "code": "separate_groups", "is_disputed": True}

    def test_the_api_tells_the_same(self, chosen: TestClient) -> None:
        choice = chosen.get("/api/v1/model/info").json()["choice"]
        assert (choice["segments"], choice["is_disputed"]) == (5, True)

    def test_where_nothing_was_chosen_nothing_is_told(self, client: TestClient) -> None:
        assert "criterion" not in text_of(client.get("/about").text)
        assert "choice" not in client.get("/api/v1/model/info").json()


class TestImage:
    def test_the_curves_can_be_saved(self, client: TestClient) -> None:
        found = re.search(r'href="([^"]+)" download>Save the curves', client.get("/about").text)
        assert found
        answer = client.get(found[1])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")


class TestAbout:
    def test_the_verdict_stands_first_in_words(self, client: TestClient) -> None:
        text = text_of(client.get("/about").text)
        verdict = client.get("/api/v1/model/info").json()["verdict"]["text"]
        assert f"Are these segments real? Yes. {verdict}" in text
        assert text.index(verdict) < text.index("Silhouette")

    def test_shows_the_metrics_that_the_api_tells(self, client: TestClient) -> None:
        text = text_of(client.get("/about").text)
        metrics = client.get("/api/v1/model/info").json()["metrics"]
        assert f"Silhouette {metrics['silhouette']:.3f}" in text
        assert f"Davies-Bouldin {metrics['davies_bouldin']:.3f}" in text
        assert f"Calinski-Harabasz {metrics['calinski_harabasz']:.1f}" in text

    def test_shows_each_segment_with_size_share_and_intervals(self, client: TestClient) -> None:
        text = text_of(client.get("/about").text)
        for segment in client.get("/api/v1/clusters").json()["segments"]:
            low, high = segment["columns"]["annual_income"]["ci95"]
            assert re.search(
                rf"{re.escape(segment['name'])} {segment['size']} {100 * segment['share']:g} %", text
            )
            assert f"{low:.1f}".removesuffix(".0") + " to " + f"{high:.1f}".removesuffix(".0") in text

    def test_says_of_how_many_customers_each_figure_is(self, client: TestClient) -> None:
        text = text_of(client.get("/about").text)
        assert "Measured on all 200 customers." in text
        for segment in client.get("/api/v1/clusters").json()["segments"]:
            assert f"n = {segment['columns']['annual_income']['n']}" in text
        assert "of fewer than 5 no mean is shown" in text
        assert "No p-values stand here" in text

    def test_too_few_customers_to_tell(self, trained: Settings) -> None:
        change(trained, "analysis.json", lambda found: found["segments"][0]["columns"].pop("age"))
        with TestClient(create_app(trained)) as client:
            assert text_of(client.get("/about").text).count("– too few customers to tell") == 1
            assert client.get("/recipes/mall/segments").status_code == 200

    def test_profile_columns_only_describe(self, client: TestClient) -> None:
        text = text_of(client.get("/about").text)
        assert "Age (years) describes only" in text
        assert "Annual income (k$) makes the segments" in text

    def test_curves_come_with_their_numbers(self, client: TestClient) -> None:
        page = client.get("/about").text
        assert len(re.findall(r"<figure class=\"curve-chart\">", page)) == 4
        info = client.get("/api/v1/model/info").json()
        for point in info["curves"]:
            assert f"{point['silhouette']:.3f}" in page
        assert "Silhouette is highest at k = 5." in page

    def test_names_data_version_and_proof(self, client: TestClient) -> None:
        text = text_of(client.get("/about").text)
        info = client.get("/api/v1/model/info").json()
        assert info["data"]["fingerprint"] in text
        assert f"seed {info['seed']}" in text
        assert all(f"{name} {version}" in text for name, version in info["libraries"].items())
        assert "0 disagreements" in text
        assert "the first version; all 5 segments are new" in text

    def test_says_what_it_is_not_for(self, client: TestClient) -> None:
        text = text_of(client.get("/about").text)
        assert "no basis for decisions about one person's credit" in text
        assert "not the chance of being right" in text

    def test_every_entry_of_the_contents_has_its_section(self, client: TestClient) -> None:
        page = client.get("/about").text
        wanted = re.findall(r'class="contents__link" href="#([^"]+)"', page)
        assert len(wanted) == 7
        assert all(f'id="{name}"' in page for name in wanted)

    def test_no_percentage_calls_itself_accuracy(self, client: TestClient) -> None:
        text = text_of(client.get("/about").text).lower()
        assert text.count("accuracy") == text.count("none of them is an accuracy")
