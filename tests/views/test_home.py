"""The home page as the server sends it: all of it can be read and used with script off."""

from __future__ import annotations

import html
import re

import pytest
from starlette.testclient import TestClient

from tests.views.page_text import text_of

CUSTOMER = {"annual_income": "87", "spending_score": "82"}
HTML = {"Accept": "text/html"}


class TestHome:
    def test_asks_and_answers(self, client: TestClient) -> None:
        answer = client.get("/", params=CUSTOMER)
        assert answer.status_code == 200
        text = text_of(answer.text)
        assert "What kind of mall customer is this?" in text
        assert "VIP / Whale" in text
        assert re.search(r"Settled : \d+ of 50 retrained models agree\.", text)
        assert "Premium products, shown first to this group" in text
        assert re.search(
            r"lies \d\.\d\d standard deviations away; next in line is Average Customer with \d", text
        )

    def test_starts_at_the_mean_customer(self, client: TestClient) -> None:
        page = client.get("/").text
        assert re.search(r'id="annual_income" name="annual_income"[^>]*\s+value="\d+"', page)
        assert "Average Customer" in text_of(page)

    def test_says_whether_the_groups_are_real(self, client: TestClient) -> None:
        text = text_of(client.get("/").text)
        assert "Are these groups real? Yes: these customers form 5 separate groups." in text

    def test_draws_every_segment_with_its_own_shape(self, client: TestClient) -> None:
        page = client.get("/").text
        assert len(set(re.findall(r'<path id="marker-\d" d="([^"]+)"', page))) == 5
        drawn = re.findall(r'class="segment-map__customers"[^>]* d="([^"]+)"', page)
        assert sum(path.count("M") for path in drawn) == 200
        assert "All 200 customers of the training table" in text_of(page)

    def test_beyond_training_names_the_feature_and_its_range(self, client: TestClient) -> None:
        text = text_of(client.get("/", params={"annual_income": "400", "spending_score": "50"}).text)
        assert re.search(
            r"Annual income is beyond what the model has seen \(\d+ to \d+ k\$\)\. "
            r"Farther from the centre of [\w /]+ than any of its customers in training\.",
            text,
        )
        within = text_of(client.get("/", params={"annual_income": "60", "spending_score": "50"}).text)
        assert "Farther" not in within

    def test_marks_the_current_page(self, client: TestClient) -> None:
        marked = re.findall(r'href="([^"]+)" aria-current="page"', client.get("/").text)
        assert marked == ["/"]

    @pytest.mark.parametrize("kind", ["datasets", "imports", "searches", "trainings"])
    def test_all_that_is_done_with_a_table_stands_below_it(self, client: TestClient, kind: str) -> None:
        address = f"/{kind}/00000000-0000-4000-8000-000000000000"
        page = client.get(address, headers={"Accept": "text/html"}).text
        assert re.findall(r'href="([^"]+)" aria-current="true"', page) == ["/datasets"]

    def test_links_to_about_docs_and_json(self, client: TestClient) -> None:
        links = set(re.findall(r'href="(/[^"#]*)', client.get("/").text))
        assert {"/about", "/docs", "/redoc", "/api/v1/model/info"} <= links


class TestWhy:
    def test_every_feature_says_whom_it_speaks_for(self, client: TestClient) -> None:
        text = text_of(client.get("/", params=CUSTOMER).text)
        assert "Why VIP / Whale and not Average Customer" in text
        assert re.search(
            r"Annual income speaks for VIP / Whale: 87 k\$ is nearer to its \d+ than to the \d+ of Average",
            text,
        )

    def test_the_numbers_shown_add_up(self, client: TestClient) -> None:
        for income in range(0, 150, 13):
            page = client.get("/", params={"annual_income": str(income), "spending_score": "47"}).text
            found = re.findall(r'class="reasons__number" [^>]*>([+−]?\d+\.\d\d)<', page)
            first, second, total = (float(text.replace("−", "-")) for text in found)
            assert first + second == pytest.approx(total)

    def test_the_bars_are_the_contributions_of_the_api(self, client: TestClient) -> None:
        customer = {"annual_income": 77, "spending_score": 45}
        page = client.get("/", params={name: str(value) for name, value in customer.items()}).text
        reasons = client.post("/api/v1/explain", json=customer).json()["reasons"]
        largest = max(abs(reason["contribution"]) for reason in reasons)
        bars = re.findall(r'<rect data-part="bar" x="([-\d.]+)" width="([\d.]+)"', page)
        for (start, length), reason in zip(bars, reasons, strict=True):
            assert float(length) == pytest.approx(100 * abs(reason["contribution"]) / largest, abs=0.06)
            assert (float(start) < 0) == (reason["contribution"] < 0)


