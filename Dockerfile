# Weft: server and web app. In containers it is untried as yet; docs/operating.md says what was tried of it.

FROM node:24-slim AS build
WORKDIR /weft
# The pnpm that package.json pins, and what the lockfile names: made anew only when these change.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
RUN npm install --global "$(node --print "require('./package.json').packageManager")" && pnpm fetch
COPY . .
RUN pnpm install --frozen-lockfile --offline \
  && pnpm --filter @weft/server build \
  && pnpm --filter @weft/web build

FROM node:24-slim
WORKDIR /weft
# The server is built with all that it needs in it: there are no node_modules here.
COPY --from=build /weft/packages/server/package.json packages/server/package.json
COPY --from=build /weft/packages/server/dist packages/server/dist
COPY --from=build /weft/packages/web/dist packages/web/dist
RUN install --directory --owner=node --group=node /var/lib/weft

ENV NODE_ENV=production WEFT_HOST=0.0.0.0 WEFT_PORT=8787 WEFT_STORE=sqlite:/var/lib/weft
USER node
EXPOSE 8787
# It drains, so it has to be given longer than its drain window before it is killed: `docker stop --time 45`.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:' + process.env.WEFT_PORT + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "packages/server/dist/main.js"]
CMD ["serve"]
