# Stands in for motoserver/moto where no registry answers: the same release from the Python archive.
ARG BASE_IMAGE=debian:trixie-slim
ARG BUILDER_IMAGE=debian:trixie-slim

FROM ${BUILDER_IMAGE} AS builder
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-pip python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir --disable-pip-version-check uv
ARG VERSION
ARG RELEASED
RUN /opt/uv/bin/uv venv --python /usr/bin/python3 /opt/moto \
    && /opt/uv/bin/uv pip install --no-cache --python /opt/moto/bin/python --exclude-newer "${RELEASED}" \
       "moto[server]==${VERSION}"

FROM ${BASE_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends openssl python3 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=builder /opt/moto /opt/moto
ENV PATH=/opt/moto/bin:$PATH \
    PYTHONUNBUFFERED=1
EXPOSE 5000
ENTRYPOINT ["moto_server", "-H", "0.0.0.0"]
