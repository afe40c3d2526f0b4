# Two stages: the first installs, the second runs; no build tools in the end.

FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements-scale.txt ./
RUN python -m venv /opt/digest \
 && /opt/digest/bin/pip install --no-cache-dir -r requirements-scale.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY templates templates
COPY subscribers/sample.csv subscribers/sample.csv
RUN /opt/digest/bin/pip install --no-cache-dir --no-deps .

FROM python:3.12-slim
RUN useradd --uid 10001 --user-group --no-create-home digest \
 && install -d -o digest -g digest /data
COPY --from=build /opt/digest /opt/digest
ENV PATH=/opt/digest/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DIGEST_DATA_DIR=/data
WORKDIR /data
USER digest
VOLUME /data
EXPOSE 8000
# Alive, not able: a restart brings no database back.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD \
  ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["digest", "serve", "--host", "0.0.0.0"]
