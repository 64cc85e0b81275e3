# Two stages: one installs the locked packages, the other is what runs. Nothing is compiled, generated or
# trained here. docs/deploy.md tells how to build it, also without a container engine.
ARG BASE=python:3.13-slim-trixie

FROM ${BASE} AS build
WORKDIR /app
RUN python -m venv /opt/venv
COPY requirements.txt requirements-postgres.txt ./
# Wheels only: the image needs no compiler. pip itself is not needed afterwards.
RUN /opt/venv/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: \
      -r requirements.txt -r requirements-postgres.txt \
    && /opt/venv/bin/python -m pip uninstall --yes pip
# .dockerignore lists what may come along
COPY . .
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash .

FROM ${BASE}
LABEL org.opencontainers.image.title="Clientele" \
      org.opencontainers.image.description="Customer segmentation that a shop can self-host" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 clientele \
    && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --shell /usr/sbin/nologin clientele \
    && install --directory --owner=10001 --group=10001 /var/lib/clientele
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/var/lib/clientele/data \
    ARTIFACTS_DIR=/var/lib/clientele/models_artifacts
WORKDIR /app
# By number, so that whoever runs it can see that it is not root
USER 10001:10001
# All that is ever written, but for temporary files
VOLUME ["/var/lib/clientele"]
EXPOSE 8000
# Healthy means that a model answers. Docker does not restart what is unhealthy; where something does that,
# ask /livez there, since a restart brings no model.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "deploy/healthcheck.py"]
CMD ["python", "main.py"]
