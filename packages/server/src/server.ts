import type { Server as HttpServer } from 'node:http'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Changes, DocumentTrashedError, readBackup, type Collections, type Store } from '@weft/persistence'
import type { Hono } from 'hono'
import { AuditTrail } from './audit/audit-trail.ts'
import type { Authorize } from './auth/authorize-policy.ts'
import { RevocationList } from './auth/revocation-list.ts'
import type { OriginRules } from './auth/origin.ts'
import { ChangeTail } from './changes/change-tail.ts'
import { ContentThread, defaultContentLimits } from './content/content-thread.ts'
import { isLoopback } from './config/read-config.ts'
import type { Config } from './config/settings.ts'
import { isSharedStore } from './config/store-fit.ts'
import { ServedWebhooks } from './served-webhooks.ts'
import { ServedContents } from './served-contents.ts'
import { DocumentSizes } from './document-sizes.ts'
import { DocumentLinks } from './document-links.ts'
import { KeptFileSignatures } from './file-signatures.ts'
import { Health } from './health.ts'
import { createEdge } from './http/edge.ts'
import { KeptAnswers } from './http/kept-answers.ts'
import { createSyncNodeApp, type NodeAppParts } from './http/node-app.ts'
import { authorizedIdentities, identities } from './identity.ts'
import { importTarget } from './import-target.ts'
import { LiveDocuments } from './live-documents.ts'
import { loadReport, type Observers, requestReport, roomsEvents, tierEvents } from './node-events.ts'
import { nodeDescription, NodeHeartbeat } from './node-heartbeat.ts'
import { AllNodes } from './nodes/all-nodes.ts'
import { answerForDocuments } from './nodes/node-answers.ts'
import { People } from './nodes/people.ts'
import {
  membersQuestion,
  openedQuestion,
  removalQuestion,
  replicaQuestion,
  statisticsQuestion,
} from './nodes/questions.ts'
import { ProcessLoadGauge } from './load/load-gauge.ts'
import { NodeLoad } from './load/node-load.ts'
import type { Log } from './observability/log.ts'
import { Metrics } from './observability/metrics.ts'
import { RevocationWatch } from './revocation-watch.ts'
import { defaultRoomLimits } from './room/limits.ts'
import { ClientAddresses } from './socket/client-address.ts'
import { turnAllAway } from './socket/edge-upgrades.ts'
import { defaultSocketLimits } from './socket/limits.ts'
import { SyncTier, type UpgradeSource } from './socket/sync-tier.ts'
import { StoreOpening } from './store-opening.ts'
import { systemSurroundings } from './system-surroundings.ts'
import { TrashSweep } from './trash-sweep.ts'
import { DocumentVerification } from './verification/document-verification.ts'
import { ownReplica } from './verification/own-replica.ts'

/** Where the web app is: where it is built to, or, installed, beside the server. */
const webRoots = ['../../web/dist', './web'].map((path) => fileURLToPath(new URL(path, import.meta.url)))
const webRoot = webRoots.find((path) => existsSync(path)) ?? webRoots[0]

/** In bytes. */
const mebibyte = 1024 * 1024

/** How long a server that goes down waits for a store that takes nothing, in milliseconds. */
const settleLimit = 30_000

const hour = 3_600_000
const day = 24 * hour

/** How long a revocation waits for what other nodes have open, in milliseconds: it holds within two seconds all the same. */
const revocationPatience = 300

/** What a node is made with beside its configuration. */
export interface NodeParts {
  /**
   * Opens the store, which the server closes. Called again where a store that nodes share was away.
   *
   * @param signal gives the attempt up
   */
  readonly openStore: (signal: AbortSignal) => Promise<Store>
  /** The node's name, which no other node bears. */
  readonly node: string
  readonly log: Log
  /** Whether pages of other ports of this machine may connect: for development. */
  readonly anyLoopbackOrigin: boolean
  /** What it has in common with other processes behind the same address, where it is one of several. */
  readonly worker?: WorkerSeat | undefined
  /** Whether the web app is served at `/`, which it is unless told otherwise. */
  readonly webApp?: boolean | undefined
  /** Who people are, in place of the tokens that are configured. */
  readonly authorize?: Authorize | undefined
  /** Whether only this machine reaches it, where that is not told by the configured host. */
  readonly onLoopback?: (() => boolean) | undefined
}

/** The place of one process among several. */
export interface WorkerSeat {
  /** From 1. */
  readonly number: number
  /** Has a server answer the connections that this process is given. Resolves with the URL at which people reach it. */
  takeConnections(server: HttpServer): Promise<string>
  /** Is given what reads this process's counts, and returns what reads those of all. */
  shareMetrics(own: () => Promise<string>): () => Promise<string>
}

