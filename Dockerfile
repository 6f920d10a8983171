# aks-audit as a container: no root, no shell needed, works with a read-only root file system.
#   docker run --rm --read-only aks-audit audit --demo
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY aks_audit ./aks_audit
RUN python -m venv /opt/aks-audit && /opt/aks-audit/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.13-slim
COPY --from=build /opt/aks-audit /opt/aks-audit
ENV PATH=/opt/aks-audit/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["aks-audit"]
CMD ["--help"]
