"""The model card as the server sends it."""

from __future__ import annotations

import html
import re

from starlette.testclient import TestClient


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


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