/** A node, before anyone listens for it. */
export interface WeftNode {
  /** Answers its HTTP requests. */
  readonly app: Hono
  /** Answers the WebSocket upgrades of a server. */
  takeUpgrades(server: UpgradeSource): void
  /**
   * Resolves when the store is there and documents can be opened. Rejects where that may not be used as it is set up, or was not
   * there before the end.
   */
  readonly ready: Promise<void>
  /**
   * Goes down in order: unready, connections sent away, everything appended, store closed (S3).
   *
   * @param closing closes what listens for it, once everything is appended
   * @returns whether everything that was taken in is saved; if not, the store did not take it and its writers still have it
   */
  stop(closing?: () => Promise<void>): Promise<boolean>
  /** Lets go of everything, where nobody was let in yet. */
  abandon(): Promise<void>
}

/**
 * Puts a node together. The one place where the parts meet. Where the store is there at once, so are documents.
 *
 * @throws KeysUnavailableError where a file has no keys; and what opening the store threw, except that a store which nodes share is
 *   waited for while it is away
 */
export async function createNode(config: Config, parts: NodeParts): Promise<WeftNode> {
  const { log, worker } = parts
  const { role } = config
  const surroundings = systemSurroundings
  const revocations = new RevocationList(() => surroundings.now())
  const links = new DocumentLinks({
    store: () => opening.opened,
    revocations,
    revoke: (jti, by) => watch.revoke(opening.opened.revocations, { jti }, by),
    maxLifetime: config.auth.maxLifetime,
    now: () => surroundings.now(),
  })
  const eraseLinks = (document: string): void => {
    // What is left of them opens nothing.
    void links.erase(document).catch((error: unknown) => log.warn('links-left', { document, error }))
  }
  const { authorize } = parts
  const { policy, mint, inspect } =
    authorize === undefined
      ? await identities(config, surroundings, log, revocations, links)
      : authorizedIdentities(authorize, log, revocations, links)
  const shared = isSharedStore(config.store)
  const opening = new StoreOpening({
    open: parts.openStore,
    patient: shared,
    surroundings,
    waiting: (reason) => log.warn('store-waiting', { reason }),
  })
  await opening.begun()
  const health = new Health({ role, opening, shared, surroundings })
  const metrics: Metrics = new Metrics(
    () => ({
      ...documents.load,
      connections: tier?.size ?? 0,
      documentsFailing: health.failing.size,
      membersPaused: tier?.paused ?? 0,
      eventLoopDelay: load.reading.delay / 1000,
      loadStage: load.stage,
    }),
    worker?.number,
  )
  const observers: Observers = { log, metrics, health }
  const changes = (): Changes => opening.opened.changes
  const collections = (): Collections => opening.opened.collections
  const tail = new ChangeTail({ changes, surroundings })
  const { node } = parts
  const networks = config.webhookNetworks
  const store = (): Store => opening.opened
  const webhooks = new ServedWebhooks({ node, shared, store, tail, networks, surroundings, log })
  const load = new NodeLoad({
    gauge: new ProcessLoadGauge(worker === undefined ? 1 : config.workers),
    surroundings,
    changed: loadReport(observers),
  })
  const sizes = new DocumentSizes({
    store: () => opening.opened,
    surroundings,
    failed: (document, error) => log.debug('size-unknown', { document, error }),
  })
  const roomEvents = roomsEvents(observers)
  const documents = new LiveDocuments({
    limits: { ...defaultRoomLimits, emptyRoomGrace: config.emptyRoomGrace },
    surroundings,
    pressure: load,
    events: {
      ...roomEvents,
      opened: (document) => {
        roomEvents.opened(document)
        sizes.opened(document)
      },
      unloaded: (document) => {
        roomEvents.unloaded(document)
        sizes.unloaded(document)
      },
      ...webhooks.roomEvents,
    },
    metrics,
    compacted: (document, position) => sizes.compacted(document, position),
  })
  const thread = new ContentThread(defaultContentLimits)
  const answers = new KeptAnswers(() => opening.opened.collections, surroundings)
  const origins: OriginRules = {
    allowed: config.allowedOrigins,
    anyLoopback: parts.anyLoopbackOrigin,
    get loopbackOnly() {
      return parts.onLoopback?.() ?? isLoopback(config.host)
    },
  }
  const events = tierEvents(observers)
  const tier =
    role === 'edge'
      ? undefined
      : new SyncTier({
          rooms: documents,
          policy,
          origins,
          limits: { ...defaultSocketLimits, perAddress: config.connectionsPerAddress },
          addresses: new ClientAddresses(config.trustProxy),
          pressure: load,
          surroundings,
          events,
        })
  const watch = new RevocationWatch({
    list: revocations,
    surroundings,
    log,
    maxLifetime: config.auth.maxLifetime,
    changed: () => tier?.closeRevoked(),
  })
  const audit = new AuditTrail({
    collections,
    retention: config.auditRetention === 0 ? undefined : config.auditRetention * day,
    now: () => surroundings.now(),
    randomId: () => surroundings.randomId(),
  })
  const describe = nodeDescription(parts.node, surroundings, () => {
    const { documents: open, members } = documents.load
    return {
      role,
      documents: open,
      members,
      connections: tier?.size ?? 0,
      store: health.failing.size > 0 ? 'lost' : 'ok',
    }
  })
  const nodes = new AllNodes({ node: parts.node, describe, surroundings, log })
  answerForDocuments(nodes, documents, () => tier?.opened() ?? [])
  nodes.answer(replicaQuestion, (document) => ownReplica(document, documents, thread))
  const verification = new DocumentVerification({ nodes, log: () => opening.opened.log, thread, surroundings })
  nodes.answer(statisticsQuestion, () => ({
    ...documents.load,
    connections: tier?.size ?? 0,
    residentBytes: process.memoryUsage.rss(),
    eventLoopDelay: load.reading.delay,
    loadStage: load.stage,
  }))
  const people = new People({ nodes, here: (document) => documents.people(document), surroundings })
  const common: NodeAppParts = {
    origins,
    readiness: () => health.readiness(),
    metrics:
      worker === undefined
        ? metrics
        : { contentType: metrics.contentType, read: worker.shareMetrics(() => metrics.read()) },
    report: requestReport(observers),
  }
  const app =
    role === 'sync'
      ? createSyncNodeApp(common)
      : createEdge({
          ...common,
          answers,
          unkept: (error) => log.warn('answer-unkept', { error: String(error) }),
          audit,
          feed: { changes, tail, surroundings },
          ...webhooks.routes,
          unrecorded: (act, error) => log.error('act-unrecorded', { ...act, error }),
          catalog: () => opening.opened.catalog,
          people: (asked) => people.of(asked),
          members: (document) => nodes.ask(membersQuestion, document),
          remove: (document, member) => nodes.ask(removalQuestion, { document, member }),
          nodes: () => nodes.list(),
          statistics: () => nodes.ask(statisticsQuestion, null),
          ended: (document, error) => {
            documents.end(document, error)
            if (error instanceof DocumentTrashedError) return
            eraseLinks(document)
            void sizes.erase(document)
          },
          sizes: (document) => sizes.list(document),
          verify: (document) => verification.verify(document),
          trashRetention: config.trashRetention === 0 ? undefined : config.trashRetention * day,
          contents: new ServedContents({
            documents,
            log: () => opening.opened.log,
            thread,
            limits: defaultRoomLimits,
            surroundings,
          }),
          files: () => opening.opened.files,
          signatures: new KeptFileSignatures({ store: () => opening.opened }),
          fileSizes: { file: config.maxFileSize * mebibyte, document: config.maxFilesSize * mebibyte },
          exported: () => opening.opened,
          restore: (bytes, options) => readBackup(importTarget(opening.opened, documents), bytes, options),
          brokeOff: (error) => log.warn('answer-broke-off', { error }),
          links,
          mint,
          inspect,
          policy,
          revoke: (tokens, by) => watch.revoke(opening.opened.revocations, tokens, by),
          opened: (tokens) => nodes.ask(openedQuestion, tokens, { patience: revocationPatience }),
          webRoot: parts.webApp === false ? undefined : webRoot,
          now: () => surroundings.now(),
        })
  let trash: TrashSweep | undefined
  const release = async (): Promise<void> => {
    watch.stop()
    tail.end()
    nodes.close()
    await Promise.all([documents.close(), thread.close(), trash?.end(), webhooks.end()])
    await sizes.close()
    tier?.close()
    load.close()
  }
  let heartbeat: NodeHeartbeat | undefined
  const ready = opening.outcome.then(async (store) => {
    await watch.begin(store.revocations, shared)
    // It may come when nobody wants it any more.
    if (health.draining) return
    if (role !== 'edge') documents.begin(store)
    await nodes.begin(store)
    if (config.trashRetention > 0) {
      trash = new TrashSweep({
        catalog: store.catalog,
        surroundings,
        retention: config.trashRetention * day,
        interval: hour,
        erased: (document) => {
          log.info('trash-erased', { document })
          eraseLinks(document)
          void sizes.erase(document)
        },
        failed: (error) => log.warn('trash-sweep-failed', { error: String(error) }),
      })
    }
    if (role !== 'sync') webhooks.begin()
    if (store.nodes !== undefined) {
      heartbeat = NodeHeartbeat.start({ nodes: store.nodes, describe, surroundings, log })
    }
    for (const detail of store.caveats ?? []) log.warn('store-caveat', { detail })
    if (opening.waited) log.info('store-ready')
  })
  ready.catch(() => {})
  // Whoever reads that it listens finds documents that can be opened, and nobody comes in by what was taken back.
  if (opening.store !== undefined) await Promise.allSettled([ready])
  return {
    app,
    takeUpgrades: (server) => {
      if (tier === undefined) turnAllAway(server, events)
      else tier.attach(server)
    },
    ready,
    stop: async (closing = () => Promise.resolve()) => {
      health.draining = true
      tail.end()
      log.info('draining', { connections: tier?.size ?? 0, window: config.drainWindow })
      await tier?.drain(config.drainWindow)
      const unsaved = await documents.settle(settleLimit)
      if (unsaved.length > 0) log.error('stopped-unsaved', { documents: unsaved.slice(0, 100), count: unsaved.length })
      await Promise.all([closing(), release(), heartbeat?.stop()])
      await opening.close()
      log.info('stopped')
      return unsaved.length === 0
    },
    abandon: async () => {
      health.draining = true
      await release()
      await opening.close()
    },
  }
}
