"""Trains a model version: ``python train_model.py --help``."""

from app.cli.train import train

if __name__ == "__main__":
    train()
