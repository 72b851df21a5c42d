# Two parts: the first builds a complete environment, the second carries it and nothing that built it.
FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /opt/cloudnego
COPY pyproject.toml constraints.txt hatch_build.py README.md LICENSE ./
COPY frontend ./frontend
COPY src ./src
COPY migrations ./migrations
COPY seeds ./seeds
RUN /opt/cloudnego/bin/pip install -q --no-cache-dir -c constraints.txt .

FROM python:3.11-slim
LABEL org.opencontainers.image.title="CloudNego 云协商" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin cloudnego \
    && install -d -o cloudnego -g cloudnego -m 0700 /data
COPY --from=build /opt/cloudnego /opt/cloudnego
ENV PATH=/opt/cloudnego/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CLOUDNEGO_DATA_DIR=/data \
    CLOUDNEGO_HOST=0.0.0.0 \
    CLOUDNEGO_PORT=8000
USER cloudnego
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["cloudnego"]
CMD ["serve"]
