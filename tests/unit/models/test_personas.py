from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.models.kmeans_fit import Floats, fit_kmeans, fit_scaling
from app.models.personas import Naming, name_newborns, persona_naming
from app.models.recipe import MOST_SEGMENTS, Recipe, get_recipe
from tests.own_recipes import write_own

RANDOM_SETS = 1000


def own_naming(name: str, slot: int) -> Naming:
    return Naming(None, name, "A segment kept from the version before.", ("Wait",), slot)


class TestNameNewborns:
    @pytest.mark.slow
    def test_a_hundred_seeds_give_the_same_customers_the_same_personas(
        self, mall_rows: Floats, mall_recipe: Recipe
    ) -> None:
        z = fit_scaling(mall_rows).apply(mall_rows)
        found = set()
        for seed in range(100):
            fit = fit_kmeans(z, 5, seed)
            namings = name_newborns(mall_recipe, fit.centroids, [], 5)
            found.add(tuple(namings[label].persona for label in fit.labels))
        assert len(found) == 1
        assert set(found.pop()) == {persona.key for persona in mall_recipe.personas}

    def test_a_persona_lies_where_it_says(self, mall_rows: Floats, mall_recipe: Recipe) -> None:
        scaling = fit_scaling(mall_rows)
        centroids = fit_kmeans(scaling.apply(mall_rows), 5, seed=0).centroids
        by_persona = dict(
            zip(
                (naming.persona for naming in name_newborns(mall_recipe, centroids, [], 5)),
                centroids.tolist(),
                strict=True,
            )
        )
        assert min(by_persona["vip"]) > 0.5
        assert max(by_persona["budget"]) < -0.5
        assert by_persona["saver"][0] > 0.5 > -0.5 > by_persona["saver"][1]
        assert by_persona["trendsetter"][0] < -0.5 < 0.5 < by_persona["trendsetter"][1]

    def test_the_order_of_the_centroids_does_not_matter(self, mall_recipe: Recipe) -> None:
        rng = np.random.default_rng(1)
        for _ in range(50):
            centroids, order = rng.normal(size=(5, 2)), rng.permutation(5)
            straight = name_newborns(mall_recipe, centroids, [], 5)
            turned = name_newborns(mall_recipe, centroids[order], [], 5)
            assert turned == [straight[place] for place in order]

    @pytest.mark.slow
    @pytest.mark.parametrize("k", range(2, MOST_SEGMENTS + 1))
    def test_names_and_slots_are_unique_at_every_k(self, k: int, mall_recipe: Recipe) -> None:
        rng = np.random.default_rng(k)
        for _ in range(RANDOM_SETS):
            namings = name_newborns(mall_recipe, rng.normal(scale=rng.uniform(0.1, 2.0), size=(k, 2)), [], k)
            assert len(namings) == k
            assert len({naming.name for naming in namings}) == k
            assert len({naming.slot for naming in namings}) == k
            assert all(naming.description and naming.strategy for naming in namings)

    def test_equal_centroids_still_get_different_names(self, mall_recipe: Recipe) -> None:
        namings = name_newborns(mall_recipe, np.zeros((8, 2)), [], 8)
        assert len({naming.name for naming in namings}) == 8

    def test_each_persona_is_used_once_beside_kept_ones(self, mall_recipe: Recipe) -> None:
        rng = np.random.default_rng(2)
        for _ in range(200):
            kept = [persona_naming(mall_recipe.personas[i]) for i in rng.permutation(5)[: rng.integers(0, 6)]]
            newborn = rng.normal(size=(5 - len(kept), 2))
            keys = [n.persona for n in kept + name_newborns(mall_recipe, newborn, kept, 5)]
            used = [key for key in keys if key is not None]
            assert len(used) == len(set(used)) >= len(kept)

    def test_a_persona_whose_text_would_be_untrue_does_not_serve(self, mall_recipe: Recipe) -> None:
        rng = np.random.default_rng(4)
        places = {p.key: [p.place[name] for name in mall_recipe.feature_names] for p in mall_recipe.personas}
        for _ in range(200):
            newborn = rng.normal(size=(5, 2))
            for point, naming in zip(newborn, name_newborns(mall_recipe, newborn, [], 5), strict=True):
                if naming.persona is not None:
                    nearest = min(places, key=lambda key: float(((places[key] - point) ** 2).sum()))
                    assert nearest == naming.persona

    def test_personas_do_not_serve_another_number_of_segments(self, mall_recipe: Recipe) -> None:
        places = np.array([list(persona.place.values()) for persona in mall_recipe.personas])
        assert all(naming.persona is None for naming in name_newborns(mall_recipe, places[:4], [], 4))

    def test_kept_names_and_slots_are_never_taken(self, mall_recipe: Recipe) -> None:
        rng = np.random.default_rng(3)
        for k in (3, 4, 6, 7, 8):
            for _ in range(100):
                before = name_newborns(mall_recipe, rng.normal(size=(k, 2)), [], k)
                kept = before[: rng.integers(1, k)]
                born = name_newborns(mall_recipe, rng.normal(size=(k - len(kept), 2)), kept, k)
                assert len({naming.name for naming in kept + born}) == k
                assert len({naming.slot for naming in kept + born}) == k

    def test_a_persona_gives_way_where_its_slot_is_kept(self, mall_recipe: Recipe) -> None:
        vip = mall_recipe.find_persona("vip")
        assert vip is not None
        kept = [own_naming("Regulars", vip.slot)]
        born = name_newborns(
            mall_recipe, np.array([[1.0, 1.2], [-1.3, 1.1], [1.0, -1.3], [0.0, 0.0]]), kept, 5
        )
        assert born[0] == replace(persona_naming(vip), slot=born[0].slot)
        assert len({naming.slot for naming in kept + born}) == 5

    def test_nobody_was_born(self, mall_recipe: Recipe) -> None:
        kept = [persona_naming(persona) for persona in mall_recipe.personas]
        assert name_newborns(mall_recipe, np.empty((0, 2)), kept, 5) == []

    def test_contrasts_are_words_of_the_recipe(self, mall_recipe: Recipe) -> None:
        naming, _ = name_newborns(mall_recipe, np.array([[0.9, -1.1], [-1.0, 0.1]]), [], 2)
        assert naming.name == "Low spending · high income"
        assert "above the average" in naming.description
        assert naming.strategy[:2] == (
            "Build the offer on what sets them apart: low spending and high income",
            "Ask a few of them what lies behind low spending before you spend on it",
        )

    def test_nothing_sets_the_mean_customer_apart(self, mall_recipe: Recipe) -> None:
        naming = name_newborns(mall_recipe, np.array([[0.1, -0.2], [2.0, 2.0]]), [], 2)[0]
        assert (
            naming.strategy[0]
            == "Keep to the usual offers: nothing sets them apart from the average customer"
        )


