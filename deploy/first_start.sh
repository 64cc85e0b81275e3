#!/bin/sh
# Gives an empty volume the example table and a first model, and the database the tables of this release; what is
# there already stays as it is.
#   deploy/first_start.sh     DATA_DIR and ARTIFACTS_DIR say where
set -eu
python -m data.generators.mall "$DATA_DIR/raw/mall_customers.csv"
if [ ! -f "$ARTIFACTS_DIR/mall/ACTIVE" ]; then
    python train_model.py --recipe mall
fi
# 1: it does not answer now. Placing customers needs no database, and whoever uses it first does this again.
python -m app.cli.database upgrade || [ $? -eq 1 ]
