# One image for `migrate`, `api` and `worker`; the command tells which. The database is a server of its own:
# the embedded one (an optional package) is left out.
FROM node:24-slim

ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=4000 \
    CATCHMENT_DATA_DIR=/var/lib/catchment

WORKDIR /srv/catchment
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
COPY bin ./bin
COPY db ./db
COPY examples ./examples
COPY graphql ./graphql
COPY src ./src
RUN mkdir -p /var/lib/catchment && chown node:node /var/lib/catchment

USER node
EXPOSE 4000
# /healthz asks no database: a container must not be killed because the database restarts.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "bin/catchment.js", "start", "--only", "api"]
