"""The pages: of the default recipe at the bare addresses, of every recipe below its name."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.controllers.dependencies import DefaultRecipe, NamedRecipe, Recipes
from app.controllers.templating import render
from app.schemas.page import Frame
from app.services.recipe_service import RecipeServices

router = APIRouter(include_in_schema=False)


@router.get("/", response_class=HTMLResponse)
async def show_home(request: Request, default: DefaultRecipe, recipes: Recipes) -> HTMLResponse:
    """Show the map, and where the customer of the query belongs."""
    return _home(request, default, recipes.frame(None))


@router.get("/about", response_class=HTMLResponse)
async def show_about(request: Request, default: DefaultRecipe, recipes: Recipes) -> HTMLResponse:
    """Show what the model is and how far to trust it."""
    return render(request, "about.html", default.cards.about(recipes.frame(None)))


@router.get("/recipes/{recipe}", response_class=HTMLResponse)
async def show_recipe(request: Request, named: NamedRecipe, recipes: Recipes) -> HTMLResponse:
    """Show the map of one recipe, and where the customer of the query belongs."""
    return _home(request, named, recipes.frame(named.recipe.name))


@router.get("/recipes/{recipe}/about", response_class=HTMLResponse)
async def show_recipe_about(request: Request, named: NamedRecipe, recipes: Recipes) -> HTMLResponse:
    """Show what the model of one recipe is and how far to trust it."""
    return render(request, "about.html", named.cards.about(recipes.frame(named.recipe.name)))


def _home(request: Request, services: RecipeServices, frame: Frame) -> HTMLResponse:
    page = services.maps.home(request.query_params, frame)
    return render(request, "home.html", page, 200 if page.answer else 422)
