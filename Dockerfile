# syntax=docker/dockerfile:1
# sidestep in an image, from a checkout:
#   docker build -t sidestep .                                   CPU
#   docker build -t sidestep:cuda --target cuda .                NVIDIA cards; docker run --gpus all
#   docker run --rm -v "$PWD:/work" sidestep run pipeline.yaml
ARG NODE=node:22-bookworm-slim
ARG CUDA=12.8.1

FROM ${NODE} AS node

FROM node AS build
RUN apt-get update && apt-get install -y --no-install-recommends cmake g++ ninja-build && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && SIDESTEP_PORTABLE=ON npm run native && node scripts/release/pack.mjs /

# nvcc and its libraries stay in this stage. --build-arg ARCHS=89-real: for one generation of cards alone.
FROM nvidia/cuda:${CUDA}-devel-ubuntu24.04 AS build-cuda
ARG ARCHS=""
RUN apt-get update && apt-get install -y --no-install-recommends cmake g++ ninja-build && rm -rf /var/lib/apt/lists/*
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
COPY --from=build /source /source
WORKDIR /source
RUN rm -rf build && SIDESTEP_PORTABLE=ON SIDESTEP_CUDA=ON SIDESTEP_CUDA_ARCHS="${ARCHS}" node scripts/native.mjs

# cuBLASLt comes with this image, the driver with the machine.
FROM nvidia/cuda:${CUDA}-runtime-ubuntu24.04 AS cuda
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
COPY --from=build /sidestep-ace-*.tgz /tmp/
RUN node /usr/local/lib/node_modules/npm/bin/npm-cli.js install --global --no-audit --no-fund /tmp/sidestep-ace-*.tgz && rm -r /tmp/sidestep-ace-*.tgz ~/.npm
COPY --from=build-cuda /source/build/addon/Release/ /opt/sidestep/
ENV SIDESTEP_ENGINE=/opt/sidestep/sidestep.node
WORKDIR /work
ENTRYPOINT ["sidestep"]

FROM node AS cpu
RUN apt-get update && apt-get install -y --no-install-recommends ffmpeg && rm -rf /var/lib/apt/lists/*
COPY --from=build /sidestep-ace-*.tgz /tmp/
RUN npm install --global --no-audit --no-fund /tmp/sidestep-ace-*.tgz && rm -r /tmp/sidestep-ace-*.tgz ~/.npm
COPY --from=build /source/build/addon/Release/sidestep.node /opt/sidestep/sidestep.node
ENV SIDESTEP_ENGINE=/opt/sidestep/sidestep.node
WORKDIR /work
ENTRYPOINT ["sidestep"]
