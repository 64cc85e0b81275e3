"""Clientele: customer segmentation with evidence, identity and exact explanations."""
