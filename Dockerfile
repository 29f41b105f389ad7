# Two images from one base with engine, poppler and fonts. api: also looks at scans before they are handed in, in a
# child of its own.
#   docker build --target api    -t digitizer-api    .
#   docker build --target worker -t digitizer-worker .
ARG PYTHON=3.11
ARG DEBIAN=bookworm

FROM python:${PYTHON}-slim-${DEBIAN} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_LINK_MODE=copy
WORKDIR /app
RUN python -m venv /opt/venv
COPY requirements/uv.lock requirements/run.lock requirements/
RUN /opt/venv/bin/pip install -q --require-hashes -r requirements/uv.lock \
 && /opt/venv/bin/uv pip install -q --python /opt/venv/bin/python --require-hashes -r requirements/run.lock
COPY pyproject.toml README.md api.py settings.py ./
COPY digitizer digitizer
COPY storage storage
COPY templates templates
COPY web web
COPY workers workers
COPY bench bench
# Editable, so that templates/ is found beside the code; nothing is fetched, setuptools came with uv.lock.
RUN /opt/venv/bin/uv pip install -q --python /opt/venv/bin/python --no-deps --no-build-isolation -e . \
 && /opt/venv/bin/uv pip uninstall -q --python /opt/venv/bin/python uv \
 && /opt/venv/bin/python -m compileall -q /app /opt/venv/lib

FROM python:${PYTHON}-slim-${DEBIAN} AS base
RUN useradd --system --uid 10001 --home-dir /var/lib/digitizer --create-home digitizer
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LANG=C.UTF-8 OMP_THREAD_LIMIT=1 \
    DIGITIZER_VAR=/var/lib/digitizer DIGITIZER_LOG_JSON=true
WORKDIR /app
ENTRYPOINT ["digitizer"]

FROM base AS system
RUN apt-get update -q \
 && apt-get install -y -q --no-install-recommends \
      tesseract-ocr tesseract-ocr-vie poppler-utils bubblewrap \
      fontconfig fonts-dejavu-core fonts-noto-core libgl1 libglib2.0-0 libxcb1 \
 && rm -rf /var/lib/apt/lists/*

FROM system AS worker
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
USER 10001
# SIGTERM: the document at hand is finished if that takes under 20 s, else another worker takes it over.
STOPSIGNAL SIGTERM
CMD ["worker"]

FROM system AS api
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
USER 10001
ENV DIGITIZER_HOST=0.0.0.0 DIGITIZER_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", \
  "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
CMD ["serve"]
