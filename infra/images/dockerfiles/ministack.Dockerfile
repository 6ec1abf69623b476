# Stands in for ministackorg/ministack where no registry answers: the same release from the Python archive.
ARG BASE_IMAGE=debian:trixie-slim
ARG BUILDER_IMAGE=debian:trixie-slim

FROM ${BUILDER_IMAGE} AS builder
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-pip python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir --disable-pip-version-check uv
ARG VERSION
ARG RELEASED
RUN /opt/uv/bin/uv venv --python /usr/bin/python3 /opt/ministack \
    && /opt/uv/bin/uv pip install --no-cache --python /opt/ministack/bin/python --exclude-newer "${RELEASED}" \
       "ministack==${VERSION}" docker cryptography

FROM ${BASE_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends openssl python3 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=builder /opt/ministack /opt/ministack
ARG VERSION
ENV PATH=/opt/ministack/bin:$PATH \
    MINISTACK_VERSION=${VERSION} \
    GATEWAY_PORT=4566 \
    LOG_LEVEL=INFO \
    LAMBDA_EXECUTOR=local \
    PYTHONUNBUFFERED=1 \
    PYTHONOPTIMIZE=2 \
    MALLOC_ARENA_MAX=2
EXPOSE 4566
ENTRYPOINT ["python", "-m", "ministack"]