@pytest.fixture(scope="module")
def wide_recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """Twelve features and no personas."""
    folder = tmp_path_factory.mktemp("own")
    write_own(folder, "wholesale")
    return get_recipe("wholesale", folder / "recipes")


class TestManyFeatures:
    @pytest.mark.parametrize("k", range(2, MOST_SEGMENTS + 1))
    def test_every_segment_has_a_name_texts_and_a_strategy(self, k: int, wide_recipe: Recipe) -> None:
        rng = np.random.default_rng(k)
        for _ in range(100):
            namings = name_newborns(wide_recipe, rng.normal(scale=rng.uniform(0.0, 2.0), size=(k, 12)), [], k)
            assert len({naming.name for naming in namings}) == k
            assert all(naming.description and len(naming.strategy) >= 3 for naming in namings)
            assert all(len(naming.description) < 400 for naming in namings)

    def test_only_what_stands_out_is_told(self, wide_recipe: Recipe) -> None:
        point = np.zeros((2, 12))
        point[0, [1, 7]] = 1.5, -0.8
        told, plain = name_newborns(wide_recipe, point, [], 2)
        assert told.description == (
            "Customers with visits far above the average and items a basket "
            "below the average. All else is less marked."
        )
        assert plain.description == "Customers close to the average in every feature."