class TestWhatIf:
    def test_nothing_is_chosen_at_first(self, client: TestClient) -> None:
        page = client.get("/", params=CUSTOMER).text
        assert 'aria-pressed="true"' not in page
        assert "would be classified as VIP" not in text_of(page)
        assert 'data-map="way" marker-end="url(#way-tip)" d=""' in page

    def test_the_way_in_words_on_the_map_and_as_an_address(self, client: TestClient) -> None:
        customer = {"annual_income": "60", "spending_score": "42"}
        page = client.get("/", params=customer | {"target": "1"}).text
        path = client.post("/api/v1/explain", json={k: int(v) for k, v in customer.items()}).json()["paths"][
            0
        ]
        income, score = (f"{path['to'][name]:g}" for name in customer)
        assert (
            f"Annual income from 60 to {income} k$ and spending score from 42 to {score} "
            "— then this customer would be classified as VIP / Whale."
        ) in text_of(page)
        assert re.search(r"Spending score alone: [\d.]+ ", text_of(page))
        assert re.search(r'data-map="way"[^>]* d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+"', page)
        address = f"/?annual_income={income}&amp;spending_score={score}"
        assert f'href="{address}"' in page
        assert "VIP / Whale" in text_of(client.get(html.unescape(address)).text).split("Settled")[0]

    def test_the_own_segment(self, client: TestClient) -> None:
        text = text_of(client.get("/", params=CUSTOMER | {"target": "1"}).text)
        assert "This customer is classified as VIP / Whale." in text

    def test_never_says_will_become(self, client: TestClient) -> None:
        for target in range(5):
            text = text_of(client.get("/", params=CUSTOMER | {"target": str(target)}).text)
            assert "will become" not in text

    @pytest.mark.parametrize("target", ["", "9", "-1", "VIP", "1.0", "%00", "<b>", "9" * 400, "１"])
    def test_a_target_that_is_no_segment_is_ignored(self, client: TestClient, target: str) -> None:
        answer = client.get("/", params=CUSTOMER | {"target": target})
        assert answer.status_code == 200
        assert 'aria-pressed="true"' not in answer.text
        assert "<b>" not in answer.text

    def test_with_a_fault_the_target_waits(self, client: TestClient) -> None:
        answer = client.get("/", params={"annual_income": "x", "spending_score": "50", "target": "1"})
        assert answer.status_code == 422
        assert "would be classified as VIP" not in text_of(answer.text)


class TestFaults:
    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("5000", "Annual income must be between 0 and 1000."),
            ("-1", "Annual income must be between 0 and 1000."),
            ("", "Enter annual income as a number, such as 42 or 42.5."),
            ("a lot", "Enter annual income as a number, such as 42 or 42.5."),
            ("1,000", "Enter annual income as a number, such as 42 or 42.5."),
        ],
    )
    def test_keeps_what_was_typed_and_says_what_is_wrong(
        self, client: TestClient, typed: str, message: str
    ) -> None:
        answer = client.get("/", params=CUSTOMER | {"annual_income": typed})
        assert answer.status_code == 422
        assert re.search(
            rf'id="annual_income"[^>]*\s+value="{re.escape(typed)}"[^>]*aria-invalid', answer.text
        )
        assert f'<a href="#annual_income">{message}</a>' in answer.text  # the summary leads to the field
        assert f'id="annual_income-error" data-part="error">{message}' in answer.text

    def test_both_fields_at_once(self, client: TestClient) -> None:
        text = text_of(client.get("/", params={"annual_income": "x", "spending_score": "0"}).text)
        assert "Some values need a second look" in text
        assert "Spending score must be between 1 and 100." in text

    def test_markup_in_a_value_stays_text(self, client: TestClient) -> None:
        page = client.get("/", params=CUSTOMER | {"annual_income": '"><script>x()</script>'}).text
        assert "<script>x" not in page
        assert "&#34;&gt;&lt;script&gt;x()" in page

    @pytest.mark.parametrize(
        "query", ["annual_income=%00", "annual_income=%FF%FE", "x=1&x=2", "annual_income[]=5"]
    )
    def test_odd_queries_are_no_crash(self, client: TestClient, query: str) -> None:
        assert client.get(f"/?{query}").status_code in (200, 422)


class TestNoModel:
    @pytest.mark.parametrize("path", ["/", "/about"])
    def test_says_what_to_do(self, empty_client: TestClient, path: str) -> None:
        answer = empty_client.get(path, headers=HTML)
        assert answer.status_code == 503
        text = text_of(answer.text)
        assert "python train_model.py" in text
        assert "./setup.sh prepare" in text
        assert f'<a class="button button--quiet" href="{path}">Try again</a>' in answer.text
        assert '<a class="button" href="/datasets">Your customer tables</a>' in answer.text
        assert 'href="/models"' in answer.text

    def test_an_unknown_page_leads_home(self, client: TestClient) -> None:
        answer = client.get("/nothing-here", headers=HTML)
        assert answer.status_code == 404
        assert '<a class="button" href="/">Go to the segments</a>' in answer.text
        assert f"<code>{answer.headers['x-request-id']}</code>" in answer.text
