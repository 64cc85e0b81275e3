#!/bin/sh
# Gives an empty volume the example table and a first model; what is there already stays as it is.
#   deploy/first_start.sh     DATA_DIR and ARTIFACTS_DIR say where
set -eu
python -m data.generators.mall "$DATA_DIR/raw/mall_customers.csv"
if [ ! -f "$ARTIFACTS_DIR/mall/ACTIVE" ]; then
    python train_model.py --recipe mall
fi
